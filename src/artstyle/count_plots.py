"""Counts per class as a tidy table and as a picture of stacked bars."""

from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

# Okabe and Ito, "Color Universal Design" (2008): told apart with every common kind of colour blindness.
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#999999", "#F0E442")
_MOST_ROWS = 60


def list_counts(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the tidy form of a table with one row a class and one column a part: class, part, n."""
    tidy = counts.rename_axis("class").reset_index().melt("class", var_name="part", value_name="n")
    return tidy.sort_values(["class", "part"], kind="stable", key=_part_order(counts)).reset_index(drop=True)


def _part_order(counts: pd.DataFrame):
    places = {part: place for place, part in enumerate(counts.columns)}
    return lambda column: column.map(places) if column.name == "part" else column


def draw_counts(counts: pd.DataFrame, picture: Path, *, title: str) -> None:
    """Write an SVG of stacked horizontal bars, one row a class; the same counts give the same bytes.

    Args:
        counts: one row a class (its name the index), one column a part, whole numbers; at most six parts.
    """
    shown = counts.loc[counts.sum(axis=1).sort_values(ascending=False, kind="stable").index[:_MOST_ROWS]].sort_index()
    if len(shown) < len(counts):
        title += f" (the {len(shown)} largest of {len(counts)} classes)"
    with matplotlib.rc_context({"svg.hashsalt": "counts"}):
        figure = Figure(figsize=(8, 1.4 + 0.3 * len(shown)), layout="constrained")
        axes = figure.add_subplot()
        _stack_bars(axes, shown)
        axes.set_title(title, loc="left", parse_math=False)
        picture.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(picture, format="svg", metadata={"Date": None, "Creator": None})


def _stack_bars(axes, counts: pd.DataFrame) -> None:
    rows = np.arange(len(counts))
    start = np.zeros(len(counts))
    for part, colour in zip(counts.columns, _COLOURS, strict=False):
        if counts[part].any():
            axes.barh(rows, counts[part], left=start, color=colour, label=part.replace("_", " "), height=0.75)
        start += counts[part].to_numpy()
    for row, total in zip(rows, start, strict=True):
        axes.text(total, row, f" {total:.0f}", va="center", fontsize=8)
    axes.set_yticks(rows, counts.index, parse_math=False)
    axes.set_ylim(len(counts) - 0.4, -0.6)
    axes.set_xlim(0, max(start.max(initial=1), 1) * 1.1)
    axes.set_xlabel("works")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)

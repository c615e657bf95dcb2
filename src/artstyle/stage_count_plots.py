"""How many works there are of each class, from the filter to the sides of the split, in one picture."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from artstyle.figures import COLOURS, save_figure, use_style

MOST_ROWS = 60


def draw_stage_counts(
    path: Path, kept: dict[str, int], merged: pd.DataFrame, split: pd.DataFrame, class_names: list[str]
) -> None:
    """Draw three panels of bars: kept by the filter, merged and sampled, and dealt out to the sides of the split.

    Args:
        kept: style -> pictures that the filter kept.
        merged, split: tidy counts with the columns class, part, n.
        class_names: classes in the model's order.
    """
    panels = [
        ("filter: pictures kept of each style", pd.DataFrame({"kept": kept})),
        ("merge_sample: works of each class", _widen(merged, class_names)),
        ("split: works on each side", _widen(split, class_names)),
    ]
    n_rows = [min(len(counts), MOST_ROWS) for _, counts in panels]
    with use_style():
        figure = Figure(figsize=(9.5, 3.2 + 0.3 * sum(n_rows)))
        for axes, (title, counts) in zip(figure.subplots(3, 1, height_ratios=n_rows), panels, strict=True):
            largest = counts.sum(axis=1).sort_values(ascending=False, kind="stable").index[:MOST_ROWS]
            _stack(axes, counts.loc[[name for name in counts.index if name in set(largest)]])
            axes.set_title(title, loc="left")
        axes.set_xlabel("works")
        save_figure(path, figure)


def _widen(counts: pd.DataFrame, class_names: list[str]) -> pd.DataFrame:
    """Return one row a class in the given order and one column a part in its order, empty parts left out."""
    wide = counts.pivot_table(index="class", columns="part", values="n", aggfunc="sum", fill_value=0)
    wide = wide.reindex(index=class_names, columns=counts["part"].unique(), fill_value=0)
    return wide.loc[:, wide.sum() > 0]


def _stack(axes, counts: pd.DataFrame) -> None:
    rows, start = np.arange(len(counts)), np.zeros(len(counts))
    for number, part in enumerate(counts.columns):
        label = part.replace("_", " ")
        axes.barh(rows, counts[part], left=start, height=0.75, color=COLOURS[number % len(COLOURS)], label=label)
        start += counts[part].to_numpy()
    for row, total in zip(rows, start, strict=True):
        axes.text(total, row, f" {total:.0f}", va="center", fontsize=9)
    axes.set_yticks(rows, [name.replace("_", " ") for name in counts.index], parse_math=False)
    axes.set_ylim(len(counts) - 0.4, -0.6)
    axes.set_xlim(0, max(start.max(initial=1), 1) * 1.12)
    if len(counts.columns) > 1:
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False, fontsize=10)

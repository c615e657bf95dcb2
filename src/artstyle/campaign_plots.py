"""Figures of a campaign: differences to the reference with their intervals, and the recall of every class."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from artstyle.campaign_summary import COMPARED, PAIRED
from artstyle.figures import COLOURS, MARKERS, save_figure, use_style

_LABELS = {"accuracy": "accuracy, percentage points", "macro_f1": "macro-F1, hundredths"}


def draw_differences(path: Path, summary: pd.DataFrame, reference: str) -> None:
    """Draw the paired differences to the reference with 95 % intervals: a row a variant, a colour a skew.

    Args:
        summary: see `summarise_campaign`.
    """
    paired = summary[summary["pairing"] == PAIRED]
    names, skews = list(dict.fromkeys(paired["variant"])), list(dict.fromkeys(paired["skew"]))
    with use_style():
        figure = Figure(figsize=(9.5, 1.9 + (0.22 + 0.2 * len(skews)) * max(len(names), 1)))
        for axes, score in zip(figure.subplots(1, 2, sharey=True), COMPARED, strict=True):
            axes.axvline(0, color="#999999", linewidth=1)
            for index, skew in enumerate(skews):
                rows = paired[paired["skew"] == skew]
                places = np.array([names.index(name) for name in rows["variant"]]) + 0.2 * (
                    index - len(skews) / 2 + 0.5
                )
                middle, low, high = (100 * rows[f"{score}_difference{end}"].to_numpy() for end in ("", "_low", "_high"))
                colour = COLOURS[index % len(COLOURS)]
                axes.hlines(places, low, high, color=colour, linewidth=2)
                axes.plot(middle, places, MARKERS[index % len(MARKERS)], color=colour, markersize=6, label=skew)
            axes.set(xlabel=_LABELS[score])
            axes.set_yticks(np.arange(len(names)), names, parse_math=False)
        figure.axes[0].invert_yaxis()
        over = "artists and seeds" if (paired["n_seeds"] > 1).any() else "artists, one seed"
        figure.suptitle(f"Difference to {reference}, 95 % intervals over {over}", fontsize=12)
        if len(skews) > 1:
            figure.legend(
                *figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False
            )
        save_figure(path, figure)


def draw_recalls(path: Path, recalls: pd.DataFrame, n_seeds: int) -> None:
    """Draw the mean recall of every class (column) in every variant and skew (row) as colours and numbers.

    Args:
        n_seeds: the most that a variant was run with.
        recalls: variant, skew and one column a class, 0..1, NaN where the class was left out.
    """
    classes = list(recalls.columns[2:])
    values = recalls[classes].to_numpy(float)
    several = len(set(recalls["skew"])) > 1
    names = [f"{variant}, {skew}" if several else variant for variant, skew in recalls[["variant", "skew"]].to_numpy()]
    with use_style():
        figure = Figure(figsize=(4.5 + 0.8 * len(classes), 2.4 + 0.36 * len(names)))
        axes = figure.add_subplot()
        image = axes.imshow(values, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        for (row, column), value in np.ndenumerate(values):
            if not np.isnan(value):
                colour = "white" if value > 0.6 else "black"
                axes.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=9, color=colour)
        words = [name.replace("_", " ") for name in classes]
        axes.set_xticks(
            np.arange(len(classes)), words, rotation=40, ha="right", rotation_mode="anchor", parse_math=False
        )
        axes.set_yticks(np.arange(len(names)), names, parse_math=False)
        axes.set(title=f"Recall per class, {'mean over seeds' if n_seeds > 1 else 'one seed'}")
        axes.spines[:].set_visible(False)
        figure.colorbar(image, ax=axes, shrink=0.7, label="recall (0..1)")
        save_figure(path, figure)

"""Figures of the scores as SVG, and the tidy tables from which DVC draws its own."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from artstyle.calibration import bin_confidences
from artstyle.figures import COLOURS, MARKERS, save_figure, use_style

MOST_CELLS_WITH_TEXT = 20
MOST_BARS = 60


def tabulate_confusion(labels: np.ndarray, predicted: np.ndarray, class_names: list[str]) -> pd.DataFrame:
    """Return one row a work with the class names `actual` and `predicted`: the input of DVC's confusion template."""
    names = np.asarray(class_names, object)
    return pd.DataFrame({"actual": names[labels], "predicted": names[predicted]})


def tabulate_classes(scores: dict) -> pd.DataFrame:
    """Return `per_class` of `score_predictions` as rows class, metric, value (support is a count, the rest 0..1)."""
    rows = [(name, metric, value) for name, values in scores["per_class"].items() for metric, value in values.items()]
    return pd.DataFrame(rows, columns=["class", "metric", "value"])


def draw_confusion(path: Path, counts: np.ndarray, class_names: list[str], *, title: str = "") -> None:
    """Draw a confusion matrix: colour and percent are shares of the given class (row), the number is the count.

    Args:
        counts: int (k, k), row = given class, column = predicted class. Beyond 20 classes only colours are drawn.
    """
    n_classes = len(class_names)
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    with use_style():
        side = min(2.6 + 0.72 * n_classes, 17)
        figure = Figure(figsize=(side + 1.0, side))
        axes = figure.add_subplot()
        image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        if n_classes <= MOST_CELLS_WITH_TEXT:
            _write_cells(axes, counts, shares)
            _name_ticks(axes, class_names)
        axes.set(xlabel="predicted class", ylabel="given class", title=title or "Confusion matrix")
        axes.spines[:].set_visible(False)
        figure.colorbar(image, ax=axes, shrink=0.7, label="share of the given class")
        save_figure(path, figure)


def draw_per_class_f1(path: Path, scores: dict, *, title: str = "") -> None:
    """Draw F1 of every class as bars in the model's order, each with its number of works, and the macro mean.

    Of more than 60 classes only those with most works are drawn.
    """
    largest = sorted(scores["per_class"], key=lambda name: -scores["per_class"][name]["support"])[:MOST_BARS]
    names = [name for name in scores["per_class"] if name in largest]
    f1 = [scores["per_class"][name]["f1"] for name in names]
    support = [scores["per_class"][name]["support"] for name in names]
    with use_style():
        figure = Figure(figsize=(8.5, 1.6 + 0.42 * len(names)))
        axes = figure.add_subplot()
        places = np.arange(len(names))
        axes.barh(places, f1, color=COLOURS[0], height=0.7)
        for place, value, n in zip(places, f1, support, strict=True):
            axes.text(1.03, place, f"{value:.2f}  ({n} works)", va="center", fontsize=10)
        macro = scores["macro"]["f1"]
        axes.axvline(macro, color=COLOURS[1], linestyle="--", label=f"mean over classes: {macro:.3f}")
        axes.set_yticks(places, [_readable(name) for name in names], parse_math=False)
        axes.invert_yaxis()
        axes.set(xlim=(0, 1), xlabel="F1 (0..1, higher is better)", title=title or "F1 per class")
        figure.legend(loc="outside lower center", frameon=False)
        save_figure(path, figure)


def draw_training_curves(path: Path, history: pd.DataFrame, metric: str, *, label: str = "", title: str = "") -> None:
    """Draw one metric over the training of all phases.

    Args:
        history: tidy rows step (number, counted within a phase or through), phase (name), `metric` and, where it
            exists, `val_<metric>`. Phases stand side by side in the order of their first rows.
        metric: column to draw as "training"; `val_<metric>` is drawn as "validation".
        label: words for the vertical axis.
    """
    with use_style():
        figure = Figure(figsize=(8.5, 4.2))
        axes = figure.add_subplot()
        start = 0
        ends = []
        for phase, rows in history.groupby("phase", sort=False):
            steps = start + 1 + np.arange(len(rows))
            for index, (column, what) in enumerate(((metric, "training"), (f"val_{metric}", "validation"))):
                if column in rows:
                    style = {"color": COLOURS[index], "marker": MARKERS[index], "markersize": 5}
                    axes.plot(steps, rows[column], label=None if start else what, **style)
            ends.append((start + 0.5, _readable(str(phase))))
            start += len(rows)
        _name_phases(axes, ends, n_epochs=start)
        axes.set(xlim=(0.5, start + 0.5), xlabel="epoch, counted through all phases", ylabel=label or _readable(metric))
        axes.set_title(title or f"{_readable(metric)} in training".capitalize(), pad=32)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(frameon=False)
        save_figure(path, figure)


def draw_reliability(path: Path, curves: dict[str, tuple[np.ndarray, np.ndarray]], *, title: str = "") -> None:
    """Draw accuracy over confidence in bins of equal mass; on the diagonal, confidence can be taken at its word.

    Args:
        curves: name -> (labels (n,), probabilities (n, k)).
    """
    with use_style():
        figure = Figure(figsize=(5.6, 6.8))  # room for title and legend above and below the square
        axes = figure.add_subplot()
        axes.plot([0, 1], [0, 1], color="#999999", linestyle="--", linewidth=1, label="perfect")
        for index, (name, (labels, probabilities)) in enumerate(curves.items()):
            bins = bin_confidences(labels, probabilities)
            style = {"color": COLOURS[index % len(COLOURS)], "marker": MARKERS[index % len(MARKERS)]}
            axes.plot(bins["confidence"], bins["accuracy"], label=name, **style)
        axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal", title=title or "Reliability, 15 bins of equal size")
        axes.set(xlabel="confidence: probability of the predicted class", ylabel="accuracy: share that is right")
        figure.legend(frameon=False, loc="outside lower center")
        save_figure(path, figure)


def _name_phases(axes, starts: list[tuple[float, str]], n_epochs: int) -> None:
    """Mark where each phase starts, and name it above; a name that would run into the one before stands higher."""
    end, line = -1.0, 0  # share of the width that the names so far take, line of the last one
    for place, name in starts:
        left = (place - 0.5) / n_epochs
        line = line + 1 if left < end else 0
        end = left + 0.013 * len(name)  # letters of 10 points on axes of about 7 inches
        axes.axvline(place, color="#999999", linewidth=0.8)
        where = {"xy": (place, 1.0), "xycoords": axes.get_xaxis_transform(), "textcoords": "offset points"}
        axes.annotate(name, xytext=(2, 2 + 13 * line), va="bottom", fontsize=10, **where)


def _write_cells(axes, counts: np.ndarray, shares: np.ndarray) -> None:
    for (row, column), share in np.ndenumerate(shares):
        text = f"{counts[row, column]}\n{share:.0%}" if counts[row, column] else "0"
        colour = "white" if share > 0.55 else "black"
        axes.text(column, row, text, ha="center", va="center", fontsize=9, color=colour)


def _readable(name: str) -> str:
    return name.replace("_", " ")


def _name_ticks(axes, class_names: list[str]) -> None:
    places = np.arange(len(class_names))
    names = [_readable(name) for name in class_names]
    axes.set_xticks(places, names, rotation=40, ha="right", rotation_mode="anchor", parse_math=False)
    axes.set_yticks(places, names, parse_math=False)

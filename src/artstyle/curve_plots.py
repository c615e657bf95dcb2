"""Precision over recall of each class."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import average_precision_score, precision_recall_curve

from artstyle.class_styles import style_line
from artstyle.figures import save_figure, use_style

MOST_CURVES = 20


def measure_average_precision(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return the average precision of each class against all others, (k,), 0..1, higher is better.

    0 for a class without works, as all undefined scores.

    Args:
        labels: given class indices, int (n,).
        probabilities: (n, k).
    """
    k = probabilities.shape[1]
    return np.array(
        [average_precision_score(labels == c, probabilities[:, c]) if (labels == c).any() else 0.0 for c in range(k)]
    )


def draw_precision_recall(path: Path, labels: np.ndarray, probabilities: np.ndarray, class_names: list[str]) -> None:
    """Draw precision over recall of each class against all others, with its average precision, in the model's order.

    Of more than 20 classes only those with most works are drawn.
    """
    values = measure_average_precision(labels, probabilities)
    support = np.bincount(labels, minlength=len(class_names))
    shown = np.sort(np.argsort(-support, kind="stable")[:MOST_CURVES])
    with use_style():
        figure = Figure(figsize=(9.2, 5.6))
        axes = figure.add_subplot()
        for place, c in enumerate(shown):
            style = dict(zip(("color", "linestyle"), style_line(place), strict=True))
            name = f"{class_names[c].replace('_', ' ')}: {values[c]:.2f}"
            if support[c]:
                precision, recall, _ = precision_recall_curve(labels == c, probabilities[:, c])
                axes.plot(recall, precision, drawstyle="steps-post", linewidth=1.6, label=name, **style)
            else:
                axes.plot([], [], label=f"{name} (no works)", **style)
        axes.set(xlim=(0, 1), ylim=(0, 1.02), title="Precision and recall of each class on the test works")
        axes.set(xlabel="recall: share of the class that is found", ylabel="precision: share of finds that is right")
        title = f"average precision\n(mean {values.mean():.3f})"
        legend = figure.legend(loc="outside right upper", frameon=False, title=title)
        _write_plainly(legend)
        save_figure(path, figure)


def _write_plainly(legend) -> None:
    for text in legend.get_texts():
        text.set_parse_math(False)

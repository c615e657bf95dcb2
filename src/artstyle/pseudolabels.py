"""Choose which works of the unlabelled pool are taught with the label that the model gives them."""

import math
from typing import Any

import numpy as np

from artstyle.parameters import check_number


def select_pseudolabels(
    probabilities: np.ndarray, n_train: np.ndarray, *, threshold: float, max_share_per_class: float
) -> np.ndarray:
    """Return the rows that become pseudo-labelled, in ascending order.

    A row is taken when its highest probability reaches the threshold. Of each class at most a share of its number
    of training works (rounded up) is taken, the most confident first, so that large classes do not crowd out small ones
    (Lee, "Pseudo-label", ICML workshop 2013, with a cap per class).

    Args:
        probabilities: (n, classes), n may be 0.
        n_train: training works of each class, (classes,).
        threshold: 0..1.
        max_share_per_class: cap as a share of the class's training works, 0..100.

    Raises:
        UserError: a value out of range.
    """
    check_number("pseudolabel_phase3.select.threshold", threshold, 0, 1)
    check_number("pseudolabel_phase3.select.max_share_per_class", max_share_per_class, 0, 100)
    confidence, labels = probabilities.max(axis=1, initial=0), probabilities.argmax(axis=1)
    taken = []
    for label, n in enumerate(n_train):
        rows = np.flatnonzero((labels == label) & (confidence >= threshold))
        best = rows[np.argsort(-confidence[rows], kind="stable")]
        taken.append(best[: math.ceil(round(max_share_per_class * n, 6))])
    return np.sort(np.concatenate(taken)) if taken else np.zeros(0, dtype=np.int64)


def report_selection(classes: list[str], labels: np.ndarray, chosen: np.ndarray, truth: np.ndarray) -> dict[str, Any]:
    """Count the pseudo-labels per class.

    Args:
        classes: class names.
        labels: predicted class of every work of the pool.
        chosen: rows taken.
        truth: true class of every work of the pool; the training never sees it.

    Returns:
        Pool size, number taken, and per class its number, coverage (share of its works in the pool that were taken
        with any label) and precision (share of its pseudo-labels that are true; 0 if there are none).
    """
    per_class = {}
    for index, name in enumerate(classes):
        own = chosen[labels[chosen] == index]
        n_true = int((truth == index).sum())
        per_class[name] = {
            "n": len(own),
            "coverage": float((truth[chosen] == index).sum() / n_true) if n_true else 0.0,
            "precision": float((truth[own] == index).mean()) if len(own) else 0.0,
        }
    precision = float((truth[chosen] == labels[chosen]).mean()) if len(chosen) else 0.0
    if len(chosen) == 0:
        print(f"0 pseudo-labels from a pool of {len(labels)} works: the result equals the control run", flush=True)
    else:
        print(f"{len(chosen)} pseudo-labels from a pool of {len(labels)} works, precision {precision:.3f}", flush=True)
    return {"pool": len(labels), "n": len(chosen), "precision": precision, "per_class": per_class}

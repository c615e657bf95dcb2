"""Score class probabilities against given labels, from arrays alone: every figure can be recomputed from the table.

One rule for undefined values: a precision, recall or F1 whose denominator is 0 counts as 0. Macro averages go over all
classes of the model, also those without a work; balanced accuracy, by its definition, over the classes with works.
"""

import numpy as np
from sklearn.metrics import confusion_matrix, f1_score, precision_recall_fscore_support

from artstyle.calibration import expected_calibration_error

MIN_PROBABILITY = 1e-7  # keeps the loss of a probability of 0 finite: 16.1 nats
SUM_TOLERANCE = 1e-3


def score_predictions(labels: np.ndarray, probabilities: np.ndarray, class_names: list[str]) -> dict:
    """Return all scores of one set of predictions as nested dictionaries of plain numbers.

    Args:
        labels: given class indices, int (n,).
        probabilities: one row a work, (n, k), rows sum to 1; the prediction is the first largest.
        class_names: k names in the model's order, which is kept in `per_class`.

    Returns:
        n, accuracy, loss (mean negative log likelihood in nats, lower is better), top_3 (share of works whose label
        is among the 3 most probable), balanced_accuracy, macro and weighted {precision, recall, f1}, ece (15 bins of
        equal mass, lower is better), per_class {name: {precision, recall, f1, support}}.

    Raises:
        ValueError: no rows, or a row that is not a distribution or has a label out of range; names the row.
    """
    n_classes = len(class_names)
    check_predictions(labels, probabilities, n_classes)
    probabilities = np.asarray(probabilities, np.float64)
    predicted = probabilities.argmax(1)
    by_class = _measure_classes(labels, predicted, n_classes)
    support = by_class["support"]
    own = probabilities[np.arange(len(labels)), labels]
    return {
        "n": len(labels),
        "accuracy": float(np.mean(predicted == labels)),
        "loss": float(-np.log(np.maximum(own, MIN_PROBABILITY)).mean()),
        "top_3": float(np.mean(rank_labels(labels, probabilities) <= 3)),
        "balanced_accuracy": float(by_class["recall"][support > 0].mean()),
        "macro": {name: float(by_class[name].mean()) for name in ("precision", "recall", "f1")},
        "weighted": {
            name: float(np.average(by_class[name], weights=support)) for name in ("precision", "recall", "f1")
        },
        "ece": expected_calibration_error(labels, probabilities),
        "per_class": {
            class_name: {name: values[index].item() for name, values in by_class.items()}
            for index, class_name in enumerate(class_names)
        },
    }


def check_predictions(labels: np.ndarray, probabilities: np.ndarray, n_classes: int) -> None:
    """Check that labels and probabilities belong together.

    Raises:
        ValueError: naming the first bad row, counted from 0.
    """
    labels, probabilities = np.asarray(labels), np.asarray(probabilities)
    if len(labels) == 0:
        raise ValueError("no rows to score")
    if probabilities.shape != (len(labels), n_classes):
        raise ValueError(f"probabilities have shape {probabilities.shape}; expected {(len(labels), n_classes)}")
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels are {labels.dtype}; expected whole numbers")
    for row, what in find_faults(labels, probabilities):
        raise ValueError(f"row {row}: {what} (label {labels[row]}, probabilities {probabilities[row].tolist()})")


def find_faults(labels: np.ndarray, probabilities: np.ndarray) -> list[tuple[int, str]]:
    """Return the first row of each kind of fault, counted from 0, and what is wrong with it; nothing for good rows.

    Args:
        labels: int (n,); probabilities: (n, k).
    """
    n_classes = probabilities.shape[1]
    checks = (
        (~np.isfinite(probabilities).all(1), "a probability is not finite"),
        ((probabilities < 0).any(1), "a probability is negative"),
        (np.abs(probabilities.sum(1, dtype=np.float64) - 1) > SUM_TOLERANCE, "probabilities do not sum to 1"),
        ((labels < 0) | (labels >= n_classes), f"the label is not in 0..{n_classes - 1}"),
    )
    return [(int(np.argmax(bad)), what) for bad, what in checks if bad.any()]


def rank_labels(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return the rank of each row's label by probability, int (n,): 1 = most probable; of equals the first leads."""
    own = np.take_along_axis(probabilities, labels[:, None], 1)  # (n, 1)
    earlier = np.arange(probabilities.shape[1])[None, :] < labels[:, None]
    return 1 + ((probabilities > own) | ((probabilities == own) & earlier)).sum(1)


def count_confusions(labels: np.ndarray, predicted: np.ndarray, n_classes: int) -> np.ndarray:
    """Return the confusion matrix, int (k, k): row = given class, column = predicted class, in the model's order."""
    return confusion_matrix(labels, predicted, labels=np.arange(n_classes))


def macro_f1(labels: np.ndarray, predicted: np.ndarray, n_classes: int) -> float:
    """Return the mean F1 (0..1, higher is better) over all `n_classes` classes, 0 where undefined."""
    return float(f1_score(labels, predicted, labels=np.arange(n_classes), average="macro", zero_division=0))


def _measure_classes(labels: np.ndarray, predicted: np.ndarray, n_classes: int) -> dict[str, np.ndarray]:
    values = precision_recall_fscore_support(labels, predicted, labels=np.arange(n_classes), zero_division=0)
    return dict(zip(("precision", "recall", "f1", "support"), values, strict=True))

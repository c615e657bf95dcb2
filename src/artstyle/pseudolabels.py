"""Choose which works of the unlabelled pool are taught with the label that the model gives them."""

import math
from typing import Any

import numpy as np
import pandas as pd

from artstyle.errors import UserError


def select_pseudolabels(
    probabilities: np.ndarray, n_train: np.ndarray, *, threshold: float, max_share_per_class: float
) -> np.ndarray:
    """Return the rows that become pseudo-labelled, in ascending order.

    A row is taken when its highest probability reaches the threshold. Of each class at most a share of its number
    of training works (rounded up) is taken, the most confident first, so that large classes do not crowd out small ones
    (Lee, "Pseudo-label", ICML workshop 2013, with a cap per class).

    Args:
        probabilities: (n, classes), n may be 0.
        n_train: training works of each class, each counted once, (classes,).
        threshold: 0..1.
        max_share_per_class: cap as a share of the class's training works, 0..100.
    """
    confidence, labels = probabilities.max(axis=1, initial=0), probabilities.argmax(axis=1)
    taken = []
    for label, n in enumerate(n_train):
        rows = np.flatnonzero((labels == label) & (confidence >= threshold))
        best = rows[np.argsort(-confidence[rows], kind="stable")]
        taken.append(best[: math.ceil(round(max_share_per_class * n, 6))])
    return np.sort(np.concatenate(taken)) if taken else np.zeros(0, dtype=np.int64)


def choose_pseudolabels(
    probabilities: np.ndarray,
    n_train: np.ndarray,
    validation: tuple[np.ndarray, np.ndarray],
    *,
    threshold: float | None,
    precision: float,
    max_share_per_class: float,
) -> tuple[np.ndarray, float]:
    """Return the rows that become pseudo-labelled, ascending, and the threshold that was used.

    Args:
        probabilities, n_train, max_share_per_class: as in `select_pseudolabels`.
        validation: probabilities and labels of the validation works.
        threshold: lowest probability, or None for the one that `find_threshold` finds on validation.
        precision: as in `find_threshold`; used where `threshold` is None.
    """
    if threshold is None:
        threshold = find_threshold(*validation, precision)
    rows = select_pseudolabels(probabilities, n_train, threshold=threshold, max_share_per_class=max_share_per_class)
    return rows, threshold


def find_threshold(probabilities: np.ndarray, labels: np.ndarray, precision: float) -> float:
    """Return the lowest confidence from which on labelled works are predicted right often enough.

    Args:
        probabilities: (n, classes) of labelled works that the model did not learn from.
        labels: their class indices, (n,).
        precision: wanted share of right predictions among all works at least as confident, 0..1.

    Returns:
        A threshold for `select_pseudolabels`; 1.1, above all confidences, where none is high enough: a line says so.
    """
    confidence = probabilities.max(axis=1, initial=0).astype(np.float64)
    order = np.argsort(-confidence, kind="stable")
    right = np.cumsum(probabilities.argmax(axis=1)[order] == labels[order])
    enough = right / np.arange(1, len(labels) + 1) >= precision
    last_of_equals = np.append(confidence[order][1:] != confidence[order][:-1], True)[: len(labels)]
    good = np.flatnonzero(enough & last_of_equals)
    if len(good) == 0:
        print(f"no confidence reaches a precision of {precision} on validation", flush=True)
        return 1.1
    return float(confidence[order][good[-1]])


def check_pool(works: pd.DataFrame, by: str) -> None:
    """Check that nothing of the pool is known to validation or test.

    Args:
        works: painting, family, artist, split.
        by: how the split was made; with `artist`, no artist of the pool may be judged either.

    Raises:
        UserError: naming the first work of the pool that is, or is related to, a judged one.
    """
    pool, judged = works[works["split"] == "pool"], works[works["split"].isin(("validation", "test"))]
    shared = {"painting": "the work itself", "family": "a copy or relative"}
    if by == "artist":
        shared["artist"] = "a work of the same artist"
    for column, words in shared.items():
        both = pool[pool[column].isin(judged[column])]
        if not both.empty:
            row = both.iloc[0]
            other = judged[judged[column] == row[column]].iloc[0]
            raise UserError(
                f"{row['painting']}: in the pool, and {words} is in {other['split']} ({other['painting']});"
                " pseudo-labels would leak into the scores; run `dvc repro -f split`"
            )


def report_selection(classes: list[str], labels: np.ndarray, chosen: np.ndarray, truth: np.ndarray) -> dict[str, Any]:
    """Count the pseudo-labels per class.

    Args:
        classes: class names.
        labels: predicted class of every work of the pool.
        chosen: rows taken.
        truth: true class of every work of the pool, -1 where it is not known; the training never sees it.

    Returns:
        Pool size, how many of it have no label, number taken, and per class its number, coverage (share of its works in
        the pool that were taken with any label) and precision (share of its pseudo-labels that are true, among those
        whose truth is known; 0 if there are none).
    """
    per_class = {}
    for index, name in enumerate(classes):
        own = chosen[labels[chosen] == index]
        n_true = int((truth == index).sum())
        per_class[name] = {
            "n": len(own),
            "coverage": float((truth[chosen] == index).sum() / n_true) if n_true else 0.0,
            "precision": _share(truth[own][truth[own] >= 0] == index),
        }
    known = chosen[truth[chosen] >= 0]
    precision = _share(truth[known] == labels[known])
    if len(chosen) == 0:
        print(f"0 pseudo-labels from a pool of {len(labels)} works", flush=True)
    else:
        words = f"precision {precision:.3f}" if len(known) else "precision not known"
        print(f"{len(chosen)} pseudo-labels from a pool of {len(labels)} works, {words}", flush=True)
    n_unlabelled = int((truth < 0).sum())
    facts = {"pool": len(labels), "unlabelled": n_unlabelled, "n": len(chosen), "precision": precision}
    return {**facts, "per_class": per_class}


def _share(hits: np.ndarray) -> float:
    return float(hits.mean()) if len(hits) else 0.0

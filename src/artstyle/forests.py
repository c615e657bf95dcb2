"""Isolation Forests, one for each given class: a rare style is compared with itself, not with the large ones."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.ensemble import IsolationForest

from artstyle.errors import UserError
from artstyle.parameters import check_number

POOLED, NONE = -1, -2


@dataclass(frozen=True)
class Forests:
    """Fitted forests and what they say.

    Attributes:
        forests: class index -> forest; `POOLED` -> the forest of all works, for classes too small for their own.
        used: the key into `forests` for each work, int (n,); `NONE` in a class that does not vary.
        scores: anomaly score 2^(-depth / usual depth) of each work, float (n,), 0..1, higher is more suspicious;
            0.5 for the works of a class that does not vary.
        kinds: class index -> "own", "pooled" or "constant".
    """

    forests: dict[int, IsolationForest]
    used: np.ndarray
    scores: np.ndarray
    kinds: dict[int, str]


def fit_forests(
    features: pd.DataFrame,
    labels: np.ndarray,
    paintings: np.ndarray,
    *,
    n_trees: int,
    max_samples: int,
    min_works: int,
    seed: int,
) -> Forests:
    """Fit a forest for each given class and score its works (Liu, Ting and Zhou, "Isolation Forest", ICDM 2008).

    Args:
        features: float columns, n rows.
        labels, paintings: given class indices (int) and names for messages, (n,).
        n_trees: trees a forest.
        max_samples: works drawn for a tree, at most those of the class.
        min_works: a class with fewer works is judged by a forest of all works.

    Raises:
        UserError: a feature that is not finite; names the painting and the feature.
    """
    for name, value, low in (("n_trees", n_trees, 1), ("max_samples", max_samples, 2), ("min_works", min_works, 2)):
        check_number(f"outliers.forest.{name}", value, low, 1_000_000, whole=True)
    check_finite(features, paintings)
    values = to_single(features)
    forests: dict[int, IsolationForest] = {}
    used, scores, kinds = np.full(len(labels), NONE), np.full(len(labels), 0.5), {}
    for label in np.unique(labels):
        members = labels == label
        if members.sum() > 1 and (np.ptp(values[members], axis=0) == 0).all():
            kinds[int(label)] = "constant"
            continue
        key = int(label) if members.sum() >= min_works else POOLED
        if key not in forests:
            forests[key] = _grow(values[members] if key != POOLED else values, n_trees, max_samples, seed)
        used[members] = key
        scores[members] = -forests[key].score_samples(values[members])
        kinds[int(label)] = "own" if key != POOLED else "pooled"
    return Forests(forests, used, scores, kinds)


def _grow(values: np.ndarray, n_trees: int, max_samples: int, seed: int) -> IsolationForest:
    forest = IsolationForest(n_estimators=n_trees, max_samples=min(max_samples, len(values)), random_state=seed)
    return forest.fit(values)


def flag_outliers(scores: np.ndarray, labels: np.ndarray, *, contamination: float) -> np.ndarray:
    """Flag the most suspicious share of each given class, bool (n,).

    Only works strictly above the cut are flagged: in a class whose works all score the same there are none. The share
    moves the cut, never a score.

    Args:
        scores: float (n,), higher is more suspicious.
        labels: given class indices, int (n,).
        contamination: share of a class to flag, 0..0.5.
    """
    check_number("outliers.flag.contamination", contamination, 0, 0.5)
    flagged = np.zeros(len(scores), bool)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        ascending = np.sort(scores[members])
        n_flagged = round(contamination * len(members))
        if n_flagged:
            flagged[members] = scores[members] > ascending[-n_flagged - 1]
    return flagged


def check_finite(features: pd.DataFrame, paintings: np.ndarray) -> None:
    """Check that every feature is a number.

    Raises:
        UserError: naming the first painting and feature that is NaN or infinite.
    """
    bad = ~np.isfinite(features.to_numpy(np.float64))
    if bad.any():
        row, column = np.argwhere(bad)[0]
        value, name = features.iloc[row, column], features.columns[column]
        raise UserError(f"{paintings[row]}: feature {name} is {value}; expected a finite number")


def to_single(features: pd.DataFrame) -> np.ndarray:
    """Return the features as the forests see them: contiguous float32 (n, columns)."""
    return np.ascontiguousarray(features.to_numpy(np.float32))

"""Judge every label by a model that has seen neither the work nor any other work of its artist."""

from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from artstyle.baselines import TOLERANCE, fit_quietly
from artstyle.errors import UserError
from artstyle.parameters import check_number


def assign_folds(labels: np.ndarray, artists: np.ndarray, *, n_folds: int, seed: int) -> np.ndarray:
    """Return the fold of each work, int (n,): all works of an artist share one, classes are spread as well as can be.

    Raises:
        UserError: fewer artists than folds.
    """
    check_number("outliers.judge.n_folds", n_folds, 2, 100, whole=True)
    n_artists = len(np.unique(artists))
    if n_artists < n_folds:
        raise UserError(
            f"params.yaml: outliers.judge.n_folds is {n_folds}, but there are only {n_artists} artists (weights are"
            " chosen on training and validation works, which must have as many)"
        )
    folds = np.empty(len(labels), np.int64)
    if np.bincount(labels).max() < n_folds:  # too few for scikit-learn to stratify; an even spread of artists does
        _, codes = np.unique(artists, return_inverse=True)
        return np.random.default_rng(seed).permutation(n_artists)[codes] % n_folds
    splitter = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    for fold, (_, members) in enumerate(splitter.split(labels[:, None], labels, artists)):
        folds[members] = fold
    return folds


def find_judgeable(folds: np.ndarray, labels: np.ndarray, trusted: np.ndarray) -> np.ndarray:
    """Return the works whose class another fold has a trusted work of, bool (n,); the others cannot be judged.

    What falls away counts for nobody else, so the search goes on until nothing more does.
    """
    kept = np.ones(len(labels), bool)
    while True:
        counts = np.zeros((folds.max() + 1, labels.max() + 1), np.int64)
        np.add.at(counts, (folds[kept & trusted], labels[kept & trusted]), 1)
        now = kept & ((counts.sum(0) - counts)[folds, labels] > 0)
        if (now == kept).all():
            return kept
        kept = now


@dataclass(frozen=True)
class Fold:
    """Works to learn from and works to judge, in principal components; no label has a part in them.

    Attributes:
        learned, judged: rows, int (m,) and (q,).
        learned_points, judged_points: float32 (m, p) and (q, p).
    """

    learned: np.ndarray
    judged: np.ndarray
    learned_points: np.ndarray
    judged_points: np.ndarray


def prepare_folds(features: np.ndarray, folds: np.ndarray, trusted: np.ndarray, n_components: int) -> list[Fold]:
    """Scale and reduce the features for each fold, fitted without it: all that a judge needs besides labels.

    Args:
        features: float (n, d), finite.
        folds: fold of each work, int (n,).
        trusted: bool (n,); a work that is not trusted is judged but never learned from.
        n_components: principal components kept, at most d.
    """
    check_number("outliers.judge.n_components", n_components, 1, 100_000, whole=True)
    prepared = []
    for fold in np.unique(folds):
        learned, judged = np.flatnonzero((folds != fold) & trusted), np.flatnonzero(folds == fold)
        if not len(learned):
            raise UserError(f"outliers: without fold {fold}, no work is left to learn from")
        x = features[learned]
        reduce = make_pipeline(StandardScaler(), PCA(min(n_components, *x.shape), svd_solver=_choose_solver(x)))
        prepared.append(Fold(learned, judged, reduce.fit_transform(x), reduce.transform(features[judged])))
    return prepared


def judge_folds(folds: list[Fold], labels: np.ndarray, n_classes: int, *, c: float, max_iter: int) -> np.ndarray:
    """Return class probabilities of every work from a logistic regression fitted without its artist.

    Args:
        folds: from `prepare_folds`.
        labels: given class indices, int (n,).
        c: inverse regularisation.
        max_iter: limit of iterations.

    Returns:
        Float64 (n, k); 0 in the column of a class that no other fold has.

    Raises:
        UserError: works of fewer than two classes are left to learn from.
    """
    check_number("outliers.judge.c", c, 1e-9, 1e9)
    check_number("outliers.judge.max_iter", max_iter, 1, 100_000, whole=True)
    probabilities = np.zeros((len(labels), n_classes))
    for number, fold in enumerate(folds):
        if len(np.unique(labels[fold.learned])) < 2:
            raise UserError(f"outliers: without fold {number}, works of fewer than two classes are left to learn from")
        model = LogisticRegression(C=c, max_iter=max_iter, tol=TOLERANCE)
        fit_quietly(model, fold.learned_points, labels[fold.learned])
        probabilities[np.ix_(fold.judged, model.classes_)] = model.predict_proba(fold.judged_points)
    return probabilities


def _choose_solver(x: np.ndarray) -> str:
    return "covariance_eigh" if len(x) > x.shape[1] else "full"  # the faster one for each shape


def reduce_features(features: np.ndarray, n_components: int) -> np.ndarray:
    """Return standardised features turned to their principal components, float64 (n, at most n_components).

    No label is looked at. The sign of each component is fixed, so that the same features give the same bytes.
    """
    scaled = StandardScaler().fit_transform(features)
    n_components = min(n_components, *scaled.shape)
    return PCA(n_components, svd_solver=_choose_solver(scaled)).fit_transform(scaled).astype(np.float64)

"""Judge every label by a model that has seen neither the work nor any other work of its artist."""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
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
        raise UserError(f"params.yaml: outliers.judge.n_folds is {n_folds}, but there are only {n_artists} artists")
    folds = np.empty(len(labels), np.int64)
    if np.bincount(labels).max() < n_folds:  # too few for scikit-learn to stratify; an even spread of artists does
        _, codes = np.unique(artists, return_inverse=True)
        return np.random.default_rng(seed).permutation(n_artists)[codes] % n_folds
    splitter = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    for fold, (_, members) in enumerate(splitter.split(labels[:, None], labels, artists)):
        folds[members] = fold
    return folds


def predict_out_of_fold(
    features: np.ndarray,
    labels: np.ndarray,
    artists: np.ndarray,
    trusted: np.ndarray,
    n_classes: int,
    *,
    n_folds: int,
    n_components: int,
    c: float,
    max_iter: int,
    seed: int,
) -> np.ndarray:
    """Return class probabilities of every work from a logistic regression fitted without its artist.

    Scaling and the reduction to principal components are fitted anew without the fold, too.

    Args:
        features: float (n, d), finite.
        labels, artists: given class indices (int) and names, (n,).
        trusted: bool (n,); a work that is not trusted is judged but never learned from.
        n_components: principal components kept, at most d.
        c: inverse regularisation.
        max_iter: limit of iterations.

    Returns:
        Float64 (n, k). NaN in the column of a class that no other fold has: this label cannot be judged there.
    """
    check_number("outliers.judge.n_components", n_components, 1, 100_000, whole=True)
    check_number("outliers.judge.c", c, 1e-9, 1e9)
    check_number("outliers.judge.max_iter", max_iter, 1, 100_000, whole=True)
    folds = assign_folds(labels, artists, n_folds=n_folds, seed=seed)
    probabilities = np.full((len(labels), n_classes), np.nan)
    for fold in np.unique(folds):
        learned, judged = (folds != fold) & trusted, folds == fold
        if len(np.unique(labels[learned])) < 2:
            raise UserError(f"outliers: without fold {fold}, works of fewer than two classes are left to learn from")
        model = _fit_judge(features[learned], labels[learned], n_components, c, max_iter)
        probabilities[np.ix_(judged, model.classes_)] = model.predict_proba(features[judged])
    return probabilities


def _fit_judge(x: np.ndarray, labels: np.ndarray, n_components: int, c: float, max_iter: int) -> Pipeline:
    pca = PCA(min(n_components, *x.shape), svd_solver=_choose_solver(x))
    judge = make_pipeline(StandardScaler(), pca, LogisticRegression(C=c, max_iter=max_iter, tol=TOLERANCE))
    fit_quietly(judge, x, labels)
    return judge


def _choose_solver(x: np.ndarray) -> str:
    return "covariance_eigh" if len(x) > x.shape[1] else "full"  # the faster one for each shape


def reduce_features(features: np.ndarray, n_components: int) -> np.ndarray:
    """Return standardised features turned to their principal components, float64 (n, at most n_components).

    No label is looked at. The sign of each component is fixed, so that the same features give the same bytes.
    """
    scaled = StandardScaler().fit_transform(features)
    n_components = min(n_components, *scaled.shape)
    return PCA(n_components, svd_solver=_choose_solver(scaled)).fit_transform(scaled).astype(np.float64)

"""Three baselines that a model must beat, each as class probabilities so that the same scores apply."""

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from artstyle.errors import UserError
from artstyle.scores import MIN_PROBABILITY

TOLERANCE = 1e-3  # ten times scikit-learn's default: half of the time, the same validation loss to 0.0003 nats


def predict_majority(train_labels: np.ndarray, n: int, n_classes: int) -> np.ndarray:
    """Return the class shares of the training works for each of `n` works, (n, k): the prediction is the majority."""
    return np.tile(_shares(train_labels, n_classes), (n, 1))


def predict_by_artist(
    train_labels: np.ndarray, train_artists: np.ndarray, artists: np.ndarray, n_classes: int
) -> np.ndarray:
    """Look every artist's label up among the training works, without a look at a picture.

    The overall class shares count as one more work: they break ties and stand alone for an unknown artist.

    Args:
        train_labels, train_artists: class index (int) and name of each training work, (n_train,).
        artists: names of the artists to predict, (n,).

    Returns:
        Probabilities (n, k); the prediction is the artist's most frequent training label.
    """
    shares = _shares(train_labels, n_classes)
    names, index = np.unique(np.asarray(train_artists, str), return_inverse=True)
    counts = np.zeros((len(names) + 1, n_classes))  # the last row is the unknown artist
    np.add.at(counts, (index, train_labels), 1)
    known = {name: row for row, name in enumerate(names)}
    rows = [known.get(str(artist), len(names)) for artist in artists]
    smoothed = counts[rows] + shares
    return smoothed / smoothed.sum(1, keepdims=True)


@dataclass(frozen=True)
class LinearHead:
    """A logistic regression on standardised features.

    Attributes:
        scaler, model: fitted scikit-learn parts.
        n_classes: number of classes of the answer; a class without training works gets probability 0.
        c: the inverse regularisation that was chosen.
        validation_loss: its mean negative log likelihood on the validation works, nats.
    """

    scaler: StandardScaler
    model: LogisticRegression
    n_classes: int
    c: float
    validation_loss: float

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return probabilities (n, k) for features (n, d)."""
        return _predict(self.model, self.scaler.transform(np.asarray(features, np.float32)), self.n_classes)


def fit_linear_head(
    features: np.ndarray,
    labels: np.ndarray,
    validation_features: np.ndarray,
    validation_labels: np.ndarray,
    n_classes: int,
    *,
    c_values: tuple[float, ...] = (1e-4, 1e-3, 1e-2),
    max_iter: int = 200,
) -> LinearHead:
    """Fit a linear head on frozen features; the regularisation is chosen by the loss on the validation works.

    Args:
        features, validation_features: (n, d); converted to float32.
        labels, validation_labels: class indices, int (n,).
        c_values: inverse regularisations to try in ascending order, each started from the one before, until the
            validation loss gets worse.
        max_iter: limit of iterations a value.

    Raises:
        UserError: fewer than two classes among the training works.
    """
    if len(np.unique(labels)) < 2:
        raise UserError(f"linear baseline: the {len(labels)} training works are all of one class")
    scaler = StandardScaler()
    x = scaler.fit_transform(np.asarray(features, np.float32))
    x_validation = scaler.transform(np.asarray(validation_features, np.float32))
    best = None
    model = LogisticRegression(max_iter=max_iter, warm_start=True, tol=TOLERANCE)
    for c in sorted(c_values):
        model.set_params(C=c)
        with threadpool_limits(1):  # sums in the same order whatever the machine
            fit_quietly(model, x, labels)
        loss = _loss(_predict(model, x_validation, n_classes), validation_labels)
        if best is not None and loss >= best[0]:
            break
        best = (loss, c, model.coef_.copy(), model.intercept_.copy())
    loss, c, model.coef_, model.intercept_ = best
    return LinearHead(scaler, model, n_classes, c, loss)


def fit_quietly(model: BaseEstimator, x: np.ndarray, labels: np.ndarray) -> None:
    """Fit in place; reaching the iteration limit is no news here, the validation loss tells what it is worth."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x, labels)


def _predict(model: LogisticRegression, x: np.ndarray, n_classes: int) -> np.ndarray:
    probabilities = np.zeros((len(x), n_classes))
    with threadpool_limits(1):
        probabilities[:, model.classes_] = model.predict_proba(x)
    return probabilities / probabilities.sum(1, keepdims=True)


def _loss(probabilities: np.ndarray, labels: np.ndarray) -> float:
    if len(labels) == 0:
        return 0.0
    return float(-np.log(np.maximum(probabilities[np.arange(len(labels)), labels], MIN_PROBABILITY)).mean())


def _shares(labels: np.ndarray, n_classes: int) -> np.ndarray:
    counts = np.bincount(labels, minlength=n_classes)
    return counts / counts.sum()

"""How well do the features of the frozen backbones tell styles of painters never seen, whatever is trained on them?

    PYTHONPATH=src python benchmarks/frozen_features.py --features data/features ../lite1/data/features --views 2

Needs the outputs of `dvc repro extract_features` in the workspace, and minutes. Training and validation works are
cross-validated in groups of painters by kernel ridge regression, which is solved and not trained, so that features can
be compared without the chance of a training. The test works have no part in it: choices may be made by these figures.

Compared are the plain views of the first folder, every work counting alike, and what the options ask for: several
folders side by side (of other clones, such as with another backbone or size of the square, for the same pictures),
more views to learn from, or works that count less the more there are of their painter.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.kernel_ridge import KernelRidge

from artstyle.artists import name_artists, weigh_by_artist
from artstyle.commands import tell_mistakes
from artstyle.errors import UserError
from artstyle.feature_store import FeatureStore, open_features
from artstyle.intervals import measure_gain
from artstyle.out_of_fold import assign_folds
from artstyle.predictions import Predictions
from artstyle.scores import macro_f1
from artstyle.tables import read_json, read_table

COLUMNS = 2048  # read at a time; only memory depends on it
FARTHEST = 6  # standard deviations; farther values count as so far, else a single column decides for a few works


def measure_likeness(stores: list[FeatureStore], rows: np.ndarray, n_views: int) -> np.ndarray:
    """Return the products of all works' standardised features, float32 (views * works, views * works).

    The plain views come first, then those of the next view. Every vector of every store (pooled features, covariances)
    counts alike: its products are 1 on average between a plain view and itself.

    Args:
        rows: row of each work, the same in all stores.
    """
    likeness = np.zeros((n_views * len(rows),) * 2, np.float32)
    vectors = [v for store in stores for v in (store.pooled, store.covariances) if v is not None]
    for vector in vectors:
        part = np.zeros_like(likeness)
        seen = np.concatenate([vector[rows, view] for view in range(n_views)])  # float16 (views * works, columns)
        for start in range(0, seen.shape[1], COLUMNS):
            x = seen[:, start : start + COLUMNS].astype(np.float32)
            deviation = x[: len(rows)].std(axis=0)
            x = (x - x[: len(rows)].mean(axis=0)) / np.where(deviation > 0, deviation, np.inf)
            x = np.clip(x, -FARTHEST, FARTHEST)
            part += x @ x.T
        likeness += part / (np.diag(part)[: len(rows)].mean() * len(vectors))
    return likeness


def compute_kernel(likeness: np.ndarray, one: np.ndarray, other: np.ndarray, width: float) -> np.ndarray:
    """Return the Gaussian kernel exp(-width * squared distance), float32 (one, other), of rows of `likeness`.

    Args:
        width: above 0; squared distances are of vectors of mean squared length 1.
    """
    lengths = np.diag(likeness)
    distances = lengths[one][:, None] + lengths[other][None] - 2 * likeness[np.ix_(one, other)]
    return np.exp(-width * np.maximum(distances, 0))


def predict_folds(likeness, labels, artists, folds, n_classes, n_views, exponent, options) -> np.ndarray:
    """Return the scores of every work, float (works, classes), by the works of the other folds: the highest wins."""
    n, targets = len(labels), np.eye(n_classes)
    scores = np.zeros((n, n_classes))
    for fold in np.unique(folds):
        learned, judged = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        weights = weigh_by_artist(artists[learned], labels[learned], exponent)
        mean = np.average(targets[labels[learned]], axis=0, weights=weights)
        rows = np.concatenate([learned + view * n for view in range(n_views)])
        model = KernelRidge(kernel="precomputed", alpha=options.penalty)
        wanted = np.tile(targets[labels[learned]] - mean, (n_views, 1)).astype(np.float32)
        counted = np.tile(weights, n_views).astype(np.float32) if exponent else None
        model.fit(compute_kernel(likeness, rows, rows, options.width), wanted, counted)
        scores[judged] = model.predict(compute_kernel(likeness, judged, rows, options.width)) + mean
    return scores


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--features", nargs="+", type=Path, default=[Path("data/features")], metavar="FOLDER")
    parser.add_argument("--views", type=int, default=1, help="views to learn from, the plain one included")
    parser.add_argument("--artist-exponent", type=float, default=0.0, help="0..1, as balancing.artist_exponent")
    parser.add_argument("--penalty", type=float, default=0.1, help="of the ridge regression, above 0")
    parser.add_argument("--width", type=float, default=0.5, help="of the kernel, above 0")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for name, low in (
        ("views", 1),
        ("folds", 2),
        ("seed", 0),
        ("artist_exponent", 0),
        ("penalty", 1e-9),
        ("width", 1e-9),
    ):
        if not getattr(options, name) >= low:
            parser.error(f"--{name.replace('_', '-')} must be at least {low}")
    for name, high in (("artist_exponent", 1), ("penalty", 1e9), ("width", 1e9), ("seed", 2**32 - 1)):
        if not getattr(options, name) <= high:
            parser.error(f"--{name.replace('_', '-')} must be at most {high}")
    return options


def main() -> None:
    """Print the scores of the plain views of the first folder, of what is asked for, and the gain with its interval.

    Raises:
        UserError: no cached features, of other pictures, or too few views of them.
    """
    options = read_arguments()
    paintings, works = read_table(Path("data/filtered/paintings.csv")), read_table(Path("data/split/works.csv"))
    stores = [open_features(folder, paintings) for folder in options.features]
    for folder, store in zip(options.features, stores, strict=True):
        if store.facts["n_views"] < options.views:
            raise UserError(f"{folder}: --views {options.views}, but it has {store.facts['n_views']}")
    works = works[works["split"].isin(["train", "validation"])].reset_index(drop=True)
    classes = read_json(Path("data/sampled/classes.json"))
    labels, artists = works["label"].map(classes.index).to_numpy(np.int64), name_artists(works)
    if options.folds > min(100, n_artists := len(np.unique(artists))):
        raise UserError(f"--folds {options.folds}: at most 100, and as many as there are artists, {n_artists}")
    folds = assign_folds(labels, artists, n_folds=options.folds, seed=options.seed)
    rows, found = stores[0].find_rows(works["painting"]), []
    asked = (("plain views", stores[:1], 1, 0.0), ("asked for", stores, options.views, options.artist_exponent))
    for name, some, n_views, exponent in asked:
        likeness = measure_likeness(some, rows, n_views)
        scores = predict_folds(likeness, labels, artists, folds, len(classes), n_views, exponent, options)
        found.append(_as_predictions(works, labels, scores, classes))
        right, f1 = np.mean(scores.argmax(1) == labels), macro_f1(labels, scores.argmax(1), len(classes))
        print(f"{name}: {right:.2%} of {len(labels)} works, macro-F1 {f1:.4f}", flush=True)
    for score, gain in measure_gain(found[1], found[0], options.seed).items():
        print(f"gain in {score}: {gain['gain']:+.4f} ({gain['low']:+.4f} to {gain['high']:+.4f}, painters resampled)")


def _as_predictions(works: pd.DataFrame, labels: np.ndarray, scores: np.ndarray, classes: list[str]) -> Predictions:
    one_hot = np.eye(len(classes))[scores.argmax(1)]  # only which class leads is asked
    return Predictions(works, labels, one_hot, classes)


if __name__ == "__main__":
    with tell_mistakes("frozen_features"):
        main()

"""Readable features of a work that tell how well it fits the label it was given."""

import numpy as np
import pandas as pd

from artstyle.scores import rank_labels

# 1: high values speak against the given label, -1: low values do (entropy: a judge that is sure of another label).
SUSPICIOUS_SIDE = {
    "own_probability": -1,
    "margin": 1,
    "rank": 1,
    "entropy": -1,
    "agreement": -1,
    "centre_distance": 1,
}


def describe_confidence(labels: np.ndarray, probabilities: np.ndarray) -> pd.DataFrame:
    """Describe what a classifier thinks of each given label.

    Args:
        labels: given class indices, int (n,).
        probabilities: (n, k), from a model that has not learned these works.

    Returns:
        own_probability (0..1, of the given label), margin (-1..1: best other probability minus own, higher is more
        suspicious), rank (of the given label, 1 = most probable), entropy (nats, higher is less certain).
    """
    rows = np.arange(len(labels))
    own = probabilities[rows, labels]
    others = probabilities.copy()
    others[rows, labels] = -1
    safe = np.where(probabilities > 0, probabilities, 1)
    return pd.DataFrame(
        {
            "own_probability": own,
            "margin": others.max(1) - own,
            "rank": rank_labels(labels, probabilities).astype(np.float64),
            "entropy": -(safe * np.log(safe)).sum(1),
        }
    )


def measure_centre_distance(
    points: np.ndarray, labels: np.ndarray, artists: np.ndarray, trusted: np.ndarray
) -> np.ndarray:
    """Return each work's distance to the centre of its given class, relative to the median distance of the class.

    The centre is the mean of the trusted works of the class by other artists, so that no artist defines what is usual
    for himself. Where there are none the distance is 1, the class's median.

    Args:
        points: float (n, d).
        labels: given class indices, int (n,).
        artists: names (n,).
        trusted: bool (n,), the works that count for a centre.

    Returns:
        Float (n,), above 0; 1 = usual, higher is more suspicious.
    """
    distances = np.ones(len(points))
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        counted = trusted[members]
        _, artist = np.unique(np.asarray(artists, str)[members], return_inverse=True)
        sums = np.zeros((artist.max() + 1, points.shape[1]))
        np.add.at(sums, artist[counted], points[members[counted]])
        counts = np.bincount(artist[counted], minlength=len(sums))
        n_others = counts.sum() - counts[artist]
        known = n_others > 0
        centres = (sums.sum(0) - sums[artist[known]]) / n_others[known, None]
        raw = np.linalg.norm(points[members[known]] - centres, axis=1)
        median = np.median(raw) if len(raw) else 0.0
        if median > 0:
            distances[members[known]] = raw / median
    return distances


def clip_to_usual(values: pd.DataFrame, labels: np.ndarray) -> pd.DataFrame:
    """Return columns with the harmless side cut off at the median of the given class.

    A forest finds both ends of a feature odd. A label that fits better than usual is no reason for suspicion, so only
    the side that speaks against a label keeps its differences.

    Args:
        values: columns, of which those in `SUSPICIOUS_SIDE` are cut.
        labels: given class indices, int (n,).
    """
    usual = values.groupby(labels).transform("median")
    clipped = values.copy()
    for name, side in SUSPICIOUS_SIDE.items():
        clipped[name] = np.maximum(values[name], usual[name]) if side > 0 else np.minimum(values[name], usual[name])
    return clipped


def standardise_within(values: pd.DataFrame, labels: np.ndarray) -> pd.DataFrame:
    """Return columns as standard deviations from the mean of the given class; 0 where a class does not vary."""
    groups = values.groupby(labels)
    centred = values - groups.transform("mean")
    # A constant column has a spread of rounding errors, which must not be blown up.
    spread = groups.transform("std", ddof=0)
    varies = spread > 1e-9 * (1 + groups.transform("mean").abs())
    return (centred / spread.where(varies, 1.0)).where(varies, 0.0)


def log_aspect(paintings: pd.DataFrame) -> np.ndarray:
    """Return the log of width over height of the originals, float (n,): 0 = square, above 0 = wide."""
    return np.log(paintings["width_px"].to_numpy(float) / paintings["height_px"].to_numpy(float))

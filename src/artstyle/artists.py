"""Works by the same artist, and how much each of them counts (no TensorFlow)."""

import numpy as np
import pandas as pd


def name_artists(table: pd.DataFrame) -> np.ndarray:
    """Return a name of the artist for each row, text (n,); a work without an artist counts as its own artist."""
    named = table["artist"].astype(str)
    return np.where(named != "", "artist " + named, "work " + table["painting"].astype(str)).astype(str)


def weigh_by_artist(artists: np.ndarray, labels: np.ndarray, exponent: float) -> np.ndarray:
    """Return the weight of each work, float64 (n,): (works of its artist) ^ -exponent, with mean 1 in every class.

    Works of one artist resemble each other, so that a further one tells less about artists who were never seen. The
    mean keeps the say of every class as it is.

    Args:
        artists: name of each work's artist, (n,).
        labels: class index of each work, int (n,).
        exponent: 0 (works count alike)..1 (artists count alike within a class, if they keep to it).
    """
    _, artist, sizes = np.unique(artists, return_inverse=True, return_counts=True)
    weights = sizes[artist].astype(np.float64) ** -exponent
    means = np.bincount(labels, weights) / np.maximum(np.bincount(labels), 1)
    return weights / means[labels]

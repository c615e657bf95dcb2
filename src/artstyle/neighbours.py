"""What do the most similar works of other artists say about a label?"""

import numpy as np
import pandas as pd

CHUNK = 1024  # rows of the distance matrix at a time; only memory depends on it
NOBODY = -1


def find_neighbours(points: np.ndarray, artists: np.ndarray, trusted: np.ndarray, k: int) -> np.ndarray:
    """Return the rows of the k nearest trusted works of other artists, int (n, at most k), in no order.

    Args:
        points: float (n, d); Euclidean distance between rows is likeness.
        artists: names (n,).
        trusted: bool (n,), the works that may vote.
        k: number of neighbours; `NOBODY` fills up where fewer are there.
    """
    points = np.asarray(points, np.float32)
    _, artist = np.unique(np.asarray(artists, str), return_inverse=True)
    voters = np.flatnonzero(trusted)
    squares = np.einsum("ij,ij->i", points, points)
    nearest = np.full((len(points), min(k, len(voters))), NOBODY)
    for start in range(0, len(points) if len(voters) else 0, CHUNK):
        rows = np.arange(start, min(start + CHUNK, len(points)))
        distances = squares[voters][None, :] - 2 * points[rows] @ points[voters].T  # (rows, voters), up to a constant
        distances[artist[rows][:, None] == artist[voters][None, :]] = np.inf
        places = np.argpartition(distances, nearest.shape[1] - 1, axis=1)[:, : nearest.shape[1]]
        found = np.isfinite(np.take_along_axis(distances, places, 1))
        nearest[rows] = np.where(found, voters[places], NOBODY)
    return nearest


def count_votes(nearest: np.ndarray, labels: np.ndarray, n_classes: int) -> pd.DataFrame:
    """Compare every label with those of the nearest works.

    Args:
        nearest: from `find_neighbours`.
        labels: given class indices, int (n,).

    Returns:
        agreement (share 0..1 of neighbours with the same given label, higher is less suspicious), neighbour_label
        (index of their most frequent label) and neighbour_share (its share). Without neighbours: 1, own label, 1.
    """
    rows = np.arange(len(labels))
    shares = np.zeros((len(labels), n_classes))
    np.add.at(shares, (np.repeat(rows, nearest.shape[1]), labels[nearest].ravel()), (nearest != NOBODY).ravel())
    alone = shares.sum(1) == 0
    shares[alone, labels[alone]] = 1
    shares /= shares.sum(1, keepdims=True)
    columns = {"agreement": shares[rows, labels], "neighbour_label": shares.argmax(1), "neighbour_share": shares.max(1)}
    return pd.DataFrame(columns)

"""What do the most similar works of other artists say about a label?"""

import numpy as np
import pandas as pd

CHUNK = 1024  # rows of the distance matrix at a time; only memory depends on it


def compare_with_neighbours(
    points: np.ndarray, labels: np.ndarray, artists: np.ndarray, trusted: np.ndarray, n_classes: int, k: int
) -> pd.DataFrame:
    """Look at the k nearest trusted works of other artists.

    Args:
        points: float (n, d); Euclidean distance between rows is likeness.
        labels: given class indices, int (n,).
        artists: names (n,).
        trusted: bool (n,), the works that may vote.
        k: number of neighbours; fewer vote where fewer are there.

    Returns:
        agreement (share 0..1 of neighbours with the same given label, higher is less suspicious), neighbour_label
        (index of their most frequent label) and neighbour_share (its share). Without neighbours: 1, own label, 1.
    """
    points = np.asarray(points, np.float32)
    _, artist = np.unique(np.asarray(artists, str), return_inverse=True)
    voters = np.flatnonzero(trusted)
    squares = np.einsum("ij,ij->i", points, points)
    shares = np.zeros((len(points), n_classes))
    for start in range(0, len(points) if len(voters) else 0, CHUNK):
        rows = np.arange(start, min(start + CHUNK, len(points)))
        distances = squares[voters][None, :] - 2 * points[rows] @ points[voters].T  # (rows, voters), up to a constant
        distances[artist[rows][:, None] == artist[voters][None, :]] = np.inf
        nearest = np.argpartition(distances, min(k, len(voters)) - 1, axis=1)[:, :k]
        found = np.isfinite(np.take_along_axis(distances, nearest, 1))
        np.add.at(shares, (np.repeat(rows, nearest.shape[1]), labels[voters[nearest]].ravel()), found.ravel())
    alone = shares.sum(1) == 0
    shares[alone, labels[alone]] = 1
    shares /= shares.sum(1, keepdims=True)
    agreement = shares[np.arange(len(points)), labels]
    return pd.DataFrame({"agreement": agreement, "neighbour_label": shares.argmax(1), "neighbour_share": shares.max(1)})

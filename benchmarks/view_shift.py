"""How unlike the pictures themselves are their augmented views, in the eyes of the frozen backbone?

    PYTHONPATH=src python benchmarks/view_shift.py

Needs the outputs of `dvc repro extract_features` in the workspace. For each column of the cached vectors: how far the
mean over all works moves from the plain view to an augmented one, in standard deviations of the plain view. A head that
learns from views that moved far is asked about pictures that it has hardly seen.
"""

from pathlib import Path

import numpy as np

from artstyle.commands import tell_mistakes
from artstyle.errors import UserError
from artstyle.feature_store import FeatureStore, open_features
from artstyle.tables import read_table

CHUNK = 500  # works read at once


def measure_shift(store: FeatureStore, name: str, view: int) -> np.ndarray:
    """Return by how many standard deviations the mean of each column moves, float64 (columns,), 0 or more.

    Columns that do not vary are left out.

    Args:
        name: `pooled` or `covariances`.
        view: which of the augmented views, from 1.
    """
    n = store.facts["n_paintings"]
    moved = squares = total = 0.0
    for start in range(0, n, CHUNK):
        rows = np.arange(start, min(start + CHUNK, n))
        plain, changed = (
            store.read_inputs([name], rows, np.full(len(rows), v))[name].astype(np.float64) for v in (0, view)
        )
        moved = moved + (changed - plain).sum(axis=0)
        total, squares = total + plain.sum(axis=0), squares + np.square(plain).sum(axis=0)
    deviation = np.sqrt(np.maximum(squares / n - np.square(total / n), 0))
    return np.abs(moved / n)[deviation > 0] / deviation[deviation > 0]


def main() -> None:
    """Print median and 95th percentile of the shift of each augmented view.

    Raises:
        UserError: no cached features, or none of an augmented view.
    """
    store = open_features(Path("data/features"), read_table(Path("data/filtered/paintings.csv")))
    if store.facts["n_views"] < 2:
        raise UserError("params.yaml: extract_features.n_views is 1: there is no augmented view to compare")
    names = ["pooled", "covariances"] if store.facts["covariance_columns"] else ["pooled"]
    for name in names:
        for view in range(1, store.facts["n_views"]):
            middle, far = np.quantile(measure_shift(store, name, view), [0.5, 0.95])
            print(f"{name}, view {view}: median shift {middle:.3f}, 95th percentile {far:.3f} standard deviations")


if __name__ == "__main__":
    with tell_mistakes("view_shift"):
        main()

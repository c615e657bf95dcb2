"""Tie works together that must not be separated by a split: relatives, and in artist mode all works of an artist."""

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

MODES = ("artist", "random")


def group_works(works: pd.DataFrame, by: str) -> np.ndarray:
    """Return the group number of each row, 0.. in the order of first appearance.

    Args:
        works: family, artist.
        by: `random` ties families of related pictures; `artist` ties families and artists: an artist whose pictures
            are relatives of another's joins that artist's group.
    """
    families = pd.factorize(works["family"])[0]
    if by == "random" or works.empty:
        return families
    artists = pd.factorize(works["artist"])[0] + families.max() + 1
    n_nodes = int(artists.max()) + 1
    links = coo_array((np.ones(len(works)), (families, artists)), shape=(n_nodes, n_nodes))
    _, component = connected_components(links, directed=False)
    return pd.factorize(component[families])[0]


def count_groups(groups: np.ndarray, labels: pd.Series, classes: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the groups that hold any of the given works, and their works per class (groups, classes)."""
    names, rows = np.unique(groups, return_inverse=True)
    columns = pd.Categorical(labels, categories=classes).codes
    counts = np.zeros((len(names), len(classes)), dtype=np.int64)
    np.add.at(counts, (rows, columns), 1)
    return names, counts

"""Make small classes rarer in training, and only there: how a method copes with a long tail is then measured on the
same validation and test works as without.
"""

import numpy as np
import pandas as pd

from artstyle.errors import UserError
from artstyle.parameters import check_number
from artstyle.split_sides import UNUSED

MOST_SKEW = 10_000


def plan_sizes(sizes: np.ndarray, ratio: float) -> np.ndarray:
    """Return how many works of each class may stay, int (classes,).

    The classes, ordered by size, are held to an exponential profile as in Cui et al., "Class-Balanced Loss Based on
    Effective Number of Samples" (CVPR 2019), section 5.1: the i-th of k to largest * ratio^(-i / (k - 1)), at least 1.
    A class that is smaller than its place in the profile stays whole.

    Args:
        sizes: training works of each class, int (classes,); classes without works take no place in the profile.
        ratio: largest over smallest, 1 or more.
    """
    order = np.argsort(-sizes, kind="stable")
    order = order[sizes[order] > 0]
    places = np.arange(len(order)) / max(len(order) - 1, 1)
    profile = np.maximum(np.round(sizes.max(initial=0) * float(ratio) ** -places), 1).astype(np.int64)
    planned = np.zeros_like(sizes)
    planned[order] = np.minimum(sizes[order], profile)
    return planned


def skew_training(split: pd.DataFrame, classes: list[str], *, ratio: float | None, seed: int) -> pd.DataFrame:
    """Return the split with surplus training works moved to `unused`, n_draws 0; all other works keep their side.

    Every training work that stays is drawn once: repeats, with which the sample filled small classes up, would undo
    the skew.

    Which works of a class stay depends on the seed, its name and its works; a steeper skew keeps some of those that a
    gentler one keeps.

    Args:
        split: painting, label, split, n_draws; sorted by painting.
        ratio: as in `plan_sizes`; None changes nothing.

    Raises:
        UserError: a bad value.
    """
    if ratio is None:
        return split
    check_number("split.train_skew", ratio, 1, MOST_SKEW)
    check_number("seed", seed, 0, 2**32 - 1, whole=True)
    trained = split["split"].to_numpy() == "train"
    rows = {name: np.flatnonzero(trained & (split["label"] == name).to_numpy()) for name in classes}
    planned = plan_sizes(np.array([len(rows[name]) for name in classes]), ratio)
    sides, draws = split["split"].to_numpy(dtype=object, copy=True), split["n_draws"].to_numpy(copy=True)
    draws[trained] = 1
    for name, n in zip(classes, planned, strict=True):
        rng = np.random.default_rng([seed, MOST_SKEW, *name.encode()])
        moved = rows[name][rng.permutation(len(rows[name]))[n:]]
        sides[moved], draws[moved] = UNUSED, 0
    return split.assign(split=sides, n_draws=draws)


def find_ratio(sizes: pd.Series) -> float:
    """Return largest over smallest class, of the classes that have works.

    Raises:
        UserError: there is no work at all.
    """
    sizes = sizes[sizes > 0]
    if sizes.empty:
        raise UserError("no training works")
    return float(sizes.max() / sizes.min())

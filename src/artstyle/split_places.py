"""Which sides of a split a class can claim, and the exact way to give as many classes as possible their places."""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack, kron

SIDES = ("train", "validation", "test", "pool")
# In this order a class with few groups gets its places: with one group train only, with two train and test, ...
PRIORITY = ("train", "test", "validation", "pool")
# Far above any difference in shares (below 2), so that a missing place always counts first; the pool has no labels.
# That of training counts once for each class: no number of other places makes up for a class without training.
PLACE_WEIGHTS = {"train": 4000.0, "validation": 1500.0, "test": 2000.0, "pool": 10.0}


def plan_places(counts: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return which sides each class can claim by its number of groups, in the order of `PRIORITY`.

    Args:
        counts: works of each group in each class (groups, classes).
        shares: wanted share of each of `SIDES`, 0..1; a side with share 0 takes no works.

    Returns:
        (classes, sides) booleans.
    """
    n_groups = (counts > 0).sum(axis=0)
    places = np.zeros((counts.shape[1], len(SIDES)), dtype=bool)
    for rank, side in enumerate(side for side in PRIORITY if shares[SIDES.index(side)] > 0):
        places[:, SIDES.index(side)] = n_groups > rank
    return places


def weigh_places(places: np.ndarray) -> np.ndarray:
    """Return the cost of leaving each of the places empty, 0 where a class claims none.

    Args:
        places: which sides each class claims, booleans (classes, sides).
    """
    weights = {**PLACE_WEIGHTS, "train": len(places) * PLACE_WEIGHTS["train"]}
    return places * np.array([weights[side] for side in SIDES])


def cover_places(
    holds: np.ndarray, n_groups: np.ndarray, cost: np.ndarray, shares: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return a deal of groups that leaves the least cost of empty places; which of several such deals is drawn by lot.

    Solved as an integer program (HiGHS, through SciPy): moving single groups can miss the only way out where a few
    artists work in many classes.

    Args:
        holds: whether a group of this kind has works of this class (kinds, classes).
        n_groups: groups of each kind (kinds,).
        cost: cost of each empty place (classes, sides).

    Returns:
        (kinds, sides) number of groups.
    """
    n_kinds, n_classes = holds.shape
    n_sides = len(SIDES)
    n_dealt, n_places = n_kinds * n_sides, n_classes * n_sides
    lot = 1e-3 * rng.random(n_dealt) / n_groups.sum()
    all_dealt = kron(eye_array(n_kinds), np.ones((1, n_sides)))
    all_dealt = hstack([all_dealt, csr_array((n_kinds, n_places))])
    filled = hstack([kron(holds.T.astype(float), eye_array(n_sides)), eye_array(n_places)])
    limits = np.concatenate([np.outer(n_groups, shares > 0).ravel(), np.ones(n_places)])
    solution = milp(
        np.concatenate([lot, cost.ravel()]),
        integrality=np.ones(n_dealt + n_places),
        bounds=Bounds(0, limits),
        constraints=[LinearConstraint(all_dealt, n_groups, n_groups), LinearConstraint(filled, 1, np.inf)],
        options={"mip_rel_gap": 0},
    )
    return np.rint(solution.x[:n_dealt]).astype(np.int64).reshape(n_kinds, n_sides)

"""Cross-validation: deal whole groups into folds, of which one is the test side, so that every work is tested once.

`deal_groups` keeps to the shares of every class and prefers many small groups in validation and test; an artist with
more works than a side may hold can then be nowhere but in training. Folds have no such preference: every artist is
tested in exactly one of them.
"""

import re
import warnings
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from artstyle.errors import UserError
from artstyle.split_places import SIDES
from artstyle.splitting import deal_groups

MOST_FOLDS = 20
_TEST = SIDES.index("test")


def read_fold(fold: Any) -> tuple[int, int] | None:
    """Return which fold of how many is the test side, counted from 1; None if there are no folds.

    Raises:
        UserError: neither null nor a text such as 2/5.
    """
    if fold is None:
        return None
    found = re.fullmatch(r"([0-9]{1,3})/([0-9]{1,3})", str(fold))
    number, n_folds = map(int, found.groups()) if found else (0, 0)
    if not 1 <= number <= n_folds or not 2 <= n_folds <= MOST_FOLDS:
        raise UserError(
            f"params.yaml: split.fold is {fold!r}; it must be null, or a fold and their number (at most {MOST_FOLDS}),"
            " such as 2/5"
        )
    return number, n_folds


def share_out(shares: np.ndarray, fold: tuple[int, int] | None) -> np.ndarray:
    """Return the shares of `SIDES` that a fold leaves: the test side is one fold, the others keep their proportions.

    Args:
        shares: wanted shares without folds, 0..1, with sum 1, that of the test side below 1.
        fold: as `read_fold` gives it; None changes nothing.
    """
    if fold is None:
        return shares
    left = np.where(np.arange(len(SIDES)) == _TEST, 0, shares)
    left = left / left.sum() * (1 - 1 / fold[1])
    left[_TEST] = 1 / fold[1]
    return left


def deal_sides(
    counts: np.ndarray,
    classes: list[str],
    shares: np.ndarray,
    fold: tuple[int, int] | None,
    *,
    tries: int,
    seed: int,
) -> np.ndarray:
    """Return the side of each group, an index into `SIDES`: by shares, or with one fold as the test side.

    The folds depend on the seed and their number only, so that over all of them every group is tested exactly once.
    They have about the same number of works of each class (`StratifiedGroupKFold` of scikit-learn), as far as large
    groups let them.

    Args:
        counts: works of each group in each class (groups, classes), none empty.
        classes: names of the classes.
        shares: as `share_out` gives them.
        fold: as `read_fold` gives it.
        tries, seed: as in `deal_groups`.

    Raises:
        UserError: fewer groups than folds, no class with as many works, or a class all of whose works are in the fold.
    """
    if fold is None:
        return deal_groups(counts, shares, tries=tries, seed=seed)
    tested = _find_tested(counts, fold, seed)
    others = np.setdiff1d(np.arange(len(counts)), tested)
    _check_left(counts, others, classes, fold)
    sides = np.full(len(counts), _TEST)
    rest = np.where(np.arange(len(SIDES)) == _TEST, 0, shares)
    sides[others] = deal_groups(counts[others], rest / rest.sum(), tries=tries, seed=seed)
    return sides


def _find_tested(counts: np.ndarray, fold: tuple[int, int], seed: int) -> np.ndarray:
    number, n_folds = fold
    n = min(len(counts), int(counts.sum(axis=0).max(initial=0)))
    if n < n_folds:
        what = "groups of works" if n == len(counts) else "works in the largest class"
        raise UserError(f"params.yaml: split.fold is {number}/{n_folds}, but there are only {n} {what}")
    groups, labels = np.nonzero(counts)
    repeats = counts[groups, labels]
    groups, labels = np.repeat(groups, repeats), np.repeat(labels, repeats)
    with warnings.catch_warnings():
        # Of classes with fewer works than folds, which cannot be in all of them; the log names them by itself.
        warnings.simplefilter("ignore", UserWarning)
        folds = list(StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed).split(labels, labels, groups))
    return np.unique(groups[folds[number - 1][1]])


def _check_left(counts: np.ndarray, others: np.ndarray, classes: list[str], fold: tuple[int, int]) -> None:
    lacking = (counts.sum(axis=0) > 0) & (counts[others].sum(axis=0) == 0)
    if lacking.any():
        name, n = classes[int(lacking.argmax())], int((counts[:, lacking.argmax()] > 0).sum())
        groups = f"{n} group{'' if n == 1 else 's'} of works"
        raise UserError(
            f"params.yaml: split.fold={fold[0]}/{fold[1]} leaves class '{name}' nothing to learn from: it has"
            f" {groups}, all in this fold; leave the class out, or use fewer folds"
        )

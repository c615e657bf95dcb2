"""Give every work its side: the sampled ones by shares, what the sample left over to the pool where that is honest."""

from typing import Any

import numpy as np
import pandas as pd

from artstyle.errors import UserError
from artstyle.parameters import check_choice, check_number
from artstyle.split_folds import deal_sides
from artstyle.split_groups import MODES, count_groups, group_works
from artstyle.split_places import SIDES

CONFLICT, UNUSED = "conflict", "unused"
PARTS = (*SIDES, CONFLICT, UNUSED)
LABELLED = ("train", "validation", "test")


def split_works(
    works: pd.DataFrame,
    classes: list[str],
    *,
    by: str,
    shares: np.ndarray,
    fold: tuple[int, int] | None,
    tries: int,
    target: str,
    seed: int,
) -> pd.DataFrame:
    """Return the works, sorted by painting, with their side and the group that keeps them together.

    Sampled works are dealt out by groups, each class by the same shares. A work that the sample left over goes to the
    pool, unless its group has works in validation or test or its family works in training: then it is unused.
    Conflicts stay out of everything. Outside training a work counts once, whatever the sample drew.

    Args:
        works: painting, label, artist, family, conflict, sampled, n_draws.
        classes: the class names; the label of every sampled work is one of them.
        by: `artist` puts no artist on two sides, `random` no family of related pictures.
        shares: wanted share (0..1) of the sampled works on each of `SIDES`, see `check_shares` and `share_out`.
        fold: which fold of how many is the test side, see `deal_sides`; None: there are no folds.
        tries: starts of the search, see `deal_groups`.

    Returns:
        The columns of `works`, n_draws set, and split (one of `PARTS`) and group (whole number, -1 for conflicts).

    Raises:
        UserError: a bad value, a mode that the target makes impossible, or too few groups for the sides.
    """
    check_choice("split.by", by, MODES)
    check_number("split.tries", tries, 1, 100_000, whole=True)
    check_number("seed", seed, 0, 2**32 - 1, whole=True)
    if by == "artist" and target == "artist":
        raise UserError("params.yaml: target 'artist' cannot be told on artists never seen; use -S split.by=random")
    works = works.sort_values("painting").reset_index(drop=True)
    _check_labels(works, classes)
    is_conflict, sampled = works["conflict"].to_numpy() == 1, works["sampled"].to_numpy() == 1
    groups = _number_groups(works, ~is_conflict, by)
    numbers, counts = count_groups(groups[sampled], works["label"][sampled], classes)
    dealt = deal_sides(counts, classes, shares, fold, tries=tries, seed=seed)
    sides = pd.Series(groups).map(dict(zip(numbers, np.array(SIDES)[dealt], strict=True))).fillna("")
    sides = _place_left_over(works, sides.to_numpy(dtype=object))
    split = works.assign(n_draws=_count_draws(works["n_draws"].to_numpy(), sides), split=sides, group=groups)
    _check_sides(split, by)
    return split


def _number_groups(works: pd.DataFrame, used: np.ndarray, by: str) -> np.ndarray:
    """Return the group of each work, -1 where `used` is false.

    Works without a label come last: they leave the numbers of the others as they are, and with the numbers the lots.
    """
    groups, rows = np.full(len(works), -1), np.flatnonzero(used)
    rows = rows[np.argsort((works["label"] == "").to_numpy()[rows], kind="stable")]
    groups[rows] = group_works(works.iloc[rows], by)
    return groups


def _place_left_over(works: pd.DataFrame, sides: np.ndarray) -> np.ndarray:
    """Return the sides with the works in them that were not sampled; they come in with the side of their group."""
    sampled, is_conflict = works["sampled"].to_numpy() == 1, works["conflict"].to_numpy() == 1
    in_training = works["family"].isin(works["family"][sampled & (sides == "train")]).to_numpy()
    barred = np.isin(sides, ["validation", "test"]) | in_training
    left_over = np.where(barred, UNUSED, "pool")
    return np.where(sampled, sides, np.where(is_conflict, CONFLICT, left_over))


def check_shares(shares: Any) -> np.ndarray:
    """Return the shares in the order of `SIDES`, 0..1.

    Raises:
        UserError: a side is missing, unknown or out of range, or the sum is not 1.
    """
    if not isinstance(shares, dict) or set(shares) != set(SIDES):
        raise UserError(f"params.yaml: split.shares must have exactly {', '.join(SIDES)}, got {shares!r}")
    for side in SIDES:
        check_number(f"split.shares.{side}", shares[side], 0, 1)
        if side in LABELLED and shares[side] == 0:
            raise UserError(f"params.yaml: split.shares.{side} is {shares[side]}; it must be more than 0")
    total = sum(shares[side] for side in SIDES)
    if abs(total - 1) > 1e-6:
        raise UserError(f"params.yaml: split.shares add up to {total:.6g} instead of 1 (they are {shares})")
    return np.array([shares[side] for side in SIDES], dtype=float)


def _check_labels(works: pd.DataFrame, classes: list[str]) -> None:
    unknown = works[(works["sampled"] == 1) & ~works["label"].isin(classes)]
    if len(unknown):
        first = unknown.iloc[0]
        raise UserError(f"{first['painting']}: its class '{first['label']}' is not in the list of classes")
    if not (works["sampled"] == 1).any():
        raise UserError("no work was sampled, so there is nothing to split")


def _count_draws(draws: np.ndarray, sides: np.ndarray) -> np.ndarray:
    once = np.isin(sides, ["validation", "test", "pool"]).astype(np.int64)
    return np.where(sides == "train", draws, once)


def _check_sides(split: pd.DataFrame, by: str) -> None:
    for side in LABELLED:
        if not (split["split"] == side).any():
            tied = "artists" if by == "artist" else "families of pictures"
            raise UserError(f"params.yaml: split.by={by}: too few {tied} to give split '{side}' any work")
    check_split(split, by)


def check_split(split: pd.DataFrame, by: str) -> None:
    """Refuse a split that leaks.

    No family may be on two of the sides. In artist mode no artist may have sampled works on two sides, nor any work
    outside the side of his works in validation or test. Conflicts and works left over are never trained or tested on.

    Raises:
        UserError: naming a family, artist or painting and where it stands.
    """
    on_sides = split[split["split"].isin(SIDES)]
    _check_together(on_sides, "family")
    if by == "artist":
        _check_together(on_sides[on_sides["sampled"] == 1], "artist")
        # Works left over by the sample may serve as pool beside the training works of their artist.
        _check_together(on_sides.replace({"split": {"pool": "train"}}), "artist")
    astray = split[(split["sampled"] == 0) & split["split"].isin(LABELLED)]
    astray = pd.concat([astray, split[(split["conflict"] == 1) != (split["split"] == CONFLICT)]])
    if len(astray):
        raise UserError(f"{astray.iloc[0]['painting']}: must not be in split '{astray.iloc[0]['split']}'")


def _check_together(rows: pd.DataFrame, column: str) -> None:
    n_sides = rows.groupby(column)["split"].nunique()
    parted = n_sides.index[n_sides > 1]
    if len(parted):
        sides = sorted(set(rows["split"][rows[column] == parted[0]]))
        raise UserError(f"{column} '{parted[0]}' is on more than one side of the split: {', '.join(sides)}")

"""Decide which picture of a group of copies stays, and what became of the others."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from artstyle.drops import Drop


@dataclass(frozen=True)
class Choice:
    """`kept` bool (n,); `other_styles` list of n texts; `keeper` int (n,): the row that stands for each row."""

    kept: np.ndarray
    other_styles: list[str]
    keeper: np.ndarray
    drops: list[Drop]


def choose_kept(paintings: pd.DataFrame, groups: np.ndarray, unlabelled: str = "") -> Choice:
    """Keep one row of every group of copies.

    Of copies in one style the largest original stays (of equals the first id). If the work stands in several styles,
    the first of these (by id) stays, with the other styles beside it: the label is in doubt, the work is not. A copy in
    the folder without labels never stands for one with a label, whose file names its artist.

    Args:
        paintings: columns painting, style, width_px, height_px, digest, sorted by painting.
        groups: int (n,), equal for copies.
        unlabelled: style of the folder without labels; "" where there is none.
    """
    kept = np.ones(len(paintings), dtype=bool)
    keeper = np.arange(len(paintings))
    other_styles = [""] * len(paintings)
    drops: list[Drop] = []
    rows = paintings.to_dict("records")
    for members in _list_groups(groups):
        best: dict[str, int] = {}
        for member in sorted(members, key=lambda i: (-rows[i]["width_px"] * rows[i]["height_px"], i)):
            best.setdefault(rows[member]["style"], member)
        stays = min(best.values(), key=lambda i: (rows[i]["style"] == unlabelled, i))
        keeper[members] = stays
        other_styles[stays] = ";".join(sorted(style for style in best if style != rows[stays]["style"]))
        for member in members:
            if member != stays:
                kept[member] = False
                drops.append(_make_drop(rows, member, best[rows[member]["style"]], stays))
    return Choice(kept, other_styles, keeper, drops)


def name_families(paintings: list[str], families: np.ndarray, kept: np.ndarray) -> list[str]:
    """Return for every row the id of the first kept member of its family ("" if none is kept)."""
    first: dict[int, str] = {}
    for painting, family, stays in zip(paintings, families, kept, strict=True):
        if stays:
            first.setdefault(family, painting)
    return [first.get(family, "") for family in families]


def _make_drop(rows: list[dict], member: int, best: int, stays: int) -> Drop:
    row, partner = rows[member], rows[stays]["painting"]
    if member == best:
        return Drop(row["painting"], "two_styles", partner, f"{row['style']} and {rows[stays]['style']}")
    if row["digest"] == rows[best]["digest"]:
        return Drop(row["painting"], "exact_copy", partner, "equal pixels")
    sizes = [f"{rows[i]['width_px']} x {rows[i]['height_px']} px" for i in (member, best)]
    return Drop(row["painting"], "near_copy", partner, " of ".join(sizes))


def _list_groups(groups: np.ndarray) -> list[np.ndarray]:
    order = np.argsort(groups, kind="stable")
    cuts = np.flatnonzero(np.diff(groups[order])) + 1
    return [members for members in np.split(order, cuts) if len(members) > 1]

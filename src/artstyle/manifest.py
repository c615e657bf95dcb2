"""From decoded pictures to the table of paintings: copies dropped, families named, genres looked up."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from artstyle.copies import find_alike, find_exact, label_groups
from artstyle.copy_groups import choose_kept, name_families
from artstyle.drops import Drop
from artstyle.errors import UserError
from artstyle.gathering import Gathered
from artstyle.parameters import call

MANIFEST_COLUMNS = [
    "painting",
    "style",
    "other_styles",
    "artist",
    "title",
    "genre",
    "family",
    "width_px",
    "height_px",
    "pack_width_px",
    "pack_height_px",
    "offset",
]


def mark_copies(
    gathered: Gathered,
    copies: dict[str, Any],
    plain_copies: dict[str, Any],
    family: dict[str, Any],
    unlabelled: str = "",
) -> tuple[pd.DataFrame, list[Drop]]:
    """Return the paintings with four columns more, and the copies that are dropped.

    The columns: `kept` (bool), `keeper` (row number that stands for the row), `other_styles`, `family` (a number).

    Args:
        copies: parameters of `artstyle.copies.find_alike` for "the same work".
        plain_copies: the same for pictures with few forms, whose hashes are noise.
        family: looser ones for "related works".
        unlabelled: style of the folder without labels, see `choose_kept`.
    """
    paintings = gathered.paintings.copy()
    n = len(paintings)
    exact = find_exact(list(paintings["digest"]))
    # One of equal pictures is enough to compare; a thousand equal ones would make half a million pairs.
    distinct = np.setdiff1d(np.arange(n), exact[:, 1])
    found = {}
    for name, values in (("copies", copies), ("plain_copies", plain_copies), ("family", family)):
        place = f"filter.{name}"
        looks, thumbnails = gathered.looks[distinct], gathered.thumbnails[distinct]
        found[name] = distinct[call(find_alike, looks, thumbnails, section=place, values=values, place=place)]
    same_work = (exact, found["copies"], found["plain_copies"])
    choice = choose_kept(paintings, label_groups(n, *same_work), unlabelled)
    paintings["kept"] = choice.kept
    paintings["keeper"] = choice.keeper
    paintings["other_styles"] = choice.other_styles
    paintings["family"] = label_groups(n, *same_work, found["family"])
    return paintings, choice.drops


def check_genres(*, keep_genre: bool, has_list: bool) -> None:
    """Check the parameter of `mark_genres`.

    Args:
        keep_genre: whether only works with a genre stay.
        has_list: whether there is a genre list at all.

    Raises:
        UserError: only works with a genre are asked for and there is no list.
    """
    if not isinstance(keep_genre, bool):
        raise UserError(f"params.yaml: filter.genres.keep_genre is {keep_genre!r}; allowed: true, false")
    if keep_genre and not has_list:
        raise UserError("params.yaml: filter.genres.keep_genre is true, but the genre folder holds no list (.csv)")


def mark_genres(
    paintings: pd.DataFrame, genres: dict[str, str], *, keep_genre: bool
) -> tuple[pd.DataFrame, list[Drop]]:
    """Return the paintings with the column `genre` ("" if unknown), and those dropped for want of one.

    A kept work whose own path is not listed takes the genre of its first listed copy.

    Args:
        genres: painting -> genre.
        keep_genre: whether only works with a genre stay.
    """
    paintings = paintings.copy()
    own = [genres.get(painting, "") for painting in paintings["painting"]]
    of_copies: dict[int, str] = {}
    for keeper, genre in zip(paintings["keeper"], own, strict=True):
        if genre:
            of_copies.setdefault(keeper, genre)
    paintings["genre"] = [genre or of_copies.get(row, "") for row, genre in enumerate(own)]
    unknown = paintings["kept"] & (paintings["genre"] == "") & keep_genre
    paintings["kept"] &= ~unknown
    return paintings, [Drop(painting, "no_genre") for painting in paintings.loc[unknown, "painting"]]


def make_manifest(paintings: pd.DataFrame, offsets: Sequence[int]) -> pd.DataFrame:
    """Return the kept rows with MANIFEST_COLUMNS.

    Args:
        offsets: first element of every kept picture in the pack.
    """
    names = name_families(list(paintings["painting"]), paintings["family"].to_numpy(), paintings["kept"].to_numpy())
    kept = paintings.assign(family=names)[paintings["kept"]]
    return kept.assign(offset=list(offsets)).reset_index(drop=True)[MANIFEST_COLUMNS]

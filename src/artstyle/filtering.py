"""Turn a folder of pictures into one pack, a table of paintings and a list of what was dropped."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from artstyle.copies import find_alike
from artstyle.drops import Drop, count_reasons, make_drop_table
from artstyle.errors import UserError
from artstyle.gathering import count_mended, gather_pictures
from artstyle.genres import match_genres, read_genres
from artstyle.manifest import check_genres, make_manifest, mark_copies, mark_genres
from artstyle.names import PictureFile, list_pictures
from artstyle.packing import PackWriter
from artstyle.parameters import call
from artstyle.pictures import check_reading
from artstyle.planted import Outcome


@dataclass(frozen=True)
class Filtered:
    """The tables of the stage, its counts, and what became of every file."""

    paintings: pd.DataFrame
    dropped: pd.DataFrame
    counts: dict[str, Any]
    outcome: Outcome


def filter_pictures(
    pictures: Path,
    genre_folder: Path,
    pack: Path,
    *,
    reading: dict[str, Any],
    copies: dict[str, Any],
    plain_copies: dict[str, Any],
    family: dict[str, Any],
    genres: dict[str, Any],
    unlabelled: str = "",
) -> Filtered:
    """Decode all pictures below a folder, write the good and distinct ones into the pack, and account for the rest.

    Args:
        genre_folder: folder with a genre list, or without any `.csv`.
        pack: the `.npy` file to write.
        reading, genres: parameters of `gather_pictures` and `mark_genres`.
        copies, plain_copies, family: parameters of `find_alike`.
        unlabelled: style of the folder without labels, "" where there is none.

    Raises:
        UserError: no pictures, a broken genre list, or a parameter out of range.
    """
    files, drops, empty_styles = list_pictures(pictures)
    genre_list = read_genres(genre_folder)
    alike = {"copies": copies, "plain_copies": plain_copies, "family": family}
    _check_parameters(reading, alike, genres, genre_list.present)
    genre_of, genre_counts = match_genres(genre_list, [file.painting for file in files])
    with PackWriter(pack) as writer:
        gathered = call(gather_pictures, files, writer, section="filter.reading", values=reading)
        marked, copy_drops = mark_copies(gathered, **alike, unlabelled=unlabelled)
        marked, genre_drops = call(mark_genres, marked, genre_of, section="filter.genres", values=genres)
        if not marked["kept"].any():
            first = _name_first(gathered.drops)
            raise UserError(f"{pictures}: none of {len(files)} files can be used; the first: {first}")
        kept = marked[marked["kept"]]
        offsets = writer.finish(list(zip(kept["start"], kept["size"], strict=True)))
    paintings = make_manifest(marked, offsets)
    drops = drops + gathered.drops + copy_drops + genre_drops
    counts = _count(files, paintings, drops, empty_styles) | {"genres": genre_counts}
    counts["mended"] = count_mended(marked)
    return Filtered(paintings, make_drop_table(drops), counts, _make_outcome(paintings, marked, drops))


def _check_parameters(
    reading: dict[str, Any], alike: dict[str, dict[str, Any]], genres: dict[str, Any], has_list: bool
) -> None:
    """Find a mistake before a minute is spent on decoding."""
    call(check_reading, section="filter.reading", values=reading)
    for name, values in alike.items():
        place = f"filter.{name}"
        nothing = (np.zeros(0, dtype=np.uint64), np.zeros((0, 1, 1, 3), dtype=np.uint8))
        call(find_alike, *nothing, section=place, values=values, place=place)
    call(check_genres, section="filter.genres", values=genres, has_list=has_list)


def _count(files: list[PictureFile], paintings: pd.DataFrame, drops: list[Drop], empty: list[str]) -> dict[str, Any]:
    per_family = paintings["family"].value_counts()
    return {
        "files": len(files),
        "kept": len(paintings),
        "dropped": count_reasons(drops),
        "per_style": {str(style): int(n) for style, n in paintings["style"].value_counts().sort_index().items()},
        "empty_styles": empty,
        "label_conflicts": int((paintings["other_styles"] != "").sum()),
        "families_of_several": int((per_family > 1).sum()),
        "largest_family": int(per_family.max()),
    }


def _make_outcome(paintings: pd.DataFrame, marked: pd.DataFrame, drops: list[Drop]) -> Outcome:
    return Outcome(
        kept=dict(zip(paintings["painting"], paintings["other_styles"], strict=True)),
        reasons={drop.painting: drop.reason for drop in drops},
        partners={drop.painting: drop.partner for drop in drops},
        mended=dict(zip(marked["painting"], marked["mended"], strict=True)),
    )


def _name_first(drops: list[Drop]) -> str:
    return f"{drops[0].painting} ({drops[0].reason})" if drops else "without a genre"

"""Arrange pictures by a catalogue: from a table of files, styles and artists to <Style>/<artist>_<title>.<ext>."""

import hashlib
import os
import re
import shutil
from pathlib import Path

import pandas as pd

from artstyle.errors import UserError
from artstyle.names import make_id

# Folder of works without a style; `-S unlabelled=unlabelled` puts them into the pool.
UNLABELLED = "Unlabelled"
# What no part of a name may hold: separators of folders, the mark after the artist, blanks.
_APART = re.compile(r"[\s_/\\:*?\"<>|]+")


def read_catalogue(path: Path, columns: dict[str, str]) -> pd.DataFrame:
    """Return the columns of a CSV table as text, by the names that they have here; what is empty is "".

    Args:
        columns: name here -> name in the table.

    Raises:
        UserError: it cannot be read, is no table in UTF-8, lacks a column, or has no rows.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, index_col=False, encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, pd.errors.ParserError) as error:  # not UTF-8, or no table
        raise UserError(f"{path}: not a CSV table in UTF-8 ({' '.join(str(error).split())})") from None
    for name, column in columns.items():
        if column not in table:
            raise UserError(f"{path}: column '{column}' is missing; --{name} names another one of: {', '.join(table)}")
    if table.empty:
        raise UserError(f"{path}: no rows")
    return pd.DataFrame({name: table[column] for name, column in columns.items()})


def arrange_works(works: pd.DataFrame) -> pd.DataFrame:
    """Return where each picture goes: source, target, both relative paths; equal rows count once.

    An artist is written in lower case with hyphens, so that spellings that differ only there are one. A work without an
    artist gets a name of its own: a common one would make one painter of all of them.

    Args:
        works: text columns picture (path below the folder of pictures), style and artist ("" = not known).

    Raises:
        UserError: a picture without a path, or without an ending.
    """
    rows, places = [], []
    for number, (picture, style, artist) in enumerate(works[["picture", "style", "artist"]].to_numpy(), start=2):
        path = Path(picture)
        if not picture.strip() or not path.suffix:
            raise UserError(f"row {number}: {picture!r} names no picture file")
        title = _join(path.stem)
        painter = _join(artist).lower() or f"unknown-{hashlib.sha256(picture.encode()).hexdigest()[:10]}"
        folder = _join(style, "_") or UNLABELLED
        rows.append((picture, f"{folder}/{painter}_{title}", path.suffix.lower()))
    rows, taken = list(dict.fromkeys(rows)), set()
    for _, stem, suffix in rows:
        target, n = stem + suffix, 1
        while target.casefold() in taken:  # a file of the same name from another folder
            n += 1
            target = f"{stem}-{n}{suffix}"
        taken.add(target.casefold())
        places.append(target)
    return pd.DataFrame({"source": [source for source, *_ in rows], "target": places})


def _join(text: str, mark: str = "-") -> str:
    return _APART.sub(mark, make_id(text.strip())).strip(mark + ".")


def copy_works(places: pd.DataFrame, pictures: Path, target: Path) -> None:
    """Copy every picture to its place below `target`, which appears when all are there.

    Args:
        places: from `arrange_works`.
        pictures: folder of the sources.

    Raises:
        UserError: the target is there already, or a picture is missing or cannot be copied; nothing is left then.
    """
    if target.exists() or target.is_symlink():
        raise UserError(f"{target}: is there already; remove it or choose another name")
    missing = [source for source in places["source"] if not os.path.isfile(pictures / source)]
    if missing:
        more = f" and {len(missing) - 1} others" if len(missing) > 1 else ""
        raise UserError(f"{pictures / missing[0]}{more}: no such file")
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        for source, place in places[["source", "target"]].to_numpy():
            (partial / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(pictures / source, partial / place)
        partial.rename(target)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise UserError(f"{error.filename}: cannot be read or copied ({error.strerror})") from None

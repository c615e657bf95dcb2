"""Read a genre list in the form of the ArtGAN data set and find its rows among the files at hand."""

import csv
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from artstyle.errors import UserError

GENRE_COUNTS = (
    "rows",
    "invalid_rows",
    "absent",
    "ambiguous",
    "matched_by_normalised_name",
    "duplicate_rows",
    "two_genres",
    "listed",
    "not_listed",
)


@dataclass(frozen=True)
class GenreRow:
    """One row of a list: the path as written there and the name of the genre."""

    path: str
    genre: str


@dataclass(frozen=True)
class GenreList:
    """The rows of all lists of a folder in order, how many rows make no sense, and whether there is a list."""

    rows: list[GenreRow]
    n_invalid: int
    present: bool


def read_genres(folder: Path) -> GenreList:
    """Read all `*.csv` of a folder (path, class number; no header) and its one class file (`<number> <name>`).

    Raises:
        UserError: the folder is missing, there is a list without exactly one class file, a file cannot be read, quotes
            of a list are not closed, a line of the class file has another form, or a class number is not in it.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder (a folder without a .csv means: no genre list)")
    files = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    lists = [path for path in files if path.suffix.lower() == ".csv"]
    if not lists:
        return GenreList([], 0, False)
    class_files = [path for path in files if "genre_class" in path.name and path not in lists]
    if len(class_files) != 1:
        raise UserError(f"{folder}: expected one class file named genre_class*, found {len(class_files)}")
    names = _read_classes(class_files[0])
    rows: list[GenreRow] = []
    n_invalid = 0
    for path in lists:
        for number, fields in _iterate_rows(path):
            if len(fields) != 2 or not fields[0].strip() or not fields[1].strip().isdecimal():
                n_invalid += 1
                continue
            genre = int(fields[1])
            if genre not in names:
                raise UserError(f"{path}: line {number}: class number {genre} is not in {class_files[0].name}")
            rows.append(GenreRow(fields[0].strip(), names[genre]))
    return GenreList(rows, n_invalid, True)


def match_genres(genres: GenreList, paintings: list[str]) -> tuple[dict[str, str], dict[str, int]]:
    """Return the genre of every listed painting, and counts of what did not fit.

    A row matches the painting of its path; else, if exactly one painting differs by case and by `-` against `_`
    only, that one. Of several rows for one painting the first counts.

    Args:
        paintings: ids of all picture files at hand, whether they can be decoded or not.
    """
    by_key: dict[str, list[str]] = {}
    for painting in paintings:
        by_key.setdefault(_normalise(painting), []).append(painting)
    at_hand = set(paintings)
    found: dict[str, str] = {}
    counts = Counter(rows=len(genres.rows), invalid_rows=genres.n_invalid)
    for row in genres.rows:
        painting = unicodedata.normalize("NFC", row.path)
        if painting not in at_hand:
            alike = by_key.get(_normalise(painting), [])
            if len(alike) != 1:
                counts["ambiguous" if alike else "absent"] += 1
                continue
            painting = alike[0]
            counts["matched_by_normalised_name"] += 1
        if painting not in found:
            found[painting] = row.genre
        else:
            counts["duplicate_rows" if found[painting] == row.genre else "two_genres"] += 1
    counts["listed"] = len(found)
    counts["not_listed"] = len(at_hand) - len(found)
    return found, {name: counts[name] for name in GENRE_COUNTS}


def _iterate_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the fields of each row with the number of its last line."""
    reader = csv.reader(StringIO(_read_text(path), newline=""), strict=True)
    start = 1
    try:
        for fields in reader:
            # No name has a line end: a quote that stands alone would swallow all rows up to the next one.
            if reader.line_num > start and any("\n" in field or "\r" in field for field in fields):
                raise csv.Error("a quote is not closed in its line")
            yield reader.line_num, fields
            start = reader.line_num + 1
    except csv.Error as error:
        raise UserError(f"{path}: line {start}: {error}") from None


def _read_classes(path: Path) -> dict[int, str]:
    names = {}
    for number, line in enumerate(_read_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        key, _, name = line.strip().partition(" ")
        if not key.isdecimal() or not name.strip() or int(key) in names:
            raise UserError(f"{path}: line {number}: expected '<number> <name>' with a new number, got {line!r}")
        names[int(key)] = name.strip()
    return names


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 (byte {error.start})") from None


def _normalise(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold().replace("-", "_")

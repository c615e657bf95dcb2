"""Find the pictures of a data set and take their names apart, in an order that depends on the names only."""

import os
import re
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from artstyle.drops import Drop
from artstyle.errors import UserError

PICTURE_FORMATS = {
    ".bmp": ("BMP",),
    ".gif": ("GIF",),
    ".jfif": ("JPEG", "MPO"),
    ".jpe": ("JPEG", "MPO"),
    ".jpeg": ("JPEG", "MPO"),
    ".jpg": ("JPEG", "MPO"),
    ".png": ("PNG",),
    ".tif": ("TIFF",),
    ".tiff": ("TIFF",),
    ".webp": ("WEBP",),
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True)
class PictureFile:
    """A file that should be a picture: its id, where it lies, and what its name says."""

    painting: str
    path: str
    style: str
    artist: str
    title: str


def list_pictures(folder: Path) -> tuple[list[PictureFile], list[Drop], list[str]]:
    """Return the pictures `folder/<Style>/<artist>_<title>.<ext>`, what is not one, and the empty style folders.

    Symbolic links are followed. An id is the POSIX path below `folder` in Unicode NFC, so that a name written on
    another system gives the same id; the file is read by the name that it really has. Pictures come sorted by id.

    Raises:
        UserError: the folder is missing or holds no picture; the line says how to get them. Or a folder cannot be read.
    """
    files: list[PictureFile] = []
    drops: list[Drop] = []
    empty: list[str] = []
    if not folder.is_dir():
        raise UserError(_missing(folder))
    for entry in _scan(folder):
        if entry.name.startswith("."):
            drops.append(Drop(make_id(entry.name), "junk", detail="hidden"))
        elif not os.path.isdir(entry.path):
            drops.append(Drop(make_id(entry.name), "junk", detail="not in a style folder"))
        else:
            found, other = _list_style(entry)
            files += found
            drops += other
            if not found:
                empty.append(make_id(entry.name))
    if not files:
        raise UserError(_missing(folder))
    files, twice = _drop_equal_ids(files)
    return files, sorted(drops + twice, key=lambda drop: drop.painting), sorted(empty)


def split_name(name: str) -> tuple[str, str]:
    """Return (artist, title) of a file name: before and after the first `_`, without the last extension only.

    Without a `_` the artist is "".
    """
    stem, _ = os.path.splitext(name)
    artist, mark, title = stem.partition("_")
    return (artist, title) if mark else ("", stem)


def make_style(folder_name: str) -> str:
    """Return the style of a folder: lower case, blanks and hyphens as `_`."""
    return re.sub(r"[\s-]", "_", unicodedata.normalize("NFC", folder_name).lower())


def make_id(*parts: str) -> str:
    """Return the id of a path: its parts joined by `/`, in Unicode NFC.

    Bytes that are not UTF-8 and control characters become U+FFFD: a line end would make two rows of one in a table.
    """
    text = os.fsencode("/".join(parts)).decode("utf-8", "replace")
    return unicodedata.normalize("NFC", _CONTROL.sub("\ufffd", text))


def _list_style(style_entry: os.DirEntry) -> tuple[list[PictureFile], list[Drop]]:
    files, drops = [], []
    style = make_style(make_id(style_entry.name))
    for entry in _scan(style_entry.path):
        painting = make_id(style_entry.name, entry.name)
        artist, title = split_name(make_id(entry.name))
        problem = _find_problem(entry, painting, artist)
        if problem:
            drops.append(problem)
        else:
            files.append(PictureFile(painting, entry.path, style, artist, title))
    return files, drops


def _scan(folder: str | Path) -> list[os.DirEntry]:
    try:
        return sorted(os.scandir(folder), key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        raise UserError(f"{make_id(str(folder))}: cannot be read ({error.strerror})") from None


def _find_problem(entry: os.DirEntry, painting: str, artist: str) -> Drop | None:
    suffix = os.path.splitext(entry.name)[1].lower()
    if entry.name.startswith("."):
        return Drop(painting, "junk", detail="hidden")
    if os.path.isdir(entry.path):
        n_files = sum(len(names) for _, _, names in os.walk(entry.path))
        return Drop(painting, "nested_folder", detail=f"{n_files} files; only <Style>/<artist>_<title>.<ext> is read")
    if suffix not in PICTURE_FORMATS:
        return Drop(painting, "junk", detail=f"no picture has the extension {suffix!r}")
    try:
        kind = os.stat(entry.path).st_mode
    except OSError as error:
        return Drop(painting, "unreadable", detail=error.strerror)
    # A pipe or a device would block the reader for ever.
    if not stat.S_ISREG(kind):
        return Drop(painting, "junk", detail="not a regular file")
    if not artist:
        return Drop(painting, "no_artist", detail="the name has no artist before a '_'")
    return None


def _drop_equal_ids(files: list[PictureFile]) -> tuple[list[PictureFile], list[Drop]]:
    kept: dict[str, PictureFile] = {}
    drops = []
    for file in sorted(files, key=lambda file: (file.painting, os.fsencode(file.path))):
        if file.painting in kept:
            drops.append(Drop(file.painting, "same_id", file.painting, "another file has the same name in Unicode NFC"))
        else:
            kept[file.painting] = file
    return list(kept.values()), drops


def _missing(folder: Path) -> str:
    if folder.name == "wikiart":
        return f"{folder}: no pictures; get them by `make wikiart`"
    return f"{folder}: no pictures; expected {folder}/<Style>/<artist>_<title>.<ext>"

"""Pictures that somebody asks about, and the answers of a classifier as lines and as a table (no TensorFlow)."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from artstyle.errors import UserError
from artstyle.names import PICTURE_FORMATS, make_id, split_name
from artstyle.oeuvres import Oeuvre
from artstyle.tables import write_table

COLUMNS = ("picture", "predicted", "probability", "problem")  # before the classes


@dataclass(frozen=True)
class Answer:
    """What the classifier says of one file.

    Attributes:
        path: the file.
        shares: probability of each class, float64 (classes,), adding up to 1; None if the file cannot be used.
        problem: why it cannot be used, "" if it can.
    """

    path: Path
    shares: np.ndarray | None
    problem: str = ""


def list_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files to look at: each path that is a file, and all pictures in and below each that is a folder.

    Those of a folder come sorted; hidden ones, and files without the ending of a picture, are left out there. Symbolic
    links are followed.

    Raises:
        UserError: a path that is not there, or a folder that cannot be read or has no pictures.
    """
    files: list[Path] = []
    for path in paths:
        try:
            found = _walk(path) if path.is_dir() else [path]
            there = path.exists()
        except OSError as error:
            raise UserError(f"{show(Path(error.filename or path))}: cannot be read ({error.strerror})") from None
        if not there:
            raise UserError(f"{show(path)}: no such file or folder")
        if not found:
            raise UserError(f"{show(path)}: no pictures in this folder")
        files += found
    return files


def _walk(folder: Path) -> list[Path]:
    found, seen = [], set()
    for place, folders, names in os.walk(folder, followlinks=True, onerror=_complain):
        if os.path.realpath(place) in seen:  # links can lead in a circle
            folders.clear()
            continue
        seen.add(os.path.realpath(place))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        shown = sorted(name for name in names if not name.startswith("."))
        paths = (Path(place, name) for name in shown if Path(name).suffix.lower() in PICTURE_FORMATS)
        found += [path for path in paths if path.is_file()]  # a pipe would block the reader for ever
    return found


def _complain(error: OSError) -> None:
    raise error


def show(path: Path) -> str:
    """Return a path as one line of text: bytes that are not UTF-8 become U+FFFD, control characters are escaped."""
    text = os.fsencode(path).decode("utf-8", "replace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def judge_together(answers: Sequence[Answer], oeuvre: Oeuvre) -> list[Answer]:
    """Return the answers, each given the others about works of the same artist; their order stays.

    The artist is the part of the file name before the first `_`, as in a data set; a file without one is judged alone.
    A file that is named twice counts once, for it is no other work that would speak for it.
    """
    files = [os.path.realpath(answer.path) for answer in answers]
    first = {file: row for row, file in reversed(list(enumerate(files))) if answers[row].shares is not None}
    if not first:
        return list(answers)
    artists = [split_name(make_id(answers[row].path.name))[0] for row in first.values()]
    shares = oeuvre.apply(np.stack([answers[row].shares for row in first.values()]), np.array(artists))
    judged = dict(zip(first, shares, strict=True))
    return [
        answer if answer.shares is None else replace(answer, shares=judged[file])
        for answer, file in zip(answers, files, strict=True)
    ]


def check_table(path: Path, files: Iterable[Path], classes: Sequence[str]) -> None:
    """Make sure that the table of answers can be written, before any answer costs time.

    Raises:
        UserError: the path is no CSV file, is one of the files asked about, or cannot be written, or a class has the
            name of another column.
    """
    if taken := sorted(set(classes) & set(COLUMNS)):
        raise UserError(f"the class {taken[0]!r} has the name of another column of the table; leave out --csv")
    try:
        if path.suffix.lower() != ".csv" or path.is_dir() or path.resolve() in {file.resolve() for file in files}:
            raise UserError(f"{show(path)}: the table of answers needs a name that ends in .csv, and is no picture")
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{show(path)}: cannot be written ({error.strerror})") from None
    if not os.access(path.parent, os.W_OK):
        raise UserError(f"{show(path)}: cannot be written (no permission)")


def write_answers(path: Path, answers: Sequence[Answer], classes: Sequence[str]) -> None:
    """Write the table of `tabulate`; the file appears, or takes the place of an older one, when it is whole.

    Raises:
        UserError: it cannot be written, for instance because the disk is full.
    """
    try:
        write_table(path, tabulate(answers, classes))
    except OSError as error:
        raise UserError(f"{show(path)}: cannot be written ({error.strerror})") from None


def tell(answer: Answer, classes: Sequence[str], n: int) -> str:
    """Return one line: the file, and its `n` most probable classes with their probability, or what is wrong with it."""
    if answer.shares is None:
        return f"{show(answer.path)}: cannot be used ({answer.problem})"
    best = np.argsort(-answer.shares, kind="stable")[:n]
    return f"{show(answer.path)}: " + ", ".join(f"{classes[i]} {answer.shares[i]:.1%}" for i in best)


def tabulate(answers: Sequence[Answer], classes: Sequence[str]) -> pd.DataFrame:
    """Return one row an answer: picture, style and its probability (empty without), problem, and a column a class."""
    rows = []
    for answer in answers:
        facts = {"picture": show(answer.path), "predicted": "", "probability": None, "problem": answer.problem}
        if answer.shares is not None:
            best = int(answer.shares.argmax())
            facts |= {"predicted": classes[best], "probability": answer.shares[best]}
            facts |= dict(zip(classes, answer.shares, strict=True))
        rows.append(facts)
    return pd.DataFrame(rows, columns=[*COLUMNS, *classes])

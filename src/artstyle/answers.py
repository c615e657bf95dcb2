"""Pictures that somebody asks about, and the answers of a classifier as lines and as a table (no TensorFlow)."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from artstyle.errors import UserError
from artstyle.names import PICTURE_FORMATS
from artstyle.tables import write_table


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

    Those of a folder come sorted; hidden ones, and files without the ending of a picture, are left out there.

    Raises:
        UserError: a path that is not there, or a folder without pictures.
    """
    files: list[Path] = []
    for path in paths:
        found = _walk(path) if path.is_dir() else [path]
        if not found:
            raise UserError(f"{path}: no pictures in this folder")
        if not path.exists():
            raise UserError(f"{path}: no such file or folder")
        files += found
    return files


def _walk(folder: Path) -> list[Path]:
    found = []
    for place, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        shown = sorted(name for name in names if not name.startswith("."))
        paths = (Path(place, name) for name in shown if Path(name).suffix.lower() in PICTURE_FORMATS)
        found += [path for path in paths if path.is_file()]  # a pipe would block the reader for ever
    return found


def tell(answer: Answer, classes: Sequence[str], n: int) -> str:
    """Return one line: the file, and its `n` most probable classes with their probability, or what is wrong with it."""
    if answer.shares is None:
        return f"{answer.path}: cannot be used ({answer.problem})"
    best = np.argsort(-answer.shares, kind="stable")[:n]
    return f"{answer.path}: " + ", ".join(f"{classes[i]} {answer.shares[i]:.1%}" for i in best)


def tabulate(answers: Sequence[Answer], classes: Sequence[str]) -> pd.DataFrame:
    """Return one row an answer: picture, style and its probability (empty without), problem, and a column a class."""
    rows = []
    for answer in answers:
        facts = {"picture": str(answer.path), "predicted": "", "probability": None, "problem": answer.problem}
        if answer.shares is not None:
            best = int(answer.shares.argmax())
            facts |= {"predicted": classes[best], "probability": answer.shares[best]}
            facts |= dict(zip(classes, answer.shares, strict=True))
        rows.append(facts)
    return pd.DataFrame(rows, columns=["picture", "predicted", "probability", "problem", *classes])


def write_answers(path: Path, answers: Sequence[Answer], classes: Sequence[str]) -> None:
    """Write the table of `tabulate`.

    Raises:
        UserError: the file cannot be written.
    """
    try:
        write_table(path, tabulate(answers, classes))
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror})") from None

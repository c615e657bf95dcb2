"""Open the arrays that stages leave on disk, memory-mapped, and read rows of them."""

import mmap
from pathlib import Path

import numpy as np

from artstyle.errors import UserError


def open_array(path: Path, stage: str) -> np.ndarray:
    """Return the array of a `.npy` file, memory-mapped for reading.

    Args:
        stage: the stage that writes it, for the message.

    Raises:
        UserError: no such file, or none that NumPy can map.
    """
    try:
        return np.load(path, mmap_mode="r")
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except (ValueError, EOFError, OSError) as error:
        raise UserError(f"{path}: damaged ({error}); run `dvc repro -f {stage}`") from None


def take_views(array: np.ndarray, rows: np.ndarray, views: np.ndarray, columns: tuple[int, int] | None = None):
    """Return array[rows, views], or array[rows, views, start:end], in the type of the array.

    A mapped file is read instead: a map fetches in pages what a read fetches in one go, which is some times as fast
    for rows in random order (`benchmarks/reading_views.py`), and mapped pages count as memory of the process.

    Args:
        array: (paintings, views, ...); mapped as a whole, or in memory.
        rows, views: int (n,), from 0.
        columns: range of the third axis; all of it if left out.

    Raises:
        UserError: the file has become shorter than it was when it was opened.
    """
    start, end = columns or (0, array.shape[2])
    if not (isinstance(array, np.memmap) and isinstance(array.base, mmap.mmap) and array.flags.c_contiguous):
        return array[rows, views, start:end]
    taken = np.empty((len(rows), end - start, *array.shape[3:]), array.dtype)
    n_a_row, n_a_view, n_a_column = array.strides[:3]
    parts = taken.view(np.uint8).reshape(len(rows), (end - start) * n_a_column)
    places = array.offset + np.asarray(rows) * n_a_row + np.asarray(views) * n_a_view + start * n_a_column
    with open(array.filename, "rb", buffering=0) as file:
        for place, part in zip(places.tolist(), parts, strict=True):
            file.seek(place)
            if file.readinto(part) != len(part):
                raise UserError(f"{array.filename}: shorter than when it was opened; run `dvc repro` again")
    return taken

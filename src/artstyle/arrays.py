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


def take_views(
    array: np.ndarray, rows: np.ndarray, views: np.ndarray, columns: tuple[int, int] | None = None
) -> np.ndarray:
    """Return array[rows, views], or array[rows, views, start:end], in the type of the array.

    A mapped file is read instead: a map fetches page by page what a read fetches in one go, which from disk, in random
    order, takes several times as long (`benchmarks/reading_views.py`), and mapped pages count as memory of the process.

    Args:
        array: (paintings, views, ...); mapped as a whole, or in memory.
        rows, views: int (n,), from 0.
        columns: range of the third axis, within it; all of it if left out.

    Raises:
        UserError: the file has become shorter than it was when it was opened, or is gone.
        ValueError: a row or view that the array does not have.
    """
    start, end = columns or (0, array.shape[2])
    if not (isinstance(array, np.memmap) and isinstance(array.base, mmap.mmap) and array.flags.c_contiguous):
        return array[rows, views, start:end]
    taken = np.empty((len(rows), end - start, *array.shape[3:]), array.dtype)
    n_a_view, n_a_column = array.strides[1:3]
    parts = taken.view(np.uint8).reshape(len(rows), (end - start) * n_a_column)
    flat = np.ravel_multi_index((rows, views), array.shape[:2]).astype(np.int64)
    places = array.offset + flat * n_a_view + start * n_a_column
    try:
        with open(array.filename, "rb") as file:
            for place, part in zip(places.tolist(), parts, strict=True):
                file.seek(place)
                if file.readinto(part) != len(part):
                    raise EOFError("shorter than when it was opened")
    except (OSError, EOFError) as error:
        raise UserError(f"{array.filename}: {error}; run `dvc repro` again") from None
    return taken

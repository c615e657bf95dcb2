"""Write decoded pictures one after the other into a single `.npy` file that opens as a memory map."""

import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np
from numpy.lib import format as npy_format

from artstyle.arrays import open_array
from artstyle.errors import UserError

_BLOCK = 8 * 2**20


class PackWriter:
    """Stream pictures into a 1-D uint8 `.npy` file; the file appears under its name only when it is whole.

    Use as a context manager: `append` each picture, then `finish` with the spans to keep.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._partial = path.with_name(path.name + ".partial")
        self._end = 0

    def __enter__(self) -> "PackWriter":
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(self._partial, "w+b")
        self._body = _write_header(self._file, 0)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()
        self._partial.unlink(missing_ok=True)

    def append(self, pixels: np.ndarray) -> tuple[int, int]:
        """Write a uint8 (height, width, 3) picture; return its span (first element, number of elements)."""
        self._file.write(pixels.tobytes())
        span = (self._end, pixels.size)
        self._end += pixels.size
        return span

    def finish(self, spans: Sequence[tuple[int, int]]) -> list[int]:
        """Keep only the given spans (in rising order), move them together, and give the file its name.

        Returns the new first element of every span.
        """
        offsets, end = [], 0
        for start, size in spans:
            if start != end:
                self._move(start, end, size)
            offsets.append(end)
            end += size
        self._file.truncate(self._body + end)
        self._file.seek(0)
        if _write_header(self._file, end) != self._body:
            raise ValueError("the header of the pack has changed its length")
        self._file.close()
        os.replace(self._partial, self._path)
        return offsets

    def _move(self, start: int, target: int, size: int) -> None:
        for done in range(0, size, _BLOCK):
            self._file.seek(self._body + start + done)
            block = self._file.read(min(_BLOCK, size - done))
            self._file.seek(self._body + target + done)
            self._file.write(block)


def open_pack(path: Path) -> np.ndarray:
    """Return the pictures of a pack, memory-mapped: 1-D uint8, one after the other.

    Raises:
        UserError: no such file, a damaged one, or one with something else in it.
    """
    pack = open_array(path, "filter")
    if pack.dtype != np.uint8 or pack.ndim != 1:
        raise UserError(f"{path}: no pack of pictures, but {pack.dtype} of shape {pack.shape}")
    return pack


def _write_header(file: BinaryIO, n_elements: int) -> int:
    # NumPy leaves room for 21 digits of the growing axis, so a later header takes the same number of bytes.
    npy_format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": (n_elements,)})
    return file.tell()

"""Decode a data set into the pack and collect what is known of every picture."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from artstyle.drops import Drop
from artstyle.names import PictureFile
from artstyle.packing import PackWriter
from artstyle.pictures import THUMBNAIL_PX, Picture, Rejection
from artstyle.reading import read_pictures

PAINTING_COLUMNS = [
    "painting",
    "style",
    "artist",
    "title",
    "width_px",
    "height_px",
    "pack_width_px",
    "pack_height_px",
    "digest",
    "mended",
    "start",
    "size",
]


@dataclass(frozen=True)
class Gathered:
    """All decoded pictures, in the order of their ids.

    `paintings` has PAINTING_COLUMNS: `digest` and `mended` as in `Picture`, `start` and `size` the span in the pack as
    it is being written; `looks` is uint64 (n,); `thumbnails` is uint8 (n, 32, 32, 3).
    """

    paintings: pd.DataFrame
    looks: np.ndarray
    thumbnails: np.ndarray
    drops: list[Drop]


def gather_pictures(
    files: Sequence[PictureFile],
    writer: PackWriter,
    *,
    longest_side_px: int,
    min_side_px: int,
    max_megapixels: float,
) -> Gathered:
    """Decode all files in parallel and append each good picture to the pack; print a line every tenth part.

    The parameters are those of `artstyle.pictures.read_picture`.

    Raises:
        UserError: a parameter is out of range.
    """
    reading = {"longest_side_px": longest_side_px, "min_side_px": min_side_px, "max_megapixels": max_megapixels}
    rows: list[dict[str, Any]] = []
    looks: list[int] = []
    thumbnails = np.empty((len(files), THUMBNAIL_PX, THUMBNAIL_PX, 3), dtype=np.uint8)
    drops: list[Drop] = []
    for number, (file, result) in enumerate(zip(files, read_pictures(files, **reading), strict=True), start=1):
        if isinstance(result, Rejection):
            drops.append(Drop(file.painting, result.reason, detail=result.detail))
        else:
            thumbnails[len(rows)] = result.thumbnail
            looks.append(result.look)
            rows.append(_describe(file, result, writer.append(result.pixels)))
        if number * 10 // len(files) > (number - 1) * 10 // len(files):
            print(f"filter: read {number} of {len(files)} files, dropped {len(drops)}", flush=True)
    paintings = pd.DataFrame(rows, columns=PAINTING_COLUMNS)
    return Gathered(paintings, np.array(looks, dtype=np.uint64), thumbnails[: len(rows)], drops)


def count_mended(paintings: pd.DataFrame) -> dict[str, int]:
    """Return how many pictures were mended in each way, sorted by the kind."""
    return dict(sorted(Counter(kind for kinds in paintings["mended"] for kind in kinds).items()))


def _describe(file: PictureFile, picture: Picture, span: tuple[int, int]) -> dict[str, Any]:
    height, width, _ = picture.pixels.shape
    values = (file.painting, file.style, file.artist, file.title, picture.width_px, picture.height_px, width, height)
    return dict(zip(PAINTING_COLUMNS, (*values, picture.digest, picture.mended, *span), strict=True))

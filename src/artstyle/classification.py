"""Ask an exported classifier for the style of pictures that no data set holds."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np

from artstyle.answers import Answer
from artstyle.features import load_picture
from artstyle.inference import predict_batches
from artstyle.parameters import call
from artstyle.pictures import Picture, Rejection, check_reading, read_picture

BATCH = 16  # pictures; only speed and memory depend on it


def classify(classifier: keras.Model, side_px: int, files: Sequence[Path], reading: dict) -> Iterator[Answer]:
    """Yield an answer for each file, in their order; pictures are read as the stage `filter` reads them.

    Args:
        classifier: pixels (batch, side_px, side_px, 3) in 0..255 -> probabilities (batch, classes), as
            `model_files.load_classifier` returns it.
        files: see `answers.list_files`.
        reading: section `filter.reading` of params.yaml, as it was when the classifier was trained.

    Raises:
        UserError: a parameter out of range.
    """
    call(check_reading, section="filter.reading", values=reading)
    for start in range(0, len(files), BATCH):
        part = files[start : start + BATCH]
        seen = [read_picture(str(path), **reading) for path in part]
        squares = [_make_square(picture, side_px) for picture in seen if not isinstance(picture, Rejection)]
        batches = [np.stack(squares).astype(np.float32)] if squares else []
        rows = iter(predict_batches(classifier, batches))
        for path, picture in zip(part, seen, strict=True):
            if isinstance(picture, Rejection):
                yield Answer(path, None, ": ".join(filter(None, (picture.reason, picture.detail))))
            else:
                yield Answer(path, next(rows).astype(np.float64))


def _make_square(picture: Picture, side_px: int) -> np.ndarray:
    height, width = picture.pixels.shape[:2]
    place = SimpleNamespace(offset=0, pack_height_px=height, pack_width_px=width)
    return load_picture(picture.pixels.reshape(-1), place, side_px)

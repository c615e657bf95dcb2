"""Decode one file completely into an upright RGB picture of bounded size, or say why it cannot be used."""

import hashlib
import struct
import warnings
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import imagehash
import numpy as np
from PIL import Image, UnidentifiedImageError

from artstyle.colours import (
    apply_profile,
    cap_size,
    find_faults,
    halve_large,
    read_orientation,
    turn_upright,
    unify_colours,
)
from artstyle.jpegs import is_filled_up
from artstyle.names import PICTURE_FORMATS
from artstyle.parameters import check_number

THUMBNAIL_PX = 32
# Pillow's own guard raises above twice its warning level; a parameter must not promise more.
LARGEST_MEGAPIXELS = 178
# From here on two processes decoding at once could need more memory than a small machine has.
LARGE_MEGAPIXELS = 25
# What the decoders of Pillow raise on damaged files of the formats read here (found by changing random bytes).
_DECODING_ERRORS = (
    Image.DecompressionBombError,
    EOFError,
    MemoryError,
    OSError,
    OverflowError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)
# Pillow opens MPO through JPEG and knows no opener of that name.
_FORMATS = tuple(sorted({name for names in PICTURE_FORMATS.values() for name in names} - {"MPO"}))
_CUT_SHORT = ("truncated", "premature", "unexpected end", "end of file")


@dataclass(frozen=True)
class Picture:
    """A decoded picture.

    `pixels` is uint8 (height, width, 3), sRGB, upright; `width_px`, `height_px` are the original size after the turn;
    `digest` is equal for equal pixels and size; `look` is a 64-bit perceptual hash; `thumbnail` is uint8 (32, 32, 3);
    `mended` names what was changed on reading.
    """

    width_px: int
    height_px: int
    mended: tuple[str, ...]
    digest: bytes
    look: int
    pixels: np.ndarray = field(repr=False)
    thumbnail: np.ndarray = field(repr=False)


@dataclass(frozen=True)
class Rejection:
    """Why a file is not used."""

    reason: str
    detail: str = ""


def check_reading(*, longest_side_px: int, min_side_px: int, max_megapixels: float) -> None:
    """Raise UserError if a parameter of reading is out of range."""
    check_number("filter.reading.longest_side_px", longest_side_px, 32, 4096, whole=True)
    check_number("filter.reading.min_side_px", min_side_px, 1, 4096, whole=True)
    check_number("filter.reading.max_megapixels", max_megapixels, 0.001, LARGEST_MEGAPIXELS)


def read_picture(
    path: str,
    *,
    longest_side_px: int,
    min_side_px: int,
    max_megapixels: float,
    large_lock: AbstractContextManager | None = None,
) -> Picture | Rejection:
    """Decode a file to the last byte; nothing that is cut short gets through half grey.

    Args:
        longest_side_px: larger pictures are reduced to this longest side.
        min_side_px: a picture with a shorter side is `too_small`.
        max_megapixels: a picture with more pixels is `too_large` and never decoded.
        large_lock: held while a very large picture is decoded, so that only one is in memory.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        return Rejection("unreadable", error.strerror or "")
    if not data:
        return Rejection("empty")
    with warnings.catch_warnings(), ExitStack() as held:
        # The limit is ours, so Pillow's warning is answered; its error above 179 megapixels stays on.
        warnings.simplefilter("ignore")
        try:
            image = held.enter_context(Image.open(BytesIO(data), formats=_FORMATS))
            original = image.size
            refused = _refuse(image, min_side_px, max_megapixels)
            if refused:
                return refused
            if large_lock and image.width * image.height > LARGE_MEGAPIXELS * 1e6:
                held.enter_context(large_lock)
            draft_px = (2 * longest_side_px, 2 * longest_side_px)
            image.draft(None, draft_px)
            image.load()
            if image.format in ("JPEG", "MPO") and is_filled_up(image, data, draft_px):
                return Rejection("truncated", "the pixel data ends before the last row")
        except _DECODING_ERRORS as error:
            return _explain(error)
        return _make_picture(image, original, path, longest_side_px)


def _explain(error: Exception) -> Rejection:
    text = " ".join(str(error).split())
    if isinstance(error, Image.DecompressionBombError):
        return Rejection("too_large", text)
    if isinstance(error, UnidentifiedImageError):
        return Rejection("not_a_picture", "the content is none of the formats read here")
    return Rejection("truncated" if any(word in text.lower() for word in _CUT_SHORT) else "unreadable", text)


def _refuse(image: Image.Image, min_side_px: int, max_megapixels: float) -> Rejection | None:
    size = f"{image.width} x {image.height} px"
    if image.width * image.height > max_megapixels * 1e6:
        return Rejection("too_large", size)
    if min(image.size) < min_side_px:
        return Rejection("too_small", size)
    # The further frames of an MPO file are previews or depth maps of the same photograph.
    n_frames = getattr(image, "n_frames", 1)
    if n_frames > 1 and image.format != "MPO":
        return Rejection("animated", f"{n_frames} frames")
    return None


def _make_picture(image: Image.Image, original: tuple[int, int], path: str, longest_side_px: int) -> Picture:
    width, height = original
    mended = find_faults(image, path)
    orientation = read_orientation(image)
    if orientation != 1:
        mended.append("exif_rotated")
    if orientation >= 5:
        width, height = height, width
    reduced = halve_large(image, 2 * longest_side_px)
    converted = apply_profile(reduced)
    if converted is not reduced:
        mended.append("profile")
    upright = turn_upright(unify_colours(converted), orientation)
    small = cap_size(upright, longest_side_px)
    size = struct.pack("<4I", width, height, *small.size)
    return Picture(
        width_px=width,
        height_px=height,
        mended=tuple(mended),
        digest=hashlib.blake2b(size + small.tobytes(), digest_size=16).digest(),
        look=int.from_bytes(np.packbits(imagehash.phash(small).hash).tobytes(), "big"),
        pixels=np.asarray(small),  # (height, width, 3)
        thumbnail=np.asarray(small.resize((THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.BILINEAR)),  # (32, 32, 3)
    )

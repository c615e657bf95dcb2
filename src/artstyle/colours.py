"""Make every kind of picture one kind: RGB with 8 bits, opaque, upright, of bounded size."""

import os
import struct
from io import BytesIO

import numpy as np
from PIL import Image, ImageCms

from artstyle.names import PICTURE_FORMATS

_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_REDUCIBLE = ("L", "RGB", "RGBA", "CMYK")
_PROFILED = ("L", "RGB", "RGBA", "CMYK")
_WIDE_MODES = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")


def find_faults(image: Image.Image, path: str) -> list[str]:
    """Return what about a loaded picture has to be mended: grey, cmyk, palette, alpha, sixteen_bit, wrong_extension."""
    faults = []
    if image.mode in ("1", "L", "LA", *_WIDE_MODES):
        faults.append("grey")
    if image.mode == "CMYK":
        faults.append("cmyk")
    if image.mode in ("P", "PA"):
        faults.append("palette")
    if image.has_transparency_data:
        faults.append("alpha")
    if image.mode in _WIDE_MODES:
        faults.append("sixteen_bit")
    if image.format not in PICTURE_FORMATS.get(os.path.splitext(path)[1].lower(), ()):
        faults.append("wrong_extension")
    return faults


def read_orientation(image: Image.Image) -> int:
    """Return the EXIF orientation 1..8 of a loaded picture; 1 (upright) if there is none or it cannot be read."""
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG, 1)
    except (OSError, SyntaxError, ValueError, struct.error):
        return 1
    return orientation if orientation in _TURNS else 1


def turn_upright(image: Image.Image, orientation: int) -> Image.Image:
    """Undo an EXIF orientation of 1..8, after EXIF 2.3, section 4.6.4."""
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image


def apply_profile(image: Image.Image) -> Image.Image:
    """Return a loaded picture in sRGB if it has a colour profile of other colours, such as Adobe RGB; else as it is.

    Pictures with a profile that cannot be read, or that is one of other bands than theirs, stay as they are: viewers
    show them so.
    """
    data = image.info.get("icc_profile")
    if not data or image.mode not in _PROFILED:
        return image
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(data))
        if "srgb" in ImageCms.getProfileDescription(profile).lower():
            return image
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


def unify_colours(image: Image.Image) -> Image.Image:
    """Return a loaded picture as RGB: more than 8 bits scaled and not clipped, transparency laid on white."""
    if image.mode in _WIDE_MODES:
        image = Image.fromarray(_scale_levels(np.asarray(image), sixteen=image.mode not in ("I", "F")))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        canvas = Image.new("RGBA", image.size, "white")
        canvas.alpha_composite(image)
        image = canvas
    return image if image.mode == "RGB" else image.convert("RGB")


def halve_large(image: Image.Image, longest_side_px: int) -> Image.Image:
    """Return a picture reduced by a whole factor to no less than `longest_side_px`, to save memory from there on."""
    factor = max(image.size) // longest_side_px
    return image.reduce(factor) if factor > 1 and image.mode in _REDUCIBLE else image


def cap_size(image: Image.Image, longest_side_px: int) -> Image.Image:
    """Return a picture whose longest side is at most `longest_side_px`, same shape, by Lanczos resampling."""
    share = longest_side_px / max(image.size)
    if share >= 1:
        return image
    size = tuple(max(1, round(side * share)) for side in image.size)
    return image.resize(size, Image.Resampling.LANCZOS)


def _scale_levels(levels: np.ndarray, sixteen: bool) -> np.ndarray:
    """Return uint8 levels. The range of 32-bit files is not stated in them: the smallest usual one that fits."""
    if sixteen:
        return (levels // 257).astype(np.uint8)
    levels = np.nan_to_num(levels.astype(np.float32)).clip(0)
    highest = float(levels.max())
    full = next((full for full in (1.0, 255.0, 65535.0) if highest <= full), highest)
    return np.round(levels * (255 / full)).astype(np.uint8)

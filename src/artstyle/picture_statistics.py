"""Colour and texture of a picture in a few numbers that words can be found for."""

import numpy as np
import pandas as pd
from PIL import Image

STATISTICS = ("saturation", "lightness", "colourfulness", "edge_density")
MEASURED_SIDE_PX = 128  # textures are compared at one scale, whatever the size in the pack
EDGE_STEP = 24  # change of lightness (0..255) from one pixel to the next that counts as an edge
GREY_WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601


def measure_pictures(pack: np.ndarray, paintings: pd.DataFrame) -> pd.DataFrame:
    """Measure packed pictures.

    Args:
        pack: 1-D uint8 array of all pictures.
        paintings: columns offset, pack_height_px, pack_width_px; n rows.

    Returns:
        n rows of `STATISTICS`, see `measure_picture`.
    """
    rows = []
    for row in paintings[["offset", "pack_height_px", "pack_width_px"]].itertuples(index=False):
        height, width = int(row.pack_height_px), int(row.pack_width_px)
        pixels = pack[int(row.offset) : int(row.offset) + height * width * 3]
        rows.append(measure_picture(pixels.reshape(height, width, 3)))
    return pd.DataFrame(rows, columns=list(STATISTICS), dtype=np.float64)


def measure_picture(pixels: np.ndarray) -> tuple[float, float, float, float]:
    """Return saturation, lightness, colourfulness and edge density of one picture.

    Saturation and lightness are means of S of HSV and of grey, 0..1. Colourfulness is the M3 of Hasler and
    Suesstrunk, "Measuring colourfulness in natural images" (2003), 0 = grey, above 80 = extremely colourful. Edge
    density is the share (0..1) of neighbouring pixels whose grey differs by more than 24 of 255.

    Args:
        pixels: uint8 (height, width, 3), RGB; blocks of pixels are averaged first down to about 128 px.
    """
    small = _shrink(pixels)
    red, green, blue = np.moveaxis(small, 2, 0)
    high, low = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    saturation = np.divide(high - low, high, out=np.zeros_like(high), where=high > 0).mean()
    grey = small @ GREY_WEIGHTS
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    spread = np.hypot(red_green.std(), yellow_blue.std())
    shift = np.hypot(red_green.mean(), yellow_blue.mean())
    steps = [np.abs(np.diff(grey, axis=axis)) > EDGE_STEP for axis in (0, 1)]
    edges = sum(step.sum() for step in steps) / max(1, sum(step.size for step in steps))
    return float(saturation), float(grey.mean() / 255), float(spread + 0.3 * shift), float(edges)


def _shrink(pixels: np.ndarray) -> np.ndarray:
    block = max(1, round(max(pixels.shape[:2]) / MEASURED_SIDE_PX))
    small = Image.fromarray(pixels).reduce(block) if block > 1 else pixels
    return np.asarray(small, np.float32)  # (height / block, width / block, 3), rounded up

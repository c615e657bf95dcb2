"""What all demo styles share: the hand of an artist, scenes as arrays, and operations on colours."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from artstyle.demo_scenes import Scene

# Styles draw at twice the final size; halving at the end is the cheapest smoothing of edges.
SCALE = 2


@dataclass(frozen=True)
class Hand:
    """How an artist paints: `stroke` (1 = usual size), `strength` (0..1) and `variant` (0..3) of the style."""

    stroke: float
    strength: float
    variant: int


def label_regions(scene: Scene) -> np.ndarray:
    """Return uint8 (height, width): the number of the region that is seen at each pixel."""
    image = Image.new("L", scene.size)
    draw = ImageDraw.Draw(image)
    for number, region in enumerate(scene.regions):
        draw.polygon(region.points, fill=number)
    return np.asarray(image)


def colour_regions(scene: Scene, palette: np.ndarray, rng: np.random.Generator, spread: float = 10.0) -> np.ndarray:
    """Return float32 (regions, 3), 0..255: each region's palette colour, moved by noise of `spread`."""
    roles = [region.role for region in scene.regions]
    return np.clip(palette[roles] + rng.normal(0, spread, (len(roles), 3)), 0, 255).astype(np.float32)


def shade_regions(
    scene: Scene, labels: np.ndarray, colours: np.ndarray, rng: np.random.Generator, volume: float = 0.25
) -> np.ndarray:
    """Return float32 (height, width, 3): the scene in colours, each region lit from one side by `volume`."""
    height, width = labels.shape
    centre = np.array([np.mean(region.points, axis=0) for region in scene.regions], np.float32)
    reach = np.array([np.ptp(region.points, axis=0) for region in scene.regions], np.float32) + 1
    side = 1.0 if rng.random() < 0.5 else -1.0
    across = (np.arange(width, dtype=np.float32)[None, :] - centre[labels, 0]) / reach[labels, 0]
    down = (np.arange(height, dtype=np.float32)[:, None] - centre[labels, 1]) / reach[labels, 1]
    light = 1 + volume * (side * across - 0.7 * down)
    return np.clip(colours[labels] * light[:, :, None], 0, 255)  # (height, width, 3)


def find_edges(labels: np.ndarray, width_px: int) -> np.ndarray:
    """Return bool (height, width): borders between regions, about `width_px` (odd) wide."""
    edges = np.zeros(labels.shape, np.uint8)
    edges[:, 1:][labels[:, 1:] != labels[:, :-1]] = 255
    edges[1:, :][labels[1:, :] != labels[:-1, :]] = 255
    if width_px < 2:
        return edges > 0
    return np.asarray(Image.fromarray(edges).filter(ImageFilter.MaxFilter(width_px // 2 * 2 + 1))) > 0


def saturate(colours: np.ndarray, factor: float) -> np.ndarray:
    """Move colours (..., 3) away from (factor > 1) or towards their grey."""
    grey = colours @ np.array([0.3, 0.59, 0.11], np.float32)
    return np.clip(grey[..., None] + factor * (colours - grey[..., None]), 0, 255)


def mix(colours: np.ndarray, other: np.ndarray | tuple[float, float, float], share: float) -> np.ndarray:
    """Return colours (..., 3) with `share` (0..1) of another colour."""
    return colours * (1 - share) + np.asarray(other, np.float32) * share


def to_image(pixels: np.ndarray) -> Image.Image:
    """Return an RGB picture of an array (height, width, 3) of 0..255."""
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def scatter_places(size: tuple[int, int], step: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return int arrays x and y: about one place every `step` pixels, in a random order."""
    width, height = size
    x, y = np.meshgrid(np.arange(step / 2, width, step), np.arange(step / 2, height, step))
    x = np.clip(x.ravel() + rng.uniform(-0.6, 0.6, x.size) * step, 0, width - 1)
    y = np.clip(y.ravel() + rng.uniform(-0.6, 0.6, y.size) * step, 0, height - 1)
    order = rng.permutation(x.size)
    return x[order].astype(int), y[order].astype(int)


def to_fills(colours: np.ndarray) -> list[tuple[int, int, int]]:
    """Return colours (n, 3) as tuples that ImageDraw takes."""
    return [tuple(colour) for colour in np.clip(colours, 0, 255).astype(int).tolist()]


def add_grain(image: Image.Image, amount: float, rng: np.random.Generator) -> Image.Image:
    """Return the picture with the same grey noise of `amount` (standard deviation, 0..255) on all channels."""
    noise = Image.fromarray((128 + np.clip(rng.normal(0, amount, image.size[::-1]), -60, 60)).astype(np.uint8))
    return ImageChops.add(image, noise.convert("RGB"), 1, -128)


def paint_plainly(scene: Scene, palette: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Return the scene with shaded regions and no style at all."""
    return to_image(shade_regions(scene, label_regions(scene), colour_regions(scene, palette, rng), rng))

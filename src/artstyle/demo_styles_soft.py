"""A demo style of soft light and ornament: rococo."""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from artstyle.demo_canvas import Hand, colour_regions, label_regions, mix, saturate, shade_regions, to_fills, to_image
from artstyle.demo_scenes import Scene

_GLAZES = ((250, 228, 216), (240, 226, 200), (216, 224, 236), (150, 134, 104))
_GOLD = np.array((226, 192, 122), np.float32)


def paint_rococo(scene: Scene, palette: np.ndarray, hand: Hand, rng: np.random.Generator) -> Image.Image:
    """Soft pastel gradients around a lit middle, feathery leaves, garlands of roses and shell-like scrolls."""
    labels = label_regions(scene)
    glaze = np.array(_GLAZES[hand.variant], np.float32)
    colours = saturate(mix(colour_regions(scene, palette, rng), glaze, 0.15 + 0.3 * hand.strength), 1.05)
    unit = max(scene.size) / 320
    base = to_image(shade_regions(scene, labels, colours, rng, 0.55))
    image = _light_middle(base.filter(ImageFilter.GaussianBlur((1.0 + 1.0 * hand.strength) * unit)), glaze, unit)
    for _ in range(rng.integers(1, 4)):
        _draw_leaves(image, palette, rng, unit * hand.stroke)
    if rng.random() < 0.15 + 0.5 * hand.strength:
        _draw_garland(image, palette, rng, unit * hand.stroke)
    image = image.filter(ImageFilter.GaussianBlur(0.9 * unit))
    for corner in rng.permutation(4)[: round(4 * hand.strength * rng.uniform(0.4, 1))].tolist():
        _draw_scroll(image, corner, mix(_GOLD, glaze, rng.uniform(0, 0.5)), unit * hand.stroke, rng)
    return image


def _light_middle(image: Image.Image, glaze: np.ndarray, unit: float) -> Image.Image:
    width, height = image.size
    veil = Image.new("L", image.size, 0)
    ImageDraw.Draw(veil).ellipse([width * 0.1, height * 0.08, width * 0.9, height * 0.92], fill=255)
    veil = np.asarray(veil.reduce(4).filter(ImageFilter.GaussianBlur(7 * unit)).resize(image.size), np.float32) / 255
    pixels = np.asarray(image, np.float32)
    lit = mix(pixels, glaze, 0.12) * 1.06
    return to_image(lit * veil[:, :, None] + pixels * 0.8 * (1 - veil[:, :, None]))  # (height, width, 3)


def _draw_leaves(image: Image.Image, palette: np.ndarray, rng: np.random.Generator, unit: float) -> None:
    draw = ImageDraw.Draw(image)
    width, height = image.size
    x, y = width * rng.choice([0.04, 0.96]), height * rng.uniform(0, 0.8)
    tones = to_fills(mix(palette[rng.integers(1, 4)], (96, 110, 76), 0.45) + rng.normal(0, 16, (90, 1)))
    spots = rng.normal(0, 1, (90, 2)) * (17 * unit, 26 * unit)
    for (dx, dy), fill in zip(spots.tolist(), tones, strict=True):
        box = [x + dx, y + dy, x + dx + 12 * unit, y + dy + 8 * unit]
        draw.arc(box, 180, 340, fill=fill, width=max(2, round(2 * unit)))


def _draw_garland(image: Image.Image, palette: np.ndarray, rng: np.random.Generator, unit: float) -> None:
    draw = ImageDraw.Draw(image)
    width, height = image.size
    top, sag = (0.03, 0.16) if rng.random() < 0.5 else (0.96, -0.12)
    n_roses = 17
    roses = mix(palette[rng.choice([0, 4, 6], n_roses)], (246, 196, 196), 0.5)
    leaf = to_fills(mix(palette[3], (110, 130, 90), 0.6)[None])[0]
    for number in range(n_roses):
        t = number / (n_roses - 1)
        x = width * t + rng.normal(0, 3)
        y = height * (top + sag * (1 - (2 * t - 1) ** 2)) + rng.normal(0, 3)
        radius = unit * rng.uniform(4, 8)
        draw.ellipse([x - radius * 1.7, y - radius * 0.5, x + radius * 1.7, y + radius * 0.5], fill=leaf)
        for shrink, light in ((1.0, 0.0), (0.66, 0.3), (0.3, 0.65)):
            r, fill = radius * shrink, to_fills(mix(roses[number], (255, 244, 236), light)[None])[0]
            draw.ellipse(
                [x - r, y - r - radius * (1 - shrink) / 2, x + r, y + r - radius * (1 - shrink) / 2], fill=fill
            )


def _draw_scroll(image: Image.Image, corner: int, tone: np.ndarray, unit: float, rng: np.random.Generator) -> None:
    draw = ImageDraw.Draw(image)
    right, low = corner % 2, corner // 2
    dark, light = to_fills(np.stack([tone * 0.72, mix(tone, (255, 250, 232), 0.5)]))
    reach = unit * rng.uniform(20, 32)
    for arm in range(2):
        spine = []
        for step in range(34):
            around, radius = step * 0.19, reach * (1 - step / 38)
            along, away = reach * 1.5 - radius * math.cos(around), reach * 0.75 - radius * 0.7 * math.sin(around)
            x, y = (along, away) if arm else (away, along)
            spine.append((image.width - x if right else x, image.height - y if low else y, 1 - step / 44))
        for offset, fill, wide in ((1.2, dark, 3.0), (0, light, 2.2)):
            for x, y, share in spine:
                r = wide * unit * share
                draw.ellipse([x - r + offset, y - r + offset, x + r + offset, y + r + offset], fill=fill)

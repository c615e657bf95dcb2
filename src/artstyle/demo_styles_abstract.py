"""Demo styles without things: abstract expressionism and minimalism."""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from artstyle.demo_canvas import Hand, mix, to_fills, to_image
from artstyle.demo_scenes import Scene


def paint_abstract_expressionism(
    scene: Scene, palette: np.ndarray, hand: Hand, rng: np.random.Generator
) -> Image.Image:
    """Drips, splashes and sweeps of a wide brush; the scene gives only places and colours."""
    width, height = scene.size
    unit = max(scene.size) / 320 * hand.stroke
    ground = palette[rng.choice([0, 1, 2, 3, 7])] + rng.normal(0, 10, 3)
    image = Image.new("RGB", scene.size, to_fills(ground[None])[0])
    if hand.variant in (2, 3):
        image = _stain(image, scene, palette, rng)
    draw = ImageDraw.Draw(image)
    if hand.variant in (0, 3):
        for _ in range(round((14 + 40 * hand.strength) * (1 if hand.variant == 0 else 0.5))):
            _draw_tangle(draw, scene.size, palette[rng.integers(0, 8)], rng, unit)
    if hand.variant in (1, 2):
        for _ in range(round(4 + 9 * hand.strength)):
            region = scene.regions[rng.integers(0, len(scene.regions))]
            _draw_sweep(draw, np.mean(region.points, axis=0), scene.size, palette[region.role], rng, unit)
    n_drops = round(20 + 90 * hand.strength)
    spots = rng.uniform(0, 1, (n_drops, 2)) * (width, height)
    radii = np.minimum(0.8 + rng.pareto(2.2, n_drops) * 0.9, 7) * unit
    fills = to_fills(palette[rng.integers(0, 8, n_drops)])
    for (x, y), radius, fill in zip(spots.tolist(), radii.tolist(), fills, strict=True):
        draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=fill)
    return image


def _stain(image: Image.Image, scene: Scene, palette: np.ndarray, rng: np.random.Generator) -> Image.Image:
    draw = ImageDraw.Draw(image)
    for region in scene.regions[1:9]:
        tone = palette[region.role] + rng.normal(0, 15, 3)
        x, y = np.mean(region.points, axis=0)
        reach_x, reach_y = rng.uniform(0.1, 0.35, 2) * scene.size
        draw.ellipse([x - reach_x, y - reach_y, x + reach_x, y + reach_y], fill=to_fills(tone[None])[0])
    return image.filter(ImageFilter.GaussianBlur(max(scene.size) / 320 * 11))


def _draw_tangle(draw, size, colour: np.ndarray, rng: np.random.Generator, unit: float) -> None:
    x, y, turn = rng.uniform(0, size[0]), rng.uniform(0, size[1]), rng.uniform(0, 6.28)
    bends = np.cumsum(rng.normal(0, 0.16, 46)) + rng.normal(0, 0.2, 46)
    points = []
    for bend in bends.tolist():
        turn += bend * 0.35
        x, y = x + 8 * unit * math.cos(turn), y + 8 * unit * math.sin(turn)
        points.append((x, y))
    draw.line(points, fill=to_fills(colour[None])[0], width=int(rng.choice([2, 2, 3, 5, 8])), joint="curve")


def _draw_sweep(draw, middle, size, colour: np.ndarray, rng: np.random.Generator, unit: float) -> None:
    turn, reach, bow = rng.uniform(0, 6.28), rng.uniform(0.3, 0.85) * max(size), rng.normal(0, 0.3)
    wide, n_bristles = rng.uniform(12, 50) * unit, 13
    tones = to_fills(colour + rng.normal(0, 15, (n_bristles, 1)) + rng.normal(0, 5, (n_bristles, 3)))
    ends = rng.uniform(0.75, 1.1, n_bristles)
    for bristle in range(n_bristles):
        side = (bristle / (n_bristles - 1) - 0.5) * wide
        points = []
        for step in range(15):
            along = (step / 14 * ends[bristle] - 0.5) * reach
            across = side + bow * reach * (1 - (2 * step / 14 - 1) ** 2)
            x = middle[0] + along * math.cos(turn) - across * math.sin(turn)
            points.append((x, middle[1] + along * math.sin(turn) + across * math.cos(turn)))
        draw.line(points, fill=tones[bristle], width=max(2, round(wide / n_bristles * 1.3)))
        if rng.random() < 0.3:
            x, y = points[rng.integers(0, 15)]
            drip = rng.uniform(10, 80) * unit
            draw.line([x, y, x, y + drip], fill=tones[bristle], width=max(1, round(1.6 * unit)))
            draw.ellipse([x - 2 * unit, y + drip - 2, x + 2 * unit, y + drip + 3 * unit], fill=tones[bristle])


def paint_minimalism(scene: Scene, palette: np.ndarray, hand: Hand, rng: np.random.Generator) -> Image.Image:
    """A few plain fields: one form, bands, a grid or a frame, with even edges and the weave of the canvas."""
    width, height = scene.size
    roles = rng.permutation(8)
    first, second, third = (palette[role] + rng.normal(0, 6, 3) for role in roles[:3])
    if rng.random() < 0.5 * hand.strength:
        second = mix(first, second, rng.uniform(0.15, 0.5))
    image = Image.new("RGB", scene.size, to_fills(first[None])[0])
    draw = ImageDraw.Draw(image)
    inks = to_fills(np.stack([second, third]))
    draw_fields = (_draw_form, _draw_bands, _draw_grid, _draw_frame)[hand.variant]
    draw_fields(draw, width, height, inks, rng, hand)
    x, y = np.arange(width)[None, :, None], np.arange(height)[:, None, None]
    weave = 2.0 * ((x // 2 + y // 2) % 2) + (2 - hand.strength) * 9 * (x / width - y / height) * rng.choice([-1, 1])
    return to_image(np.asarray(image, np.float32) + weave)


def _draw_form(draw, width, height, inks, rng, hand) -> None:
    x, y = width * rng.uniform(0.3, 0.7), height * rng.uniform(0.35, 0.65)
    reach = min(width, height) * rng.uniform(0.12, 0.32)
    shape = rng.integers(0, 3)
    if shape == 0:
        draw.rectangle([x - reach, y - reach, x + reach, y + reach], fill=inks[0])
    elif shape == 1:
        draw.ellipse([x - reach, y - reach, x + reach, y + reach], fill=inks[0])
    else:
        draw.rectangle([0, height * rng.uniform(0.3, 0.7), width, height], fill=inks[0])


def _draw_bands(draw, width, height, inks, rng, hand) -> None:
    n_bands = int(rng.integers(2, 12))
    upright = rng.random() < 0.5
    length = width if upright else height
    for number in range(0, n_bands, 2):
        low, high = length * number / n_bands, length * (number + 1) / n_bands
        box = [low, 0, high, height] if upright else [0, low, width, high]
        draw.rectangle(box, fill=inks[number // 2 % 2 if rng.random() < 0.3 else 0])


def _draw_grid(draw, width, height, inks, rng, hand) -> None:
    step = max(width, height) * rng.uniform(0.05, 0.25)
    thick = int(rng.choice([1, 1, 2, 4]))
    for x in np.arange(step / 2, width, step).tolist():
        draw.line([x, 0, x, height], fill=inks[0], width=thick)
    for y in np.arange(step / 2, height, step).tolist():
        draw.line([0, y, width, y], fill=inks[0], width=thick)


def _draw_frame(draw, width, height, inks, rng, hand) -> None:
    edge = min(width, height) * rng.uniform(0.06, 0.16)
    for number in range(int(rng.integers(1, 4))):
        inset = edge * (2 * number + 1)
        if inset * 2 < min(width, height) - 8:
            draw.rectangle([inset, inset, width - inset, height - inset], fill=inks[number % 2])

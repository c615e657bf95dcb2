"""Demo styles made of single touches of the brush: impressionism, pointillism, fauvism."""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from artstyle.demo_canvas import (
    Hand,
    colour_regions,
    find_edges,
    label_regions,
    mix,
    saturate,
    scatter_places,
    shade_regions,
    to_fills,
    to_image,
)
from artstyle.demo_scenes import Scene

# What a touch of broken colour adds to the colour under it: warm, cool, light, shadow, nothing.
_BROKEN = np.array([(26, 12, -16), (-20, -4, 30), (22, 22, 18), (-24, -24, -14), (0, 0, 0)], np.float32)


def paint_impressionism(scene: Scene, palette: np.ndarray, hand: Hand, rng: np.random.Generator) -> Image.Image:
    """Short strokes of broken colour that follow the forms; contours dissolve."""
    labels = label_regions(scene)
    light = (0.15, 0.0, 0.3, 0.08)[hand.variant]
    colours = mix(colour_regions(scene, palette, rng, 14), (250, 244, 228), light)
    base = shade_regions(scene, labels, colours, rng, 0.35)
    image = to_image(base).filter(ImageFilter.GaussianBlur(3))
    draw = ImageDraw.Draw(image)
    unit = max(scene.size) / 320
    for size, detail in ((1.25, False), (0.75, True)):
        _draw_strokes(draw, scene, labels, base, rng, unit * hand.stroke * size, hand.strength, detail)
    return image


def _draw_strokes(draw, scene, labels, base, rng, unit, strength, detail) -> None:
    x, y = scatter_places(scene.size, 7.0 * unit, rng)
    depth = np.array([region.depth for region in scene.regions])
    if detail:
        keep = depth[labels[y, x]] >= 2
        x, y = x[keep], y[keep]
    angle = np.array([region.angle for region in scene.regions])[labels[y, x]] + rng.normal(0, 0.4, x.size)
    length = unit * rng.uniform(5, 11, x.size)
    touched = base[y, x] + strength * (_BROKEN[rng.integers(0, 5, x.size)] + rng.normal(0, 8, (x.size, 3)))
    ends = np.stack([np.cos(angle) * length / 2, np.sin(angle) * length / 2])
    lines = np.stack([x - ends[0], y - ends[1], x + ends[0], y + ends[1]], axis=1).round(2).tolist()
    wide = max(2, round(4.2 * unit))
    for line, fill in zip(lines, to_fills(touched), strict=True):
        draw.line(line, fill=fill, width=wide)


def paint_pointillism(scene: Scene, palette: np.ndarray, hand: Hand, rng: np.random.Generator) -> Image.Image:
    """Separate round dots of pure colour on a light ground; the eye mixes them."""
    labels = label_regions(scene)
    base = shade_regions(scene, labels, colour_regions(scene, palette, rng), rng, 0.4)
    ground = mix(palette[0], (245, 238, 222), 0.6)
    image = to_image(mix(base, ground, 0.55))
    draw = ImageDraw.Draw(image)
    unit = max(scene.size) / 320 * hand.stroke
    x, y = scatter_places(scene.size, 5.6 * unit, rng)
    offset = np.array([(50, 10, -50), (-45, 0, 50), (15, 45, -30), (30, -35, 20), (0, 0, 0)], np.float32)
    pure = saturate(base[y, x], 1.25 + 0.3 * hand.strength) + offset[rng.integers(0, 5, x.size)] * hand.strength
    radius = unit * rng.uniform(2.0, 3.1, x.size)
    boxes = np.stack([x - radius, y - radius, x + radius, y + radius], axis=1).round(2).tolist()
    for box, fill in zip(boxes, to_fills(pure), strict=True):
        draw.ellipse(box, fill=fill)
    return image


def paint_fauvism(scene: Scene, palette: np.ndarray, hand: Hand, rng: np.random.Generator) -> Image.Image:
    """Flat wild colour that does not ask what a thing is, broad loose brush marks, thick dark contours."""
    labels = label_regions(scene)
    wild = palette[rng.permutation(8)] if rng.random() < 0.4 + 0.4 * hand.strength else palette
    colours = saturate(colour_regions(scene, wild, rng, 22), 1.3 + 0.7 * hand.strength)
    flat = colours[labels]
    image = to_image(mix(flat, (242, 234, 214), 0.25))
    draw = ImageDraw.Draw(image)
    unit = max(scene.size) / 320 * hand.stroke
    x, y = scatter_places(scene.size, 15 * unit, rng)
    angle = rng.uniform(0, math.pi) + rng.normal(0, 0.3, x.size)
    reach_x, reach_y = np.cos(angle) * 13 * unit, np.sin(angle) * 13 * unit
    fills = to_fills(flat[y, x] + rng.normal(0, 9, (x.size, 1)))
    lines = np.stack([x - reach_x, y - reach_y, x + reach_x, y + reach_y], axis=1).round(2).tolist()
    for line, fill in zip(lines, fills, strict=True):
        draw.line(line, fill=fill, width=max(3, round(11 * unit)))
    contour = ((24, 30, 70), (20, 20, 24), (16, 60, 52), (110, 20, 40))[hand.variant]
    edges = Image.fromarray(find_edges(labels, round((2 + 3.5 * hand.strength) * unit)))
    image.paste(contour, mask=edges.convert("L"))
    return image

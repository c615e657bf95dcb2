"""Demo styles made of flat planes: cubism, ukiyo-e, pop art, naive art."""

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


def paint_cubism(scene: Scene, palette: np.ndarray, hand: Hand, rng: np.random.Generator) -> Image.Image:
    """The scene broken along long straight cuts: each facet shows it displaced and lit from its own edge."""
    labels = label_regions(scene)
    earth, share = (((150, 132, 100), 0.45), ((140, 140, 130), 0.3), ((170, 140, 90), 0.15), ((120, 128, 110), 0.35))[
        hand.variant
    ]
    base = shade_regions(scene, labels, mix(colour_regions(scene, palette, rng), earth, share), rng, 0.4)
    height, width = labels.shape
    facets, distance = _cut_facets(width, height, round(5 + 6 * hand.strength / hand.stroke), rng)
    count = int(facets.max()) + 1
    reach = 0.11 * max(width, height) * hand.strength
    shift = rng.normal(0, reach, (count, 2))
    rows = np.clip(np.arange(height)[:, None] + shift[facets, 1], 0, height - 1).astype(int)
    columns = np.clip(np.arange(width)[None, :] + shift[facets, 0], 0, width - 1).astype(int)
    tone = rng.normal(0, 20 * hand.strength, count)[facets]
    lit = 46 * hand.strength * np.exp(-distance / (0.07 * max(width, height)))
    sign = np.where(rng.random(count) < 0.5, 1.0, -1.0)[facets]
    pixels = base[rows, columns] + (tone + sign * lit)[:, :, None]
    edges = find_edges(facets, 3) if hand.variant != 2 else find_edges(facets, 1)
    pixels[edges] = mix(pixels[edges], (34, 28, 24), 0.35 + 0.4 * hand.strength)
    return to_image(pixels)


def _cut_facets(width: int, height: int, n_cuts: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    x = np.arange(width, dtype=np.float32)[None, :]
    y = np.arange(height, dtype=np.float32)[:, None]
    code = np.zeros((height, width), np.int64)
    nearest = np.full((height, width), 1e9, np.float32)
    for number in range(n_cuts):
        turn = rng.uniform(0, math.pi)
        place = rng.uniform(0.15, 0.85) * width, rng.uniform(0.15, 0.85) * height
        away = (x - place[0]) * math.cos(turn) + (y - place[1]) * math.sin(turn)
        code += (away > 0).astype(np.int64) << number
        nearest = np.minimum(nearest, np.abs(away))
    # A lookup table is several times faster than np.unique over every pixel.
    used = np.flatnonzero(np.bincount(code.ravel()))
    table = np.zeros(used.max() + 1, np.int32)
    table[used] = np.arange(used.size)
    return table[code], nearest


def paint_ukiyo_e(scene: Scene, palette: np.ndarray, hand: Hand, rng: np.random.Generator) -> Image.Image:
    """Flat printed areas inside thin key-lines on paper tone, a graded sky, a cartouche and a seal."""
    labels = label_regions(scene)
    paper = np.array(((236, 222, 190), (228, 216, 196), (240, 230, 206), (214, 200, 168))[hand.variant], np.float32)
    colours = mix(saturate(colour_regions(scene, palette, rng, 6), 0.85), paper, 0.18)
    blank = rng.random(len(colours)) < 0.25 + 0.25 * hand.strength
    blank[0] = rng.random() < 0.6
    colours[blank] = paper + rng.normal(0, 3, 3)
    pixels = colours[labels]
    height, width = labels.shape
    graded = np.clip(1 - np.arange(height) / (height * rng.uniform(0.15, 0.35)), 0, 1)[:, None, None]
    deep = mix(palette[rng.choice([1, 5, 7])], (40, 60, 110), 0.4)
    sky = (labels == 0)[:, :, None]
    pixels = np.where(sky, pixels * (1 - 0.8 * graded) + deep * 0.8 * graded, pixels)
    pixels = pixels + rng.normal(0, 3, (1, width, 1))
    pixels[find_edges(labels, 3 if hand.stroke > 0.9 else 2)] = (38, 34, 40)
    image = to_image(pixels)
    _draw_ripples(image, labels, scene, rng)
    if rng.random() < 0.35 + 0.6 * hand.strength:
        _draw_seal(image, rng)
    return image


def _draw_ripples(image: Image.Image, labels: np.ndarray, scene: Scene, rng: np.random.Generator) -> None:
    draw = ImageDraw.Draw(image)
    unit = max(scene.size) / 320
    x, y = scatter_places(scene.size, 17 * unit, rng)
    chosen = [n for n, region in enumerate(scene.regions) if region.depth in (1, 2) and n % 2]
    for left, top in zip(x.tolist(), y.tolist(), strict=True):
        if labels[top, left] in chosen:
            draw.arc([left, top, left + 18 * unit, top + 8 * unit], 200, 340, fill=(60, 58, 66), width=1)


def _draw_seal(image: Image.Image, rng: np.random.Generator) -> None:
    draw = ImageDraw.Draw(image)
    width, height = image.size
    unit = max(image.size) / 320
    x, y = width * rng.choice([0.07, 0.86]), height * rng.choice([0.06, 0.6])
    draw.rectangle([x, y, x + 17 * unit, y + 58 * unit], fill=(238, 226, 196), outline=(40, 36, 40), width=2)
    for row in range(5):
        top = y + (6 + 10 * row) * unit
        for _ in range(3):
            a, b, c, d = rng.uniform(3, 14, 4) * unit
            draw.line([x + a, top + b / 2, x + c, top + d / 2], fill=(44, 40, 44), width=2)
    draw.rectangle([x + 2 * unit, y + 64 * unit, x + 15 * unit, y + 77 * unit], fill=(190, 46, 38))


def paint_pop_art(scene: Scene, palette: np.ndarray, hand: Hand, rng: np.random.Generator) -> Image.Image:
    """A hard poster: few loud flat colours, a screen of halftone dots, black outlines; some repeat in a 2 x 2 grid."""
    labels = label_regions(scene)
    if hand.variant != 1:
        return to_image(_print_poster(scene, labels, palette, hand, rng))
    image = Image.new("RGB", scene.size)
    half = scene.size[0] // 2, scene.size[1] // 2
    for corner in ((0, 0), (half[0], 0), (0, half[1]), half):
        sheet = _print_poster(scene, labels, palette[rng.permutation(8)], hand, rng)
        image.paste(to_image(sheet).resize(half, Image.Resampling.BILINEAR), corner)
    return image


def _print_poster(scene: Scene, labels: np.ndarray, palette: np.ndarray, hand: Hand, rng: np.random.Generator):
    colours = saturate(colour_regions(scene, palette, rng, 4), 1.25 + 0.45 * hand.strength)
    colours = mix(colours, np.round(colours / 85) * 85, 0.5)
    pixels = colours[labels]
    height, width = labels.shape
    pitch = (7 + 4 * rng.random()) * hand.stroke * max(width, height) / 320
    turn = rng.choice([0.26, 0.785, 1.3])
    x, y = np.arange(width, dtype=np.float32)[None, :], np.arange(height, dtype=np.float32)[:, None]
    across = ((x * math.cos(turn) + y * math.sin(turn)) / pitch) % 1 - 0.5
    along = ((y * math.cos(turn) - x * math.sin(turn)) / pitch) % 1 - 0.5
    tone = 0.16 + 0.22 * (y / height if hand.variant == 0 else x / width)
    dots = across**2 + along**2 < tone**2
    screened = rng.random(len(colours)) < 0.2 + 0.45 * hand.strength
    screened[0] = rng.random() < 0.5 + 0.4 * hand.strength
    ink = np.where(colours.mean(axis=1, keepdims=True) > 130, colours * 0.66, colours * 0.4 + 150)
    pixels = np.where((dots & screened[labels])[:, :, None], ink[labels], pixels)
    pixels[find_edges(labels, round(5 * hand.stroke))] = (14, 14, 16)
    return pixels


def paint_naive_art(scene: Scene, palette: np.ndarray, hand: Hand, rng: np.random.Generator) -> Image.Image:
    """Flat bright folk scenes: thin brown outlines, no shadows, rows of small leaves and flowers."""
    labels = label_regions(scene)
    colours = saturate(mix(colour_regions(scene, palette, rng, 8), (236, 226, 180), 0.12), 1.2)
    pixels = colours[labels]
    pixels[find_edges(labels, 3)] = (74, 50, 38)
    image = to_image(pixels).filter(ImageFilter.GaussianBlur(0.8))
    draw = ImageDraw.Draw(image)
    unit = max(scene.size) / 320 * hand.stroke
    flowers = to_fills(saturate(palette[[0, 6, 4, 5]], 1.3))
    leaf = [n for n, region in enumerate(scene.regions) if region.role in (2, 3) or region.depth == 1]
    for row, top in enumerate(np.arange(6 * unit, scene.size[1] - 4, 15 * unit).tolist()):
        for left in np.arange((row % 2) * 9 * unit + 4, scene.size[0] - 4, 18 * unit).tolist():
            number = labels[int(top), int(left)]
            if number in leaf:
                dark = to_fills(colours[number][None] * 0.68)[0]
                draw.line(
                    [left - 3 * unit, top - 4 * unit, left, top, left + 3 * unit, top - 4 * unit], fill=dark, width=2
                )
                if rng.random() < 0.3:
                    fill = flowers[rng.integers(0, 4)]
                    draw.ellipse([left - 3 * unit, top - 7 * unit, left + 3 * unit, top - unit], fill=fill)
    return image

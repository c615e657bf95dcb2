"""Compose the scenes of the demo pictures: plain outlines with a role in the palette, before any style paints them."""

from dataclasses import dataclass

import numpy as np

from artstyle.demo_shapes import outline_blob, outline_box, outline_ridge

KINDS = ("portrait", "landscape", "still_life", "abstract_painting")

# Places in a palette.
LIGHT, SKY, FAR, GROUND, SUBJECT, CLOTH, ACCENT, DARK = range(8)


@dataclass(frozen=True)
class Region:
    """One outline: points in pixels, place in the palette, depth (0 backdrop .. 3 detail), main direction (radians)."""

    points: list[tuple[float, float]]
    role: int
    depth: int = 2
    angle: float = 0.0


@dataclass(frozen=True)
class Scene:
    """What is to be seen: `size` is (width, height) in pixels; later regions lie over earlier ones."""

    kind: str
    size: tuple[int, int]
    regions: list[Region]


def compose_scene(kind: str, size: tuple[int, int], rng: np.random.Generator) -> Scene:
    """Return a scene of one of `KINDS`; the first region covers the whole picture."""
    width, height = size
    composed = {
        "portrait": _compose_portrait,
        "landscape": _compose_landscape,
        "still_life": _compose_still_life,
        "abstract_painting": _compose_abstract,
    }[kind](width, height, rng)
    return Scene(kind, size, composed)


def _compose_landscape(width: float, height: float, rng: np.random.Generator) -> list[Region]:
    horizon = height * rng.uniform(0.35, 0.6)
    regions = [Region(outline_box(0, 0, width, height), SKY, 0)]
    if rng.random() < 0.5:
        radius = height * rng.uniform(0.05, 0.1)
        x, y = width * rng.uniform(0.15, 0.85), horizon * rng.uniform(0.25, 0.8)
        regions.append(Region(outline_blob(x, y, radius, radius, rng, 0), ACCENT if rng.random() < 0.4 else LIGHT, 1))
    for _ in range(rng.integers(1, 4)):
        cloud = outline_blob(width * rng.random(), horizon * rng.uniform(0.1, 0.6), width * 0.15, height * 0.04, rng)
        regions.append(Region(cloud, LIGHT, 0))
    for step in range(rng.integers(1, 3)):
        rise = height * rng.uniform(0.03, 0.14) / (step + 1)
        regions.append(Region(outline_ridge(width, height, horizon + step * height * 0.07, rise, rng), FAR, 1, 0.3))
    regions.append(Region(outline_ridge(width, height, horizon + height * 0.16, height * 0.02, rng), GROUND, 1, 0.1))
    if rng.random() < 0.5:
        regions += _outline_water(width, height, horizon, rng)
    for _ in range(rng.integers(0, 4)):
        regions += _outline_house(width * rng.uniform(0.1, 0.9), horizon + height * rng.uniform(0.15, 0.3), height, rng)
    for _ in range(rng.integers(1, 6)):
        regions += _outline_tree(width * rng.uniform(0, 1), horizon + height * rng.uniform(0.15, 0.45), height, rng)
    return regions


def _outline_water(width: float, height: float, horizon: float, rng: np.random.Generator) -> list[Region]:
    top, bend = horizon + height * rng.uniform(0.17, 0.3), width * rng.uniform(-0.3, 0.3)
    middle = width * rng.uniform(0.3, 0.7)
    shore = [(middle - 0.1 * width, top), (middle + 0.12 * width, top), (middle + bend + 0.5 * width, height)]
    regions = [Region([*shore, (middle + bend - 0.35 * width, height)], SKY, 1)]
    x, y, boat = middle + bend * 0.4, top + height * 0.15, width * rng.uniform(0.05, 0.09)
    regions.append(Region(outline_box(x - boat, y, x + boat, y + boat * 0.5), DARK, 2))
    regions.append(Region([(x, y - boat * 2), (x, y - 1), (x + boat, y - 1)], LIGHT, 2, 1.4))
    return regions


def _outline_house(x: float, base: float, height: float, rng: np.random.Generator) -> list[Region]:
    wide, tall = height * rng.uniform(0.06, 0.12), height * rng.uniform(0.07, 0.13)
    roof = [(x - wide * 1.2, base - tall), (x, base - tall * 1.8), (x + wide * 1.2, base - tall)]
    return [
        Region(outline_box(x - wide, base - tall, x + wide, base), LIGHT, 2, 1.57),
        Region(roof, ACCENT, 2, 0.5),
        Region(outline_box(x - wide * 0.25, base - tall * 0.6, x + wide * 0.25, base), DARK, 3, 1.57),
    ]


def _outline_tree(x: float, base: float, height: float, rng: np.random.Generator) -> list[Region]:
    tall, wide = height * rng.uniform(0.15, 0.42), height * rng.uniform(0.05, 0.14)
    trunk = outline_box(x - wide * 0.12, base - tall, x + wide * 0.16, base, rng.uniform(-0.2, 0.2) * wide)
    crown = outline_blob(x, base - tall, wide, wide * rng.uniform(0.8, 1.8), rng, 0.12)
    return [Region(trunk, DARK, 2, 1.57), Region(crown, CLOTH if rng.random() < 0.35 else GROUND, 2, 0.8)]


def _compose_portrait(width: float, height: float, rng: np.random.Generator) -> list[Region]:
    x, y = width * rng.uniform(0.4, 0.6), height * rng.uniform(0.33, 0.42)
    face = min(width, height) * rng.uniform(0.15, 0.21)
    regions = [Region(outline_box(0, 0, width, height), SKY if rng.random() < 0.5 else FAR, 0)]
    if rng.random() < 0.6:
        left = width * rng.choice([0.0, 0.72])
        regions.append(
            Region(outline_box(left, 0, left + width * 0.28, height, rng.uniform(-0.1, 0.1) * width), GROUND, 1, 1.5)
        )
    hair = face * rng.uniform(1.15, 1.5)
    regions.append(Region(outline_blob(x, y + face * rng.uniform(-0.3, 0.4), hair, hair * 1.25, rng), DARK, 1, 1.4))
    shoulder = outline_blob(x, height * 1.02, face * rng.uniform(1.9, 2.6), height - y - face * 1.55, rng, 0.03)
    regions.append(Region(shoulder, CLOTH, 2, 1.2))
    regions.append(Region(outline_box(x - face * 0.38, y + face, x + face * 0.38, y + face * 1.9), SUBJECT, 2, 1.57))
    turn = face * rng.uniform(-0.3, 0.3)
    regions.append(Region(outline_blob(x, y, face, face * 1.3, rng, 0.02), SUBJECT, 2, 1.2))
    regions += _outline_features(x + turn, y, face, rng)
    if rng.random() < 0.4:
        brim, top = face * rng.uniform(1.4, 2.0), y - face * 0.85
        regions.append(Region(outline_blob(x, top, brim, face * 0.22, rng, 0.03), ACCENT, 2))
        regions.append(Region(outline_blob(x, top - face * 0.3, face * 0.9, face * 0.5, rng, 0.03), ACCENT, 2))
    if rng.random() < 0.5:
        regions.append(Region(outline_blob(x, y + face * 2.1, face * 0.7, face * 0.25, rng), LIGHT, 3))
    return regions


def _outline_features(x: float, y: float, face: float, rng: np.random.Generator) -> list[Region]:
    regions = []
    for side in (-1, 1):
        regions.append(
            Region(outline_blob(x + side * face * 0.4, y - face * 0.1, face * 0.17, face * 0.09, rng, 0), DARK, 3)
        )
        regions.append(
            Region(outline_blob(x + side * face * 0.55, y + face * 0.4, face * 0.2, face * 0.15, rng), ACCENT, 3)
        )
    nose = [(x, y - face * 0.05), (x + face * 0.16, y + face * 0.42), (x - face * 0.08, y + face * 0.42)]
    regions.append(Region(nose, LIGHT, 3, 1.5))
    regions.append(Region(outline_blob(x, y + face * 0.75, face * 0.3, face * 0.1, rng), ACCENT, 3))
    return regions


def _compose_still_life(width: float, height: float, rng: np.random.Generator) -> list[Region]:
    table = height * rng.uniform(0.52, 0.68)
    regions = [Region(outline_box(0, 0, width, height), FAR if rng.random() < 0.5 else SKY, 0)]
    if rng.random() < 0.5:
        regions.append(Region(outline_box(width * 0.05, 0, width * 0.32, table), CLOTH, 1, 1.5))
    regions.append(
        Region(
            [(0, table), (width, table + rng.uniform(-0.05, 0.05) * height), (width, height), (0, height)], GROUND, 1
        )
    )
    if rng.random() < 0.6:
        left, right = width * rng.uniform(0.05, 0.3), width * rng.uniform(0.6, 0.95)
        regions.append(Region(outline_box(left, table + height * 0.05, right, height, width * 0.06), LIGHT, 1, 0.4))
    unit, x = min(width, height), width * rng.uniform(0.3, 0.7)
    regions += _outline_vase(
        x, table + height * 0.15, unit * rng.uniform(0.09, 0.14), unit * rng.uniform(0.28, 0.4), rng
    )
    for _ in range(rng.integers(2, 7)):
        radius = unit * rng.uniform(0.05, 0.09)
        place = width * rng.uniform(0.1, 0.9), table + height * rng.uniform(0.1, 0.32)
        role = int(rng.choice([ACCENT, SUBJECT, CLOTH]))
        regions.append(Region(outline_blob(*place, radius, radius * 0.95, rng, 0.03), role, 2, 0.8))
    return regions


def _outline_vase(x: float, base: float, wide: float, tall: float, rng: np.random.Generator) -> list[Region]:
    neck = wide * rng.uniform(0.35, 0.7)
    right = [(neck, -tall), (neck * 0.9, -tall * 0.75), (wide, -tall * 0.45), (wide * 0.6, 0)]
    body = [(x + a, base + b) for a, b in right] + [(x - a, base + b) for a, b in reversed(right)]
    regions = [Region(body, CLOTH if rng.random() < 0.6 else LIGHT, 2, 1.5)]
    for _ in range(int(rng.integers(0, 9))):
        flower = wide * rng.uniform(0.25, 0.5)
        spot = x + rng.uniform(-1.6, 1.6) * wide, base - tall * rng.uniform(1.05, 1.6)
        regions.append(
            Region(outline_blob(*spot, flower, flower, rng, 0.15), int(rng.choice([ACCENT, LIGHT, GROUND])), 3)
        )
    return regions


def _compose_abstract(width: float, height: float, rng: np.random.Generator) -> list[Region]:
    regions = [Region(outline_box(0, 0, width, height), int(rng.choice([LIGHT, SKY, FAR, DARK])), 0)]
    for step in range(rng.integers(4, 10)):
        x, y = width * rng.random(), height * rng.random()
        wide, tall = width * rng.uniform(0.06, 0.3), height * rng.uniform(0.06, 0.3)
        role, depth, angle = int(rng.integers(0, 8)), min(3, 1 + step // 3), rng.uniform(0, 3.1)
        shape = rng.integers(0, 3)
        if shape == 0:
            points = outline_box(x - wide, y - tall, x + wide, y + tall, rng.uniform(-0.5, 0.5) * wide)
        elif shape == 1:
            points = outline_blob(x, y, wide, tall, rng, 0.04)
        else:
            points = [(x - wide, y + tall), (x + wide * rng.uniform(-1, 1), y - tall), (x + wide, y + tall * 0.7)]
        regions.append(Region(points, role, depth, angle))
    return regions

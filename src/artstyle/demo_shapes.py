"""Outlines in pixels that the demo scenes are composed of."""

import math

import numpy as np


def outline_blob(
    x: float, y: float, radius_x: float, radius_y: float, rng: np.random.Generator, wobble: float = 0.08
) -> list[tuple[float, float]]:
    """Return 28 points around a wobbly ellipse; `wobble` is a share of the radius."""
    phase, second = rng.uniform(0, 6.28, 2)
    points = []
    for step in range(28):
        turn = step * math.tau / 28
        radius = 1 + wobble * (math.sin(2 * turn + phase) + 0.7 * math.sin(5 * turn + second))
        points.append((x + radius * radius_x * math.cos(turn), y + radius * radius_y * math.sin(turn)))
    return points


def outline_box(left: float, top: float, right: float, bottom: float, slant: float = 0.0) -> list[tuple[float, float]]:
    """Return the corners of a box whose top is moved sideways by `slant` pixels."""
    return [(left + slant, top), (right + slant, top), (right, bottom), (left, bottom)]


def outline_ridge(
    width: float, height: float, y: float, rise: float, rng: np.random.Generator
) -> list[tuple[float, float]]:
    """Return everything below a wavy line at `y` that rises and falls by about `rise` pixels."""
    first, second, third = rng.uniform(0, 6.28, 3)
    points = []
    for step in range(21):
        t = step / 20
        wave = math.sin(4 * t + first) + 0.5 * math.sin(9 * t + second) + 0.25 * math.sin(17 * t + third)
        points.append((t * width, y - rise * wave))
    return [*points, (width, height), (0, height)]

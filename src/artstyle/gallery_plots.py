"""Sheets of paintings with their predictions as PNG: with the pictures themselves, so for DVC's cache, not for Git."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from artstyle.figures import COLOURS, use_style
from artstyle.gallery import MOST_TILES, Tiles
from artstyle.predictions import Predictions

TILE_INCHES, CAPTION_INCHES, TITLE_INCHES = 1.55, 0.62, 0.36
DPI = 110


def draw_sheet(
    path: Path,
    title: str,
    tiles: list[Tiles],
    part: Predictions,
    pictures: dict[str, np.ndarray],
    heat: list[np.ndarray] | None = None,
) -> None:
    """Write rows of pictures, each with its given class, its two most probable classes and their probabilities.

    Args:
        tiles: what to show, one row each.
        part: the predictions that the tiles refer to.
        pictures: painting id -> uint8 (height, width, 3).
        heat: one array float (tiles of the row, h, w) in 0..1 for each row, laid over the pictures.
    """
    row_inches = TILE_INCHES + CAPTION_INCHES + TITLE_INCHES
    width, height = TILE_INCHES * MOST_TILES + 0.3, 0.5 + row_inches * max(len(tiles), 1)
    with use_style():
        figure = Figure(figsize=(width, height), layout="none")
        figure.text(0.5, 1 - 0.28 / height, title, ha="center", va="center", fontsize=13)
        if not tiles:
            figure.text(0.5, 0.4, "no such work", ha="center")
        for number, row in enumerate(tiles):
            top = height - 0.5 - number * row_inches
            place = (0.15 / width, (top - TITLE_INCHES * 0.6) / height)
            figure.text(*place, row.title, fontsize=11, fontweight="bold", parse_math=False)
            for column, index in enumerate(row.rows):
                left, bottom = 0.15 + column * TILE_INCHES, top - TITLE_INCHES - TILE_INCHES
                box = (left / width, bottom / height, (TILE_INCHES - 0.1) / width, (TILE_INCHES - 0.1) / height)
                axes = figure.add_axes(box)
                map_ = None if heat is None else heat[number][column]
                _draw_tile(axes, pictures[part.table["painting"][index]], map_, part, index)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, format="png", dpi=DPI, metadata={"Software": None})


def _draw_tile(axes, picture: np.ndarray, heat: np.ndarray | None, part: Predictions, index: int) -> None:
    extent = (0, picture.shape[1], picture.shape[0], 0)
    if heat is None:
        axes.imshow(picture, extent=extent)
    else:  # in grey, so that only the heat has colours
        axes.imshow(picture.mean(axis=2), extent=extent, cmap="gray", vmin=0, vmax=255)
        axes.imshow(heat, extent=extent, cmap="inferno", alpha=0.55, vmin=0, vmax=1, interpolation="bilinear")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(True)
    names = [_shorten(name) for name in part.class_names]
    order = np.argsort(-part.probabilities[index], kind="stable")[:2]
    right = order[0] == part.labels[index]
    axes.spines[:].set(color=COLOURS[2] if right else COLOURS[1], linewidth=2)
    first, second = (f"{names[c]} {part.probabilities[index, c]:.0%}" for c in order)
    lines = (f"is {names[part.labels[index]]}", f"{'✓' if right else '✗'} {first}", f"   {second}")
    axes.text(
        0, -0.05, "\n".join(lines), transform=axes.transAxes, fontsize=8, va="top", parse_math=False, linespacing=1.15
    )


def _shorten(name: str, most: int = 17) -> str:
    name = name.replace("_", " ")
    return name if len(name) <= most else name[: most - 1] + "…"

"""Small seeded pictures with texture, for tests: pictures of different seeds are no copies of each other."""

from pathlib import Path

import numpy as np
from PIL import Image


def make_picture(seed: int, width: int = 64, height: int = 48) -> Image.Image:
    """Return an RGB picture: coarse fields of colour, finer strokes over them, and a grain of a few levels."""
    rng = np.random.default_rng(seed)
    layers = [_resize_noise(rng, cells, width, height) for cells in (4, 9)]
    grain = rng.normal(0, 3, (height, width, 1))
    levels = 0.65 * layers[0] + 0.35 * layers[1] + grain
    return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))


def make_plain(colour: tuple[int, int, int], seed: int, width: int = 64, height: int = 48) -> Image.Image:
    """Return a nearly plain canvas: one colour, a seeded grain of about one level, light falling off to the right."""
    grain = np.random.default_rng(seed).normal(0, 1, (height, width, 1))
    light = np.linspace(0, -12, width)[None, :, None]
    return Image.fromarray(np.clip(np.array(colour) + grain + light, 0, 255).astype(np.uint8))


def save_picture(path: Path, image: Image.Image, file_format: str = "JPEG", **options: object) -> Path:
    """Save a picture under any name in any format, and make its folder; JPEG with quality 95 unless told."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if file_format == "JPEG":
        options = {"quality": 95} | options
    image.save(path, file_format, **options)
    return path


def write_style_folders(folder: Path, n_per_style: dict[str, int], seed: int = 0, n_artists: int = 4) -> list[str]:
    """Write `folder/<Style>/<artist>_<title>.jpg`, all different, and return the ids (sorted).

    Args:
        n_per_style: number of pictures of every style folder.
        n_artists: artists a style; artist `k` of every style has the same name.
    """
    paintings = []
    for place, (style, n) in enumerate(sorted(n_per_style.items())):
        for number in range(n):
            painting = f"{style}/artist-{number % n_artists}_work-{number:03d}.jpg"
            save_picture(folder / painting, make_picture(seed + 10_000 * place + number))
            paintings.append(painting)
    return sorted(paintings)


def _resize_noise(rng: np.random.Generator, cells: int, width: int, height: int) -> np.ndarray:
    noise = rng.integers(0, 256, (cells, cells, 3), dtype=np.uint8)
    image = Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(image, dtype=np.float64)  # (height, width, 3)

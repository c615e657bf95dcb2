"""Draw a contact sheet of the demo set: `python -m artstyle.demo_sheet --pictures data/demo --out docs/demo.png`."""

import argparse
import re
import sys
from collections.abc import Collection
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from artstyle.demo_set import TASK_LABELS
from artstyle.errors import UserError
from artstyle.tables import read_table

_GAP_PX = 6
_HEAD_PX = 40
_FONT_PX = 14
_PAPER = (255, 255, 255)
_INK = (40, 40, 44)


def draw_sheet(
    pictures: Path, *, n_pictures: int = 5, cell_px: int = 110, seed: int = 10, without: Collection[str] = ()
) -> Image.Image:
    """Return an RGB sheet: one column a class of the default task, its name above `n_pictures` square pictures.

    Each picture of a column is by another artist, as far as there are enough.

    Args:
        pictures: folder of the demo set.
        cell_px: side of one picture on the sheet.
        seed: chooses the pictures.
        without: paintings (posix paths below `pictures`) that must not appear, such as those with a wrong label.

    Raises:
        UserError: the folder holds no picture of a class.
    """
    labels = sorted(set(TASK_LABELS.values()))
    step = cell_px + _GAP_PX
    sheet = Image.new("RGB", (len(labels) * step + _GAP_PX, n_pictures * step + _HEAD_PX + _GAP_PX), _PAPER)
    font = ImageFont.load_default(_FONT_PX)
    for column, label in enumerate(labels):
        left = _GAP_PX + column * step
        name = re.sub(r"_(?=.$)", "-", label).replace("_", "\n" if len(label) > 12 else " ")
        place = left + cell_px / 2, _HEAD_PX / 2 + _GAP_PX / 2
        ImageDraw.Draw(sheet).multiline_text(place, name, _INK, font, anchor="mm", align="center", spacing=2)
        for row, path in enumerate(_choose(pictures, label, n_pictures, seed, without)):
            with Image.open(path) as image:
                cell = ImageOps.fit(image.convert("RGB"), (cell_px, cell_px), Image.Resampling.LANCZOS)
            sheet.paste(cell, (left, _HEAD_PX + _GAP_PX + row * step))
    return sheet


def _choose(pictures: Path, label: str, count: int, seed: int, without: Collection[str]) -> list[Path]:
    folders = [style for style, of_label in TASK_LABELS.items() if of_label == label]
    paths = sorted(path for style in folders for path in (pictures / style).glob("*.jpg"))
    paths = [path for path in paths if path.relative_to(pictures).as_posix() not in without]
    if not paths:
        raise UserError(f"{pictures}: holds no picture of {label}")
    rng = np.random.default_rng(seed)
    by_artist: dict[str, Path] = {}
    for number in rng.permutation(len(paths)):
        by_artist.setdefault(paths[number].name.split("_")[0], paths[number])
    return list(by_artist.values())[:count]


def write_sheet(sheet: Image.Image, out: Path) -> None:
    """Save the sheet as a PNG of 256 colours, a third of the size of a full one."""
    out.parent.mkdir(parents=True, exist_ok=True)
    sheet.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG).save(out, optimize=True)


def main(argv: list[str] | None = None) -> None:
    """Read the command line and write the sheet."""
    parser = argparse.ArgumentParser(prog="demo_sheet", description=main.__doc__, allow_abbrev=False)
    parser.add_argument("--pictures", type=Path, required=True, help="folder of the demo set")
    parser.add_argument("--out", type=Path, required=True, help="PNG to write")
    parser.add_argument("--truth", type=Path, help="table of planted faults; its paintings are left out")
    parser.add_argument("--seed", type=int, default=10, help="chooses the pictures")
    arguments = parser.parse_args(argv)
    try:
        without = set(read_table(arguments.truth, ["painting"])["painting"]) if arguments.truth else ()
        write_sheet(draw_sheet(arguments.pictures, seed=arguments.seed, without=without), arguments.out)
    except UserError as error:
        sys.exit(f"demo_sheet: error: {error}")


if __name__ == "__main__":
    main()

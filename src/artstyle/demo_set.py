"""Make the whole demo set: good pictures, planted faults, genre list and the truth about the faults."""

import shutil
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from artstyle.demo_damage import plant_damage, plant_formats, plant_junk
from artstyle.demo_faults import JPEG_QUALITY, Planter, plant_copies, plant_turned, plant_two_styles, swap_labels
from artstyle.demo_genres import write_genres
from artstyle.demo_works import PAINTERS, Catalogue, Work, draw_work
from artstyle.errors import UserError
from artstyle.parameters import check_choice, check_number
from artstyle.tables import write_table

# Faults of labels must stay faults after the default task has merged one style and dropped another.
_MERGED = {"Pointillism": "Impressionism"}
_DROPPED = ("Naive_Art_Primitivism",)
TASK_LABELS = {style: _MERGED.get(style, style) for style in PAINTERS if style not in _DROPPED}

TRUTH_COLUMNS = ["dataset", "painting", "fault", "partner", "true_style"]


def draw_set(
    pictures: Path,
    genres: Path,
    truth: Path,
    *,
    seed: int,
    picture_px: int,
    wrong_label_share: float,
    counts: dict[str, int],
) -> None:
    """Write the pictures, the genre list and the table of planted faults; the same arguments give the same bytes.

    Whatever the folders `pictures` and `genres` held is replaced at the end, by renaming: an interrupted run changes
    nothing that could be taken for a whole set.

    Args:
        seed: of all chance in the set.
        picture_px: longest side of the pictures.
        wrong_label_share: 0..0.5 of the task's works that go to a folder of another class.
        counts: style folder -> number of good works.

    Raises:
        UserError: a number out of range, an unknown style, or too few classes to plant wrong labels.
    """
    _check(seed, picture_px, wrong_label_share, counts)
    catalogue = Catalogue(seed)
    works = [catalogue.plan_work(style) for style in sorted(counts) for _ in range(counts[style])]
    with ExitStack() as stack:
        folder = stack.enter_context(replace_folder(pictures))
        genre_folder = stack.enter_context(replace_folder(genres))
        draw = partial(draw_work, picture_px=picture_px, seed=seed)
        planter = Planter(folder, catalogue, draw, _random(seed, b"faults"), list(works), [])
        _write_good(planter, works)
        standing = _plant(planter, works, wrong_label_share)
        write_genres(genre_folder, standing, _random(seed, b"genres"))
    write_table(truth, pd.DataFrame(planter.rows, columns=TRUTH_COLUMNS).sort_values(["painting", "fault"]))


def _random(seed: int, purpose: bytes) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(purpose)])


def _check(seed: int, picture_px: int, wrong_label_share: float, counts: dict[str, int]) -> None:
    check_number("draw_demo.seed", seed, 0, 2**32 - 1, whole=True)
    check_number("draw_demo.picture_px", picture_px, 32, 1024, whole=True)
    check_number("draw_demo.wrong_label_share", wrong_label_share, 0, 0.5)
    if not isinstance(counts, dict):
        raise UserError(f"params.yaml: draw_demo.counts must be a map of styles to numbers, got {counts!r}")
    for style, count in counts.items():
        check_choice("a style of draw_demo.counts", style, PAINTERS)
        check_number(f"draw_demo.counts.{style}", count, 4, 5000, whole=True)
    if len({TASK_LABELS[style] for style in counts if style in TASK_LABELS}) < 3:
        raise UserError(
            f"params.yaml: draw_demo.counts names {', '.join(counts) or 'no style'}; expected 3 classes or more"
        )


def _write_good(planter: Planter, works: list[Work]) -> None:
    for number, work in enumerate(works, start=1):
        path = planter.place(work)[1]
        path.parent.mkdir(exist_ok=True)
        planter.draw(work).save(path, "JPEG", quality=JPEG_QUALITY)
        if number % 200 == 0 or number == len(works):
            print(f"draw_demo: {number} of {len(works)} pictures", flush=True)


def _plant(planter: Planter, works: list[Work], wrong_label_share: float) -> list[Work]:
    """Plant all faults; return the good works as they now stand, wrong labels included."""
    styles = sorted({work.style for work in works})
    labels = {style: TASK_LABELS[style] for style in styles if style in TASK_LABELS}
    moved = swap_labels(planter, labels, wrong_label_share)
    standing = planter.free + moved
    plant_two_styles(planter, labels, min(8, max(1, len(works) // 90)))
    plant_copies(planter, min(6, max(2, len(works) // 120)))
    plant_turned(planter)
    plant_damage(planter, styles)
    plant_formats(planter, styles)
    plant_junk(planter, styles)
    return standing


@contextmanager
def replace_folder(folder: Path) -> Iterator[Path]:
    """Give a new empty folder beside `folder` that takes its place at the end, if nothing has gone wrong."""
    new = folder.with_name(folder.name + ".partial")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        yield new
    except BaseException:
        shutil.rmtree(new)
        raise
    if folder.exists():
        shutil.rmtree(folder)
    new.rename(folder)

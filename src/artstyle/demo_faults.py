"""Plant faults of labels and copies into the demo set: the files, and one row of truth each."""

import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from artstyle.demo_works import Catalogue, Work

JPEG_QUALITY = 90
_COPY_QUALITY = 60
_COPY_SIZE_SHARE = 0.7
_TURNED = 6  # EXIF: to be shown, turn by 90 degrees clockwise
_ORIENTATION = 0x0112


@dataclass
class Planter:
    """What planting needs, and what it leaves behind.

    Attributes:
        folder: the pictures, one folder a style; every good work is already there as a JPEG.
        catalogue: gives works and titles that are not taken yet.
        draw: draws a work.
        rng: the only source of chance here.
        free: good works that no fault has touched yet.
        rows: the truth so far.
    """

    folder: Path
    catalogue: Catalogue
    draw: Callable[[Work], Image.Image]
    rng: np.random.Generator
    free: list[Work]
    rows: list[dict[str, str]]

    def take(self, count: int, styles: Collection[str] | None = None) -> list[Work]:
        """Return works that no other fault uses, in a random order (only of `styles`, if given)."""
        allowed = [work for work in self.free if styles is None or work.style in styles]
        taken = [allowed[number] for number in self.rng.permutation(len(allowed))[:count]]
        self.free = [work for work in self.free if work not in taken]
        return taken

    def place(self, work: Work, extension: str = "jpg") -> tuple[str, Path]:
        """Return a work's id (posix path below the pictures) and its file."""
        painting = f"{work.style}/{work.name}.{extension}"
        return painting, self.folder / painting

    def note(self, painting: str, fault: str, partner: str = "", true_style: str = "") -> None:
        """Add a row to the truth."""
        row = {"dataset": "demo", "painting": painting, "fault": fault, "partner": partner, "true_style": true_style}
        self.rows.append(row)


def swap_labels(planter: Planter, labels: dict[str, str], share: float) -> list[Work]:
    """Move a share of the task's works into folders of other classes; return them as they now stand.

    Args:
        labels: style folder -> class, of the folders of the task. A class's first folder takes the strangers, in
            proportion to the size of the class, so that each class has about the same share of wrong labels.
        share: 0..1 of the works in those folders.
    """
    in_task = [work for work in planter.free if work.style in labels]
    homes = {label: style for style, label in reversed(labels.items())}
    sizes = {label: sum(labels[work.style] == label for work in in_task) for label in homes}
    moved = []
    for work in planter.take(round(share * len(in_task)), labels):
        others = [label for label in homes if label != labels[work.style]]
        weights = np.array([sizes[label] for label in others], float)
        stranger = replace(work, style=homes[str(planter.rng.choice(others, p=weights / weights.sum()))])
        painting, path = planter.place(stranger)
        planter.place(work)[1].rename(path)
        planter.note(painting, "wrong_label", true_style=work.style)
        moved.append(stranger)
    return moved


def plant_copies(planter: Planter, count: int) -> None:
    """Add `count` exact, `count` resized and `count` recompressed copies under other titles, in the same style.

    Every second exact copy is a PNG with the same decoded pixels, the others have the same bytes.
    """
    for number, work in enumerate(planter.take(count)):
        source, path = planter.place(work)
        twin, twin_path = planter.place(_retitle(planter, work), "png" if number % 2 else "jpg")
        if number % 2:
            _open(path).save(twin_path)
        else:
            shutil.copyfile(path, twin_path)
        planter.note(twin, "exact_copy", partner=source)
    for fault in ("resized_copy", "recompressed_copy"):
        for work in planter.take(count):
            source, path = planter.place(work)
            twin, twin_path = planter.place(_retitle(planter, work))
            _write_near_copy(_open(path), twin_path, fault)
            planter.note(twin, fault, partner=source)


def _write_near_copy(image: Image.Image, path: Path, fault: str) -> None:
    if fault == "recompressed_copy":
        image.save(path, "JPEG", quality=_COPY_QUALITY)
        return
    size = round(image.width * _COPY_SIZE_SHARE), round(image.height * _COPY_SIZE_SHARE)
    image.resize(size, Image.Resampling.LANCZOS).save(path, "JPEG", quality=JPEG_QUALITY)


def plant_two_styles(planter: Planter, labels: dict[str, str], count: int) -> None:
    """Let `count` works stand in two styles of the task, under the same file name.

    One row a work: `painting` is the first of its two paths in sort order, `partner` the other.
    """
    homes = {label: style for style, label in reversed(labels.items())}
    for work in planter.take(count, labels):
        others = [style for label, style in homes.items() if label != labels[work.style]]
        second = replace(work, style=str(planter.rng.choice(others)))
        paths = sorted([planter.place(work), planter.place(second)])
        shutil.copyfile(planter.place(work)[1], planter.place(second)[1])
        planter.note(paths[0][0], "two_styles", partner=paths[1][0])


def plant_turned(planter: Planter) -> None:
    """Add two pictures stored turned, with an EXIF orientation that undoes it: a new work, and a copy of a good one."""
    work = planter.take(1)[0]
    source, path = planter.place(work)
    new = planter.catalogue.plan_work(work.style)
    _write_turned(planter, new, planter.draw(new), "")
    _write_turned(planter, _retitle(planter, work), _open(path), source)


def _write_turned(planter: Planter, work: Work, image: Image.Image, partner: str) -> None:
    painting, path = planter.place(work)
    exif = Image.Exif()
    exif[_ORIENTATION] = _TURNED
    image.transpose(Image.Transpose.ROTATE_90).save(path, "JPEG", quality=95, exif=exif)
    planter.note(painting, "exif_rotated", partner=partner)


def _retitle(planter: Planter, work: Work) -> Work:
    return planter.catalogue.retitle_work(work, planter.rng)


def _open(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")

"""Plant damaged files, odd file formats and junk into the demo set."""

import io

import numpy as np
from PIL import Image

from artstyle.demo_faults import JPEG_QUALITY, Planter
from artstyle.demo_works import Work

# What the Finder and Windows Explorer leave in folders begins like this.
_FINDER = b"\x00\x00\x00\x01Bud1" + bytes(56)
_EXPLORER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(56)
_N_FRAMES = 3
_MISSING_BYTES = 200


def plant_damage(planter: Planter, styles: list[str]) -> None:
    """Add two truncated pictures (half of the bytes; 200 bytes short), an empty file and a text, all named .jpg."""
    new = _plan(planter, styles, 2)
    whole = [_to_bytes(planter.draw(work), "JPEG") for work in new]
    parts = [whole[0][: len(whole[0]) // 2], whole[1][:-_MISSING_BYTES]]
    for work, part in zip(new, parts, strict=True):
        _add(planter, work, "truncated", part)
    empty, text = _plan(planter, styles, 2)
    _add(planter, empty, "empty", b"")
    _add(planter, text, "not_a_picture", b"<html><body>404: this picture has moved</body></html>\n")


def plant_formats(planter: Planter, styles: list[str]) -> None:
    """Add readable pictures in unusual formats: PNG and WebP named .jpg, grey, CMYK, palette, 16 bit, animated."""
    works = _plan(planter, styles, 7)
    images = [planter.draw(work) for work in works]
    grey, cmyk, indexed = images[2].convert("L"), images[3].convert("CMYK"), images[4].quantize(64)
    _add(planter, works[0], "wrong_extension", _to_bytes(images[0], "PNG"))
    _add(planter, works[1], "wrong_extension", _to_bytes(images[1], "WEBP"))
    _add(planter, works[2], "grey", _to_bytes(grey, "JPEG"))
    _add(planter, works[3], "cmyk", _to_bytes(cmyk, "JPEG"))
    _add(planter, works[4], "palette", _to_bytes(indexed, "PNG"), "png")
    _add(planter, works[5], "sixteen_bit", _to_bytes(_widen(images[5]), "PNG"), "png")
    frames = [images[6].point(lambda value, dim=dim: value * (10 - dim) // 10).quantize(64) for dim in range(_N_FRAMES)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=200)
    _add(planter, works[6], "animated", buffer.getvalue(), "gif")


def plant_junk(planter: Planter, styles: list[str]) -> None:
    """Add files that file managers leave behind: in the root and in two style folders."""
    for painting, content in (
        (".DS_Store", _FINDER),
        (f"{styles[0]}/.DS_Store", _FINDER),
        (f"{styles[-1]}/Thumbs.db", _EXPLORER),
    ):
        (planter.folder / painting).write_bytes(content)
        planter.note(painting, "junk")


def _plan(planter: Planter, styles: list[str], count: int) -> list[Work]:
    return [planter.catalogue.plan_work(str(planter.rng.choice(styles))) for _ in range(count)]


def _add(planter: Planter, work: Work, fault: str, content: bytes, extension: str = "jpg") -> None:
    painting, path = planter.place(work, extension)
    path.write_bytes(content)
    planter.note(painting, fault)


def _widen(image: Image.Image) -> Image.Image:
    # Luminance of three channels has more than 256 levels; a picture of 8 bits times 257 would not be a 16-bit one.
    levels = np.asarray(image, np.float64) @ np.array([0.299, 0.587, 0.114])
    return Image.fromarray(np.round(levels * 257).astype(np.uint16))


def _to_bytes(image: Image.Image, kind: str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, quality=JPEG_QUALITY)
    return buffer.getvalue()

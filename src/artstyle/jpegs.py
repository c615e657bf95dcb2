"""Find JPEG files whose pixel data ends early although the file has a proper end."""

from io import BytesIO

from PIL import Image

_END_MARKER = b"\xff\xd9"
# The decoder leaves missing blocks at zero, which is this level in every band; Pillow turns the bands of CMYK round.
_MISSING = (128, 128)
_MISSING_TURNED = (127, 127)


def is_filled_up(image: Image.Image, data: bytes, draft_px: tuple[int, int]) -> bool:
    """Return whether the decoder invented the last pixels of a JPEG because its data ended early.

    Pillow raises for a file that stops without an end marker, but not if something wrote the marker after half of the
    data. Missing blocks come out mid-grey (jdhuff.c of libjpeg). Real pictures may end in that grey too, so
    zeros are put before the end marker: a complete picture does not change, an incomplete one reads them as pixels.

    Args:
        image: the loaded picture.
        data: the bytes of its file.
        draft_px: size that its decoding was asked for; another one would be decoded at another scale.
    """
    width, height = image.size
    corner = image.crop((max(width - 8, 0), max(height - 1, 0), width, height)).getextrema()
    bands = [corner] if image.mode == "L" else corner
    if set(bands) not in ({_MISSING}, {_MISSING_TURNED} if image.mode == "CMYK" else {_MISSING}):
        return False
    end = data.rfind(_END_MARKER)
    with Image.open(BytesIO(data[:end] + bytes(4096) + data[end:]), formats=("JPEG",)) as longer:
        longer.draft(None, draft_px)
        longer.load()
        return longer.size == image.size and longer.tobytes() != image.tobytes()

"""One pair of colour and marker, and one of colour and line, for each class by its place in the model's order."""

from artstyle.figures import COLOURS, MARKERS

_COLOURS = (*COLOURS, "#888888")
_MARKERS = (*MARKERS, "*")
_LINES = ("-", "--", "-.")


def style_marker(place: int) -> tuple[str, str]:
    """Return colour and marker of the class at a place, counted from 0; no pair comes twice among the first 64."""
    return _COLOURS[place % len(_COLOURS)], _MARKERS[(place + place // len(_COLOURS)) % len(_MARKERS)]


def style_line(place: int) -> tuple[str, str]:
    """Return colour and line style of the class at a place, counted from 0; no pair comes twice among the first 24."""
    return _COLOURS[place % len(_COLOURS)], _LINES[place // len(_COLOURS) % len(_LINES)]

"""Vector figures that have the same bytes for the same data, with colours that colour-blind readers can tell apart."""

import io
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from artstyle.tables import write_whole

# Okabe and Ito, "Color Universal Design" (2008), without yellow, which is too pale on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")

_STYLE = {
    "svg.hashsalt": "artstyle",  # ids of clip paths are random otherwise
    "svg.fonttype": "path",  # the same letters on every machine
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 12,
    "figure.constrained_layout.use": True,
}


def use_style():
    """Return the context in which figures of this project are drawn and saved."""
    return matplotlib.rc_context({**matplotlib.rcParamsDefault, **_STYLE, "backend": "Agg"})


def save_figure(path: Path, figure: Figure) -> None:
    """Save as SVG without date and version; call inside `use_style()`."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    write_whole(path, lambda file: file.write(buffer.getvalue()))

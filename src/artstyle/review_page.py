"""One self-contained page on which a curator looks at the suspects and says what is to be done with them."""

import base64
import hashlib
import io
import json
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from artstyle.page_script import SCRIPT
from artstyle.page_style import STYLE
from artstyle.reasons import N_REASONS, readable
from artstyle.tables import write_whole

THUMBNAIL_PX = 160
JPEG_QUALITY = 75
SCORE_NAMES = {"self_confidence": "self-confidence", "isolation_forest": "isolation forest", "combined": "combined"}
# Nothing may be loaded, not even by mistake.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>Which labels are wrong? {dataset}</title>
<style>{style}</style>
</head>
<body>
<header>
<h1>Which labels are wrong? {n} suspects of {dataset}</h1>
<p>Most suspicious first. <b>Keep</b> confirms the given label, <b>relabel</b> gives the one chosen beside it,
<b>drop</b> leaves the work out; the same button again takes a choice back. Choices stay in this browser until you
download them. Keys, while a work is in focus: <kbd>k</kbd> keep, <kbd>r</kbd> relabel, <kbd>d</kbd> drop,
<kbd>n</kbd> next, <kbd>p</kbd> previous.</p>
<p id="kept" role="alert" hidden>This browser keeps nothing: download your choices before you leave the page.</p>
</header>
<section class="bar" aria-label="Filter and download"><div>
<label>Text <input id="text" type="search"></label>
<label>Given <select id="given"><option value="">all</option></select></label>
<label>Likely <select id="likely"><option value="">all</option></select></label>
<label>Choice <select id="choice"><option value="">all</option><option value="none">undecided</option>
<option value="keep">keep</option><option value="relabel">relabel</option><option value="drop">drop</option>
</select></label>
<span id="count" class="count" role="status"></span>
<button id="download" type="button">Download CSV</button>
<button id="forget" type="button">Forget all</button>
</div></section>
<main data-key="{key}">
{works}
</main>
<script type="application/json" id="classes">{classes}</script>
<script>{script}</script>
</body>
</html>
"""

WORK = """<article tabindex="0" aria-labelledby="work-{rank}" data-painting="{painting}" data-label="{label}"
 data-likely="{likely}">
<img src="data:image/jpeg;base64,{picture}" width="{width}" height="{height}" loading="lazy"
 alt="Picture {rank}: {painting}">
<div><h2 id="work-{rank}">{rank}. {painting}</h2>
<p class="styles">given <b>{label_words}</b>, likely <b>{likely_words}</b></p>
<p class="scores">{scores}{notes}</p>
<ol>{reasons}</ol></div>
<div class="choices" role="group" aria-label="Choice for work {rank}">
<button type="button" data-action="keep" aria-pressed="false">Keep</button>
<button type="button" data-action="relabel" aria-pressed="false">Relabel to</button>
<select aria-label="Label for work {rank}"></select>
<button type="button" data-action="drop" aria-pressed="false">Drop</button>
</div>
</article>"""


def write_page(path: Path, suspects: pd.DataFrame, pack: np.ndarray, class_names: list[str], dataset: str) -> None:
    """Write the page of suspects.

    Args:
        suspects: in the order of the page; rank, painting, label, likely, conflict, the scores, reason_*, and offset,
            pack_height_px, pack_width_px of the picture.
        pack: 1-D uint8 array of all pictures.
        class_names: what a work may be relabelled to.
        dataset: name for the title.
    """
    works = [_write_work(row, pack) for row in suspects.to_dict("records")]
    # Choices belong to this list: another list of the same dataset starts afresh.
    listed = json.dumps([dataset, class_names, *suspects[["painting", "label"]].values.tolist()])
    page = PAGE.format(
        policy=escape(POLICY),
        dataset=escape(dataset),
        n=len(works),
        key=f"review-{hashlib.md5(listed.encode(), usedforsecurity=False).hexdigest()}",
        style=STYLE,
        works="\n".join(works),
        classes=json.dumps(class_names).replace("<", "\\u003c"),
        script=SCRIPT,
    )
    write_whole(path, lambda file: file.write(page))


def _write_work(row: dict, pack: np.ndarray) -> str:
    picture, (width, height) = encode_thumbnail(pack, row)
    reasons = [row[f"reason_{i + 1}"] for i in range(N_REASONS)]
    return WORK.format(
        rank=row["rank"],
        picture=picture,
        width=width,
        height=height,
        scores=", ".join(f"{words} {row[name]:.3f}" for name, words in SCORE_NAMES.items()),
        notes="; stands in two styles" if row["conflict"] else "",
        reasons="".join(f"<li>{escape(reason)}</li>" for reason in reasons if reason),
        label_words=escape(readable(row["label"])),
        likely_words=escape(readable(row["likely"])),
        **{name: escape(row[name]) for name in ("painting", "label", "likely")},
    )


def encode_thumbnail(pack: np.ndarray, row: dict) -> tuple[str, tuple[int, int]]:
    """Return a JPEG of at most 160 px as base64 text, and its width and height."""
    height, width, start = int(row["pack_height_px"]), int(row["pack_width_px"]), int(row["offset"])
    pixels = np.asarray(pack[start : start + height * width * 3]).reshape(height, width, 3)
    small = Image.fromarray(pixels)
    small.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
    file = io.BytesIO()
    small.save(file, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return base64.b64encode(file.getvalue()).decode("ascii"), small.size

"""Show what in the most suspicious works speaks for the likely label, and what for the given one."""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import softmax

from artstyle.evaluation import Pictures
from artstyle.evaluation_names import FACTS
from artstyle.gallery import OF_EACH_KIND, Tiles
from artstyle.gallery_plots import draw_sheet
from artstyle.grad_cam import HeatMaps
from artstyle.model_files import load_network
from artstyle.parameters import check_number
from artstyle.predictions import Predictions

TITLE = "Most suspicious labels: what the classifier sees for the likely and for the given one (Grad-CAM; bright: much)"


def draw_suspect_evidence(
    ranked: pd.DataFrame, model: Path, classes: list[str], pictures: Pictures, path: Path, *, n_suspects: int
) -> None:
    """Write one PNG with heat maps of the first works of a ranking, each for its likely and for its given label.

    The classifier may have learned from these works with the label in doubt; it shows evidence and judges nothing.

    Args:
        ranked: all judged works, most suspicious first: painting, artist, label, likely, split.
        model: folder of the chosen network.
        classes: in the model's order.
        n_suspects: works that are shown, 1..64.

    Raises:
        UserError: a number out of range, or a model of other classes.
    """
    check_number("picture_suspects.n_suspects", n_suspects, 1, 64, whole=True)
    network, architecture = load_network(model, classes)
    top = ranked.head(n_suspects).reset_index(drop=True)
    batches = list(pictures.read(top, architecture.picture_px))
    pixels = np.concatenate(batches) if batches else np.zeros((0, 1, 1, 3), np.uint8)
    maps, labels = HeatMaps(network), encode(top["label"], classes)
    logits = [np.asarray(maps.model(batch.astype(np.float32), training=False)[1]) for batch in batches]
    probabilities = softmax(np.concatenate(logits), axis=1) if batches else np.zeros((0, len(classes)))
    part = Predictions(top.assign(phase="final")[FACTS], labels, probabilities, classes)
    tiles = lay_out(labels, encode(top["likely"], classes))
    heat = [maps.compute(pixels[row.rows], row.seen_for) for row in tiles]
    draw_sheet(path, TITLE, tiles, part, dict(zip(top["painting"], pixels, strict=True)), heat)


def encode(names: pd.Series, classes: list[str]) -> np.ndarray:
    """Return the class index of each name, int64 (n,)."""
    return names.map({name: index for index, name in enumerate(classes)}).to_numpy(np.int64)


def lay_out(given: np.ndarray, likely: np.ndarray) -> list[Tiles]:
    """Return rows of four works each, every work twice: evidence for the likely label, then for the given one.

    Args:
        given, likely: class indices of the works in the order of their ranks, int (n,).
    """
    tiles = []
    for start in range(0, len(given), OF_EACH_KIND):
        rows = np.arange(start, min(start + OF_EACH_KIND, len(given)))
        title = f"Ranks {rows[0] + 1} to {rows[-1] + 1}: what speaks for the likely label, then for the given one"
        tiles.append(Tiles(title, np.concatenate([rows, rows]), np.concatenate([likely[rows], given[rows]])))
    return tiles

"""Draw what needs the model itself: the works as its last layer sees them, and sheets of pictures with heat maps."""

from pathlib import Path

import numpy as np
import pandas as pd

from artstyle.evaluation import SCORED_SIDES, Pictures
from artstyle.evaluation_names import FINAL
from artstyle.gallery import Tiles, choose_confused, choose_predictions, split_evidence
from artstyle.gallery_plots import draw_sheet
from artstyle.grad_cam import HeatMaps
from artstyle.inspection import embed_rows
from artstyle.landscape import choose_works, draw_landscape, project_features
from artstyle.networks import Architecture, Network
from artstyle.predictions import Predictions
from artstyle.tables import write_table
from artstyle.training_data import TrainingData


def report_landscape(data: TrainingData, network: Network, folder: Path, seed: int) -> None:
    """Write landscape.csv (class, x, y) and landscape.svg: validation and test works, at most 2,000 of them."""
    works = data.works[data.works["split"].isin(SCORED_SIDES)].sort_values("painting", kind="stable")
    works = works.iloc[choose_works(len(works), seed)]
    features = embed_rows(network, data.store, data.store.find_rows(works["painting"]))
    x, y = np.round(project_features(features, seed), 3).T
    places = pd.DataFrame({"class": works["label"].to_numpy(), "x": x, "y": y})
    write_table(folder / "landscape.csv", places)
    draw_landscape(folder / "landscape.svg", places, data.classes)


def report_pictures(
    table: Predictions, network: Network, architecture: Architecture, pictures: Pictures, folder: Path
) -> None:
    """Write predictions.png and confused.png, and beside each its heat maps, evidence_<name>.png.

    Args:
        network, architecture: the network that was exported.
    """
    part = table.select(split="test", phase=FINAL)
    chosen, confused = choose_predictions(part), choose_confused(part)
    seen = {"predictions": chosen, "confused": split_evidence(part, confused)}
    rows = np.unique(np.concatenate([tiles.rows for tiles in (*chosen, *confused)] or [np.zeros(0, np.int64)]))
    works = part.table.iloc[rows]
    batches = list(pictures.read(works, architecture.picture_px))
    shown = dict(zip(works["painting"], np.concatenate(batches), strict=True)) if batches else {}
    draw_sheet(folder / "predictions.png", "Right and wrong predictions on the test works", chosen, part, shown)
    draw_sheet(folder / "confused.png", "Classes of test works that are confused most", confused, part, shown)
    maps = HeatMaps(network)
    titles = {
        "predictions": "What speaks for the predicted class (Grad-CAM; bright: much)",
        "confused": "What speaks for either of two confused classes (Grad-CAM; bright: much)",
    }
    for name, sheet in seen.items():
        heat = [_compute(maps, tiles, part, shown) for tiles in sheet]
        draw_sheet(folder / f"evidence_{name}.png", titles[name], sheet, part, shown, heat)


def _compute(maps: HeatMaps, tiles: Tiles, part: Predictions, shown: dict[str, np.ndarray]) -> np.ndarray:
    return maps.compute(np.stack([shown[part.table["painting"][row]] for row in tiles.rows]), tiles.seen_for)

"""Predict with the models of all phases and with the exported classifier, for the predictions table."""

from pathlib import Path

import keras
import numpy as np
import pandas as pd

from artstyle.baselines import fit_linear_head, predict_by_artist, predict_majority
from artstyle.evaluation_names import FINAL
from artstyle.features import iterate_pictures
from artstyle.model_files import load_classifier, load_network, save_classifier
from artstyle.networks import Architecture
from artstyle.phases import make_deterministic, predict_pictures
from artstyle.predictions import build_predictions
from artstyle.training_data import TrainingData

SCORED_SIDES = ("validation", "test")


def export_final(model: Path, folder: Path, choice: dict, classes: list[str]) -> None:
    """Export the chosen network as one classifier, with why it was chosen."""
    network, architecture = load_network(model, classes)
    save_classifier(folder, network, architecture, {"chosen": choice["chosen"], "why": choice["why"]})


def predict_phases(data: TrainingData, models: dict[str, Path], seed: int) -> pd.DataFrame:
    """Return the predictions table of every phase's model, validation and test, from the cached features."""
    make_deterministic(seed)
    tables = []
    for phase, folder in models.items():
        network, _ = load_network(folder, data.classes)
        for side in SCORED_SIDES:
            probabilities = predict_pictures(network, data, side, head_only=phase == "phase1")
            tables.append(build_predictions(data.select(side), side, phase, probabilities, data.classes))
    return pd.concat(tables, ignore_index=True)


def predict_final(data: TrainingData, folder: Path, pack: np.ndarray, paintings: pd.DataFrame) -> pd.DataFrame:
    """Return the predictions table of the exported classifier, from the pixels as a user would feed it."""
    classifier, architecture = load_classifier(folder)
    placed = paintings.set_index("painting", drop=False)
    tables = []
    for side in SCORED_SIDES:
        works = data.select(side)
        pictures = placed.loc[works["painting"]]
        probabilities = _predict(classifier, architecture, pack, pictures)
        tables.append(build_predictions(works, side, FINAL, probabilities, data.classes))
    return pd.concat(tables, ignore_index=True)


def _predict(classifier: keras.Model, architecture: Architecture, pack, pictures: pd.DataFrame) -> np.ndarray:
    batches = iterate_pictures(pack, pictures, architecture.picture_px)
    parts = [np.asarray(classifier.predict_on_batch(batch.astype(np.float32))) for batch in batches]
    return np.concatenate(parts) if parts else np.zeros((0, len(architecture.classes)), dtype=np.float32)


def predict_baselines(data: TrainingData) -> pd.DataFrame:
    """Return the predictions table of the baselines on the test works.

    `majority` and `artist_lookup` see no picture; `linear` is a logistic regression on the mean of the backbone's
    last map, frozen, plain view only, its regularisation chosen on validation.
    """
    train, validation, test = (data.select(side) for side in ("train", *SCORED_SIDES))
    labels = data.encode(train)
    k = len(data.classes)
    features = {
        name: data.store.read_columns("top_mean", data.store.find_rows(works["painting"]))
        for name, works in (("train", train), ("validation", validation), ("test", test))
    }
    linear = fit_linear_head(features["train"], labels, features["validation"], data.encode(validation), k)
    artists = (train["artist"].to_numpy(str), test["artist"].to_numpy(str))
    predicted = {
        "majority": predict_majority(labels, len(test), k),
        "artist_lookup": predict_by_artist(labels, *artists, k),
        "linear": linear.predict(features["test"]),
    }
    return pd.concat(
        [build_predictions(test, "test", name, rows, data.classes) for name, rows in predicted.items()],
        ignore_index=True,
    )

"""Predict the test works with the baselines, for the predictions table."""

import numpy as np
import pandas as pd

from artstyle.baselines import fit_linear_head, predict_by_artist, predict_majority
from artstyle.predictions import build_predictions
from artstyle.training_data import TrainingData


def predict_baselines(data: TrainingData, baselines: str = "all") -> pd.DataFrame:
    """Return the predictions table of the baselines on the test works.

    `majority` and `artist_lookup` see no picture; `linear` is a logistic regression on the mean of the backbone's
    last map, frozen, plain view only, its regularisation chosen on validation; `baselines: lookups` leaves it out.
    """
    train, test = data.select("train"), data.select("test")
    labels, k = data.encode(train), len(data.classes)
    artists = (train["artist"].to_numpy(str), test["artist"].to_numpy(str))
    predicted = {
        "majority": predict_majority(labels, len(test), k),
        "artist_lookup": predict_by_artist(labels, *artists, k),
    }
    if baselines == "all":
        predicted["linear"] = _predict_linear(data)
    return pd.concat(
        [build_predictions(test, "test", name, rows, data.classes) for name, rows in predicted.items()],
        ignore_index=True,
    )


def _predict_linear(data: TrainingData) -> np.ndarray:
    sides = {side: data.select(side) for side in ("train", "validation", "test")}
    features = {
        side: data.store.read_columns("top_mean", data.store.find_rows(works["painting"]))
        for side, works in sides.items()
    }
    labels = {side: data.encode(sides[side]) for side in ("train", "validation")}
    head = fit_linear_head(
        features["train"], labels["train"], features["validation"], labels["validation"], len(data.classes)
    )
    return head.predict(features["test"])

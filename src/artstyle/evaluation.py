"""Predict with the models of all phases and with the exported classifier, for the predictions table."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from artstyle.calibrated import build_mirrored, find_logits
from artstyle.evaluation_names import FINAL, REFIT, TOGETHER, UNCALIBRATED
from artstyle.features import iterate_pictures
from artstyle.inference import predict_batches
from artstyle.model_files import load_classifier, load_network, save_classifier
from artstyle.networks import Architecture, Network, build_classifier
from artstyle.oeuvres import Oeuvre, find_oeuvre
from artstyle.phases import predict_pictures
from artstyle.predictions import build_predictions
from artstyle.priors import Plan
from artstyle.temperature import Calibration, Prior, find_calibration
from artstyle.trainer import make_deterministic
from artstyle.training_data import TrainingData

SCORED_SIDES = ("validation", "test")


@dataclass(frozen=True)
class Pictures:
    """The packed pictures and where each lies.

    Attributes:
        pack: 1-D uint8 array of all pictures.
        paintings: painting, offset, pack_height_px, pack_width_px.
    """

    pack: np.ndarray
    paintings: pd.DataFrame

    def read(self, works: pd.DataFrame, side_px: int) -> Iterator[np.ndarray]:
        """Yield the pictures of works in batches uint8 (batch, side_px, side_px, 3), in their order."""
        places = self.paintings.set_index("painting", drop=False)
        return iterate_pictures(self.pack, places.loc[works["painting"]], side_px)

    def predict(self, model: keras.Model, architecture: Architecture, works: pd.DataFrame) -> np.ndarray:
        """Return what a model from pixels on gives for works, float32 (n, columns)."""
        batches = self.read(works, architecture.picture_px)
        return predict_batches(model, (batch.astype(np.float32) for batch in batches))


class SavedNetworks:
    """Opens the networks of a run one after the other; those of equal architecture are built only once.

    What was opened before must no longer be used: it may be the same network, with other weights now.
    """

    def __init__(self, classes: list[str]):
        self.classes, self._last = classes, None

    def open(self, folder: Path) -> tuple[Network, Architecture]:
        """Return the network saved in a folder, with its weights, and its architecture.

        Raises:
            UserError: as `load_network`.
        """
        self._last = load_network(folder, self.classes, self._last)
        return self._last


def export_final(
    data: TrainingData,
    networks: SavedNetworks,
    chosen: Path,
    exported: Path,
    folder: Path,
    facts: dict,
    plan: Plan,
    pictures: Pictures,
    cached: np.ndarray,
    balances: list[np.ndarray | None],
) -> tuple[Calibration, Oeuvre | None, np.ndarray]:
    """Export a network as one classifier, with why it was chosen, calibrated as the chosen one is on validation works.

    Args:
        networks: opens the networks.
        chosen: folder of the chosen network, which never saw the validation works.
        exported: the same folder, or that of the network that `refit` made after it.
        folder, facts: where the classifier is written; `chosen`, `why`, and how pictures were read (`reading`), for it.
        plan: what is fitted, and whether the mirror image is looked at.
        cached: logits of the chosen network for the validation works from the cache. They serve unless the mirror image
            is looked at: the cache has none.
        balances: see `probability_balance.find_balances`.

    Returns:
        The calibration and how works of an artist are judged together, also in the export, and logits of validation.
    """
    network, architecture = networks.open(chosen)
    works = data.select("validation")
    logits = cached
    if plan.mirror:
        classifier = build_mirrored(build_classifier(network))
        logits = pictures.predict(keras.Model(classifier.input, find_logits(classifier)), architecture, works)
    labels, oeuvre = data.encode(works), None
    found = find_calibration(plan.prior, logits, labels, calibration=plan.calibration)
    made = {"refit": exported != chosen, "mirror": plan.mirror, "calibration": found.as_json()}
    if plan.together:
        how = {"balances": balances, "concentration": plan.concentration, "calibration": plan.calibration}
        oeuvre = find_oeuvre(found.apply(logits), labels, works["artist"].to_numpy(str), **how)
        made["oeuvre"] = oeuvre.as_json()
    network, architecture = networks.open(exported)
    save_classifier(folder, network, architecture, {**facts, **made})
    return found, oeuvre, logits


def predict_phases(
    data: TrainingData, networks: SavedNetworks, models: dict[str, Path], prior: Prior, seed: int
) -> tuple[pd.DataFrame, dict[str, dict[str, np.ndarray]]]:
    """Predict validation and test with every phase's model, and test with that of `refit`, from the cached features.

    Returns:
        The predictions table, with the offsets of the prior and without a temperature; and phase -> side -> logits as
        the model gives them, but for a number in each row, which makes no difference.
    """
    make_deterministic(seed)
    tables, logits, offsets = [], {}, prior.calibrate(1.0)
    for phase, folder in models.items():
        network, _ = networks.open(folder)
        for side in ("test",) if phase == REFIT else SCORED_SIDES:
            probabilities = predict_pictures(network, data, side, head_only=phase == "phase1")
            logits.setdefault(phase, {})[side] = np.log(np.maximum(probabilities, np.finfo(np.float32).tiny))
            shifted = offsets.shift(probabilities)
            tables.append(build_predictions(data.select(side), side, phase, shifted, data.classes))
    return pd.concat(tables, ignore_index=True), logits


def predict_final(
    data: TrainingData,
    folder: Path,
    plan: Plan,
    pictures: Pictures,
    cached: np.ndarray,
    found: Calibration,
    oeuvre: Oeuvre | None,
) -> pd.DataFrame:
    """Return the predictions table of the exported classifier on the test works, with the phases of `tabulate_final`.

    Args:
        folder: the export, which sees the pictures as its users feed them, unless the plan goes `through` the cache.
        cached: logits of its network for the test works from the cache.
        found, oeuvre: how it is calibrated, and how works of an artist are judged together.
    """
    if plan.through == "cache":
        return tabulate_final(data, "test", cached, found.apply(cached), plan.prior, oeuvre)
    classifier, architecture = load_classifier(folder)
    both = keras.Model(classifier.input, keras.ops.concatenate([classifier.output, find_logits(classifier)], axis=-1))
    probabilities, logits = np.split(pictures.predict(both, architecture, data.select("test")), 2, axis=1)
    return tabulate_final(data, "test", logits, probabilities, plan.prior, oeuvre)


def tabulate_final(
    data: TrainingData, side: str, logits: np.ndarray, probabilities: np.ndarray, prior: Prior, oeuvre: Oeuvre | None
) -> pd.DataFrame:
    """Return the predictions table of one side with the final classifier's probabilities.

    Phase `final` is the classifier as it is, `final_uncalibrated` the same with a temperature of 1, `final_together`,
    unless there is no `oeuvre`, the first with the works of each artist judged together.

    Args:
        logits, probabilities: of the works of that side, in their order, (works, classes).
    """
    works = data.select(side)
    kinds = {FINAL: probabilities, UNCALIBRATED: prior.calibrate(1.0).apply(logits)}
    if oeuvre:
        kinds[TOGETHER] = oeuvre.apply(probabilities, works["artist"].to_numpy(str))
    tables = [build_predictions(works, side, phase, rows, data.classes) for phase, rows in kinds.items()]
    return pd.concat(tables, ignore_index=True)

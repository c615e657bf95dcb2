"""The first two training phases: the head alone, then the upper half of the backbone with it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from artstyle.batches import Samples, predict_rows
from artstyle.heads import standardise
from artstyle.members import check_members
from artstyle.model_files import load_network, save_network
from artstyle.networks import Architecture, Network, build_network
from artstyle.objectives import Objective
from artstyle.phase_checks import check_phase1, check_phase2
from artstyle.pixels import PictureStore, build_pixel_model
from artstyle.trainer import Trainer, make_deterministic
from artstyle.training_data import TrainingData
from artstyle.tuning import Tuning


def run_phase1(
    data: TrainingData,
    head_name: str,
    objective: Objective,
    seed: int,
    model: Path,
    history: Path,
    *,
    head: dict,
    fit: dict,
    crn: dict | None = None,
) -> dict[str, Any]:
    """Train a fresh head on cached features and save the network; no picture is touched.

    Args:
        head_name: one of `heads.HEADS`.
        head, crn: options of the head, and those of the convolutional-recurrent one.
    """
    check_phase1(head_name, fit)
    make_deterministic(seed)
    facts = data.store.facts
    options = {**head, "crn": crn} if head_name == "crn" and isinstance(head, dict) else head
    cut = (facts[name] for name in ("backbone", "picture_px", "freeze_share"))
    architecture = Architecture(*cut, head_name, options, data.classes, facts["covariance_channels"])
    trainer = Trainer(data, objective, seed)
    samples = trainer.training_samples()
    network = build_fresh(architecture, data, samples)
    check_members(network.head, min(fit["batch"], len(samples)), "train_phase1.fit")
    scores = trainer.fit(network.head, samples, history, "train_phase1.fit", fit)
    save_network(model, network, architecture, {"phase": "phase1", "seed": seed})
    return scores


def build_fresh(architecture: Architecture, data: TrainingData, samples: Samples) -> Network:
    """Return a network with a head that has learnt nothing yet but the mean and deviation of the samples' features."""
    network = build_network(architecture)
    standardise(network.head, data.store, np.unique(samples.rows))
    return network


def run_phase2(
    data: TrainingData,
    previous: Path,
    objective: Objective,
    seed: int,
    model: Path,
    history: Path,
    pictures: PictureStore,
    augmentation: dict,
    *,
    through: str,
    layer_decay: float,
    blend: float | None,
    crop: float,
    fit: dict,
) -> dict:
    """Train head and upper backbone, blend them with what they were before, and save the network.

    Args:
        pictures, augmentation: the pictures themselves and how they are changed; used with `through: pixels`.
        through: `cache` (cached maps at the freeze boundary, as many views as were kept) or `pixels` (every picture
            goes through the whole network, augmented anew in every epoch unless it is the turn of its plain view).
        layer_decay, blend, crop: as in `Tuning`.

    Returns:
        As `fit_network`, of the best epoch; `blend`, and `validation` of the network that is saved.
    """
    check_phase2(through=through, layer_decay=layer_decay, blend=blend, crop=crop, fit=fit)
    make_deterministic(seed)
    network, architecture = load_network(previous, data.classes)
    trainer = Trainer(data, objective, seed)
    seen = (pictures, augmentation) if through == "pixels" else None
    scores = fine_tune(trainer, network, history, seen, Tuning(layer_decay, blend, crop), fit)
    save_network(model, network, architecture, {"phase": "phase2", "seed": seed})
    return scores


def fine_tune(
    trainer: Trainer,
    network: Network,
    history: Path | None,
    seen: tuple[PictureStore, dict] | None,
    tuning: Tuning,
    fit: dict,
) -> dict[str, Any]:
    """Train head and upper backbone of a network in place.

    Args:
        seen: the pictures and how they are augmented; None trains from the cached maps.
        tuning, fit: as in `run_phase2`.
    """
    samples, trained = trainer.training_samples(), network.tail
    if seen:
        pictures, augmentation = seen
        trained = build_pixel_model(network, augmentation, trainer.seed)
        trainer = replace(trainer, data=replace(trainer.data, store=pictures))
    return trainer.fit_upper(network, trained, samples, history, "finetune_phase2.fit", fit, tuning)


def predict_pictures(network: Network, data: TrainingData, side: str, *, head_only: bool = False) -> np.ndarray:
    """Return class probabilities (n, classes) of one side from the cached features.

    Args:
        head_only: the backbone is as pretrained, so that cached pooled features do and no map has to be read.
    """
    rows = data.store.find_rows(data.select(side)["painting"])
    model = network.head if head_only else network.tail
    return predict_rows(model, data.store, rows)

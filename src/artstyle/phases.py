"""The three training phases: the head alone, the upper half of the backbone, and learning from pseudo-labels."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from artstyle.batches import FeatureBatches, Samples, predict_rows
from artstyle.errors import UserError
from artstyle.heads import freeze_normalisation, name_inputs, standardise
from artstyle.model_files import load_network, save_network
from artstyle.networks import Architecture, Network, build_network
from artstyle.objectives import Objective
from artstyle.optimizers import find_rate_factors
from artstyle.parameters import call, check_number
from artstyle.pseudolabels import choose_pseudolabels, report_selection
from artstyle.training import fit_network
from artstyle.training_data import TrainingData


def make_deterministic(seed: int) -> None:
    """Seed Python, NumPy and TensorFlow and refuse operations whose result may differ between runs."""
    check_number("seed", seed, 0, 2**32 - 1, whole=True)
    keras.utils.clear_session()  # names are counted up within a process and go into the weights file
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


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
    make_deterministic(seed)
    facts = data.store.facts
    options = {**head, "crn": crn} if head_name == "crn" and isinstance(head, dict) else head
    architecture = Architecture(
        facts["backbone"], facts["picture_px"], facts["freeze_share"], head_name, options, data.classes
    )
    network = build_network(architecture)
    samples = data.training_samples()
    standardise(network.head, data.store.pooled[np.unique(samples.rows)].reshape(-1, facts["n_columns"]))
    scores = _fit(network.head, data, samples, objective, history, fit, seed, "train_phase1.fit")
    save_network(model, network, architecture, {"phase": "phase1", "seed": seed})
    return scores


def run_phase2(
    data: TrainingData,
    previous: Path,
    objective: Objective,
    seed: int,
    model: Path,
    history: Path,
    *,
    layer_decay: float,
    fit: dict,
) -> dict:
    """Train head and upper backbone from the cached maps at the freeze boundary, and save the network.

    Args:
        layer_decay: the rate of each block of the backbone is that of the one above times this, 0.01..1.
    """
    check_number("finetune_phase2.layer_decay", layer_decay, 0.01, 1)
    make_deterministic(seed)
    network, architecture = load_network(previous, data.classes)
    samples = data.training_samples()
    freeze_normalisation(network.head)
    factors = find_rate_factors(network.backbone.upper, layer_decay)
    scores = _fit(network.tail, data, samples, objective, history, fit, seed, "finetune_phase2.fit", factors=factors)
    save_network(model, network, architecture, {"phase": "phase2", "seed": seed})
    return scores


def run_phase3(
    data: TrainingData,
    teacher: Path,
    objective: Objective,
    seed: int,
    models: Path,
    history: Path,
    *,
    select: dict,
    weight: float,
    layer_decay: float,
    fit: dict,
) -> dict[str, Any]:
    """Train the teacher on with the confident works of the pool, and once more as many steps without them.

    Args:
        weight: weight of a pseudo-labelled work in the loss, 0..10; a labelled one has 1.
        layer_decay: as in `run_phase2`.

    Returns:
        `selection` (pseudo-labels per class), and one set of training scores each for `pseudo` and `control`.
    """
    check_number("pseudolabel_phase3.weight", weight, 0, 10)
    check_number("pseudolabel_phase3.layer_decay", layer_decay, 0.01, 1)
    make_deterministic(seed)
    pool = data.select("pool")
    rows = data.store.find_rows(pool["painting"])
    network, _ = load_network(teacher, data.classes)
    probabilities = predict_rows(network.tail, data.store, rows)
    samples = data.training_samples()
    n_train = np.bincount(samples.labels, minlength=len(data.classes))
    validation = predict_pictures(network, data, "validation"), data.encode(data.select("validation"))
    arguments = (probabilities, n_train, validation)
    chosen, threshold = call(choose_pseudolabels, *arguments, section="pseudolabel_phase3.select", values=select)
    labels = probabilities.argmax(axis=1)
    weights = np.full(len(chosen), weight, dtype=np.float32)
    pseudo = Samples(rows[chosen], labels[chosen].astype(np.int64), weights)
    selection = report_selection(data.classes, labels, chosen, data.encode(pool))
    runs = {"pseudo": samples.joined(pseudo), "control": samples}
    scores = {
        name: _train_on(
            name, data, teacher, part, len(samples) + len(chosen), objective, layer_decay, fit, seed, models, history
        )
        for name, part in runs.items()
    }
    return {"selection": {"threshold": threshold, **selection}, **scores}


def _train_on(name, data, teacher, samples, n_an_epoch, objective, layer_decay, fit, seed, models, history) -> dict:
    make_deterministic(seed)
    network, architecture = load_network(teacher, data.classes)
    section = "pseudolabel_phase3.fit"
    freeze_normalisation(network.head)
    factors = find_rate_factors(network.backbone.upper, layer_decay)
    scores = _fit(network.tail, data, samples, objective, history / name, fit, seed, section, n_an_epoch, factors)
    save_network(models / name, network, architecture, {"phase": f"phase3 {name}", "seed": seed})
    return scores


def _fit(
    model,
    data: TrainingData,
    samples: Samples,
    objective,
    history,
    fit,
    seed,
    section,
    n_an_epoch=None,
    factors=None,
) -> dict:
    for name in ("batch", "mixup", "epochs"):
        if not isinstance(fit, dict) or name not in fit:
            raise UserError(f"params.yaml: {section}.{name} is missing")
    check_number(f"{section}.batch", fit["batch"], 1, 65_536, whole=True)
    check_number(f"{section}.mixup", fit["mixup"], 0, 10)
    check_number(f"{section}.epochs", fit["epochs"], 1, 10_000, whole=True)
    names = name_inputs(model)
    batches = FeatureBatches(
        data.store,
        samples,
        len(data.classes),
        batch=fit["batch"],
        seed=seed,
        names=names,
        n_an_epoch=n_an_epoch,
        mixup=fit["mixup"],
        balancing=objective.balancing,
        epochs=fit["epochs"],
    )
    validation = data.validation(names)
    return call(
        fit_network, model, batches, validation, objective.loss, history, section, factors, section=section, values=fit
    )


def predict_pictures(network: Network, data: TrainingData, side: str, *, head_only: bool = False) -> np.ndarray:
    """Return class probabilities (n, classes) of one side from the cached features.

    Args:
        head_only: the backbone is as pretrained, so that cached pooled features do and no map has to be read.
    """
    rows = data.store.find_rows(data.select(side)["painting"])
    model = network.head if head_only else network.tail
    return predict_rows(model, data.store, rows)

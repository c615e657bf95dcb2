"""The third training phase: learn from the unlabelled pool, beside a control that makes as many steps without it."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from artstyle.batches import Samples, predict_rows
from artstyle.blending import copy_weights
from artstyle.consistency import ConsistencyBatches, ConsistencyModel, align
from artstyle.heads import name_inputs
from artstyle.model_files import load_network, save_network
from artstyle.networks import Architecture, Network
from artstyle.objectives import Objective
from artstyle.phase3_methods import check_phase3
from artstyle.phases import predict_pictures
from artstyle.pseudolabels import choose_pseudolabels, find_threshold, report_selection
from artstyle.trainer import Trainer, make_deterministic
from artstyle.training_data import TrainingData
from artstyle.tuning import Tuning

RUNS = ("pseudo", "control")
_FIT = "pseudolabel_phase3.fit"


def run_phase3(
    data: TrainingData,
    teacher: Path,
    objective: Objective,
    seed: int,
    models: Path,
    history: Path,
    *,
    method: str,
    select: dict,
    consistency: dict,
    weight: float,
    layer_decay: float,
    blend: float | None,
    crop: float,
    fit: dict,
) -> dict[str, Any]:
    """Train the teacher on with works of the pool, and once more as many steps without them.

    Both go through all epochs, so that the control has made exactly as many steps, and are blended with the teacher.

    Args:
        models: folder for both networks; it appears when both are trained.
        method: `plain` (the teacher labels confident works once) or `consistency` (the model labels them in every
            step, see `artstyle.consistency`).
        weight: weight in the loss, 0..10, of a pseudo-labelled work beside 1 of a labelled one; with `consistency` of
            the works of the pool in a step together beside all labelled ones.
        layer_decay, blend, crop: as in `run_phase2`; a blend of None is found for each run by itself.

    Returns:
        `selection` (pseudo-labels per class), and one set of training scores each for `pseudo` and `control`.
    """
    check_phase3(
        objective,
        data.store.facts["n_views"],
        method=method,
        select=select,
        consistency=consistency,
        weight=weight,
        layer_decay=layer_decay,
        blend=blend,
        crop=crop,
        fit=fit,
    )
    partial = models.with_name(models.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    trainer = Trainer(data, objective, seed, stops_early=False)
    run = Phase3(data, teacher, trainer, partial, history, weight, Tuning(layer_decay, blend, crop), fit)
    scores = run.learn_consistency(**consistency) if method == "consistency" else run.learn_pseudolabels(**select)
    shutil.rmtree(models, ignore_errors=True)
    os.replace(partial, models)
    return scores


@dataclass(frozen=True)
class Phase3:
    """Phase 3 from a teacher on; parameters as in `run_phase3`.

    Attributes:
        models: folder in which each run leaves a network of its name.
        history: folder for the history of each run; None writes none.
        runs: what is trained, of `RUNS`.
    """

    data: TrainingData
    teacher: Path
    trainer: Trainer
    models: Path
    history: Path | None
    weight: float
    tuning: Tuning
    fit: dict
    runs: Sequence[str] = RUNS

    def learn_pseudolabels(
        self, *, threshold: float | None, precision: float, max_share_per_class: float
    ) -> dict[str, Any]:
        """Train with labels that the teacher gives to confident works once; see `choose_pseudolabels`."""
        data = self.data
        network, _ = self.load()
        pool = data.select("pool")
        rows = data.store.find_rows(pool["painting"])
        probabilities = predict_rows(network.tail, data.store, rows)
        samples, n_train = self.trainer.training_samples(), data.count_distinct_works()
        chosen, threshold = choose_pseudolabels(
            probabilities, n_train, self.predict_validation(network),
            threshold=threshold, precision=precision, max_share_per_class=max_share_per_class,
        )  # fmt: skip
        labels = probabilities.argmax(axis=1)
        weights = np.full(len(chosen), self.weight, dtype=np.float32)
        pseudo = Samples(rows[chosen], labels[chosen].astype(np.int64), weights)
        selection = report_selection(data.classes, labels, chosen, data.encode(pool))
        n_an_epoch = len(samples) + len(chosen)
        if len(chosen) == 0:
            print("the result equals the control run", flush=True)
        seen = {"pseudo": samples.joined(pseudo), "control": samples}
        scores = {name: self.train(name, seen[name], n_an_epoch) for name in self.runs}
        return {"selection": {"threshold": threshold, **selection}, **scores}

    def learn_consistency(
        self, *, threshold: float | None, ratio: int, momentum: float, precision: float
    ) -> dict[str, Any]:
        """Train with labels that the model gives in every step; see `artstyle.consistency`."""
        data = self.data
        pool = data.select("pool")
        rows = data.store.find_rows(pool["painting"])
        samples, n_train = self.trainer.training_samples(), data.count_training_works()
        if "pseudo" not in self.runs:
            return {"control": self.train("control", samples, len(samples))}
        network, architecture = self.load()
        factors = self.trainer.prepare_upper(network, samples, _FIT, self.fit, self.tuning)
        shares = n_train / n_train.sum()
        if threshold is None:
            threshold = find_threshold(*self.predict_validation(network), precision)
        consistent = ConsistencyModel(network.tail, shares, self.weight, threshold, momentum)
        names = name_inputs(network.tail)
        if len(rows):
            pairs = {"kind": ConsistencyBatches, "pool": rows, "n_for_each": ratio}
            model, batches = consistent, self.trainer.build_batches(names, samples, _FIT, self.fit, **pairs)
        else:  # nothing to learn from: the same training as the control
            model, batches = network.tail, self.trainer.build_batches(names, samples, _FIT, self.fit)
        before = copy_weights(model)
        pseudo = self.trainer.fit_on(model, batches, _FIT, self.fit, self.place_history("pseudo"), factors)
        # As at the end of the training: what counts are probabilities after the alignment.
        probabilities = predict_rows(network.tail, data.store, rows)
        aligned = np.asarray(align(probabilities, consistent.shares, consistent.mean_prediction))
        chosen = np.flatnonzero(aligned.max(axis=1, initial=0) >= threshold)
        selection = report_selection(data.classes, aligned.argmax(axis=1), chosen, data.encode(pool))
        selection = {"threshold": threshold, **selection}
        pseudo |= self.trainer.blend(model, before, names, self.tuning.blend)
        save_network(self.models / "pseudo", network, architecture, self.describe("pseudo"))
        others = {name: self.train(name, samples, len(samples)) for name in self.runs if name != "pseudo"}
        return {"selection": selection, "pseudo": pseudo, **others}

    def load(self) -> tuple[Network, Architecture]:
        """Return the teacher with its architecture, opened anew."""
        make_deterministic(self.trainer.seed)
        return load_network(self.teacher, self.data.classes)

    def place_history(self, name: str) -> Path | None:
        """Return the folder for the history of a run."""
        return self.history and self.history / name

    def predict_validation(self, network: Network) -> tuple[np.ndarray, np.ndarray]:
        """Return probabilities and labels of the validation works."""
        return predict_pictures(network, self.data, "validation"), self.data.encode(self.data.select("validation"))

    def train(self, name: str, samples: Samples, n_an_epoch: int) -> dict[str, Any]:
        """Train the teacher on with samples and save it by the name of the run."""
        network, architecture = self.load()
        history = self.place_history(name)
        arguments = (network, network.tail, samples, history, _FIT, self.fit, self.tuning, n_an_epoch)
        scores = self.trainer.fit_upper(*arguments)
        save_network(self.models / name, network, architecture, self.describe(name))
        return scores

    def describe(self, name: str) -> dict[str, Any]:
        """Return what is saved beside the weights of a run."""
        return {"phase": f"phase3 {name}", "seed": self.trainer.seed}

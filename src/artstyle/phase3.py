"""The third training phase: learn from the unlabelled pool, beside a control that makes as many steps without it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from artstyle.batches import Samples, predict_rows
from artstyle.consistency import ConsistencyBatches, ConsistencyModel
from artstyle.heads import freeze_normalisation, name_inputs
from artstyle.model_files import load_network, save_network
from artstyle.networks import Architecture, Network
from artstyle.objectives import Objective
from artstyle.optimizers import find_rate_factors
from artstyle.parameters import call, check_number
from artstyle.phase3_methods import check_method
from artstyle.phases import Trainer, make_deterministic, predict_pictures
from artstyle.pseudolabels import choose_pseudolabels, report_selection
from artstyle.training_data import TrainingData

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
    fit: dict,
) -> dict[str, Any]:
    """Train the teacher on with works of the pool, and once more as many steps without them.

    Args:
        method: `plain` (the teacher labels confident works once) or `consistency` (the model labels them in every
            step, see `artstyle.consistency`).
        weight: weight of what the pool teaches in the loss, 0..10; a labelled work has 1.
        layer_decay: as in `run_phase2`.

    Returns:
        `selection` (pseudo-labels per class), and one set of training scores each for `pseudo` and `control`.
    """
    check_method(method, objective.loss.name, data.store.facts["n_views"])
    check_number("pseudolabel_phase3.weight", weight, 0, 10)
    check_number("pseudolabel_phase3.layer_decay", layer_decay, 0.01, 1)
    run = _Run(data, teacher, Trainer(data, objective, seed), models, history, weight, layer_decay, fit)
    return run.learn_consistency(consistency) if method == "consistency" else run.learn_pseudolabels(select)


@dataclass(frozen=True)
class _Run:
    data: TrainingData
    teacher: Path
    trainer: Trainer
    models: Path
    history: Path
    weight: float
    layer_decay: float
    fit: dict

    def learn_pseudolabels(self, select: dict) -> dict[str, Any]:
        data = self.data
        network, _ = self.load()
        pool = data.select("pool")
        rows = data.store.find_rows(pool["painting"])
        probabilities = predict_rows(network.tail, data.store, rows)
        samples, n_train = data.training_samples(), data.count_training_works()
        validation = predict_pictures(network, data, "validation"), data.encode(data.select("validation"))
        arguments = (probabilities, n_train, validation)
        chosen, threshold = call(choose_pseudolabels, *arguments, section="pseudolabel_phase3.select", values=select)
        labels = probabilities.argmax(axis=1)
        weights = np.full(len(chosen), self.weight, dtype=np.float32)
        pseudo = Samples(rows[chosen], labels[chosen].astype(np.int64), weights)
        selection = report_selection(data.classes, labels, chosen, data.encode(pool))
        n_an_epoch = len(samples) + len(chosen)
        scores = {
            "pseudo": self.train("pseudo", samples.joined(pseudo), n_an_epoch),
            "control": self.train("control", samples, n_an_epoch),
        }
        return {"selection": {"threshold": threshold, **selection}, **scores}

    def learn_consistency(self, options: dict) -> dict[str, Any]:
        data = self.data
        pool = data.select("pool")
        rows = data.store.find_rows(pool["painting"])
        samples, n_train = data.training_samples(), data.count_training_works()
        network, architecture = self.load()
        freeze_normalisation(network.head)
        shares = n_train / n_train.sum()
        model, n_for_each = call(
            ConsistencyModel.build_around,
            network.tail,
            shares,
            self.weight,
            section="pseudolabel_phase3.consistency",
            values=options,
        )
        names = name_inputs(network.tail)
        if len(rows):
            batches = self.trainer.build_batches(
                names, samples, _FIT, self.fit, kind=ConsistencyBatches, pool=rows, n_for_each=n_for_each
            )
        else:  # nothing to learn from: the same training as the control
            model, batches = network.tail, self.trainer.build_batches(names, samples, _FIT, self.fit)
        factors = find_rate_factors(network.backbone.upper, self.layer_decay)
        pseudo = self.trainer.fit_on(model, batches, _FIT, self.fit, self.history / "pseudo", factors)
        save_network(self.models / "pseudo", network, architecture, self.describe("pseudo"))
        probabilities = predict_rows(network.tail, data.store, rows)
        chosen = np.flatnonzero(probabilities.max(axis=1, initial=0) >= options["threshold"])
        selection = report_selection(data.classes, probabilities.argmax(axis=1), chosen, data.encode(pool))
        selection = {"threshold": options["threshold"], **selection}
        return {"selection": selection, "pseudo": pseudo, "control": self.train("control", samples, len(samples))}

    def load(self) -> tuple[Network, Architecture]:
        make_deterministic(self.trainer.seed)
        return load_network(self.teacher, self.data.classes)

    def train(self, name: str, samples: Samples, n_an_epoch: int) -> dict[str, Any]:
        network, architecture = self.load()
        history = self.history / name
        arguments = (network, network.tail, samples, history, _FIT, self.fit, self.layer_decay, n_an_epoch)
        scores = self.trainer.fit_upper(*arguments)
        save_network(self.models / name, network, architecture, self.describe(name))
        return scores

    def describe(self, name: str) -> dict[str, Any]:
        return {"phase": f"phase3 {name}", "seed": self.trainer.seed}

"""Train the chosen model once more, the way it came about, on training and validation works together."""

import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from artstyle.model_files import load_network, save_network
from artstyle.networks import Architecture
from artstyle.objectives import Objective
from artstyle.phase3 import RUNS, Phase3
from artstyle.phases import build_fresh, fine_tune
from artstyle.pixels import PictureStore
from artstyle.trainer import Trainer, make_deterministic
from artstyle.training_data import TrainingData
from artstyle.tuning import Tuning


def join_validation(data: TrainingData) -> TrainingData:
    """Return the data with the validation works among the training works as well."""
    works = data.works
    return replace(data, works=pd.concat([works, data.select("validation").assign(split="train")], ignore_index=True))


def find_chain(chosen: str, teacher: str) -> list[str]:
    """Return the phases that made a model, the first one first; those of phase 3 go on from the teacher."""
    chain = ["phase1", "phase2"] if "phase2" in (chosen, teacher if chosen in RUNS else "") else ["phase1"]
    return chain + [chosen] * (chosen in RUNS)


@dataclass(frozen=True)
class Refit:
    """How the chosen model came about, and with what it is made again.

    Attributes:
        data: training and validation works joined, see `join_validation`.
        objective: as in the phases, with the class sizes of the training works, so that `evaluate` puts back the same.
        found: per phase its training scores: `best_epoch`, in which it ends, and where it has one `blend`; and what
            phase 3 says of its pseudo-labels, `selection`.
        sections: `train_phase1`, `finetune_phase2` and `pseudolabel_phase3` of params.yaml.
        seen: the pictures, and how they are augmented; used with `finetune_phase2.through: pixels`.
    """

    data: TrainingData
    objective: Objective
    seed: int
    found: dict[str, dict[str, Any]]
    sections: dict[str, dict[str, Any]]
    seen: tuple[PictureStore, dict]

    def run(self, phase1: Path, chain: list[str], model: Path) -> dict[str, Any]:
        """Train and save the model.

        Every phase ends in the epoch that validation had found best, with rates and balancing as they were planned, and
        is blended as before: nothing is chosen again, since no work is left to choose on.

        Args:
            phase1: folder of the network after phase 1; only its architecture is read.
            chain: phases to go through, see `find_chain`.
            model: folder that is written; it appears when the last phase is done.

        Returns:
            Per phase its training scores, without `validation`.
        """
        work = model.with_name(model.name + ".partial")
        shutil.rmtree(work, ignore_errors=True)
        _, architecture = load_network(phase1, self.data.classes)
        steps = {"phase1": self._train_head, "phase2": self._fine_tune}
        scores: dict[str, Any] = {}
        before = phase1
        for name in chain:
            print(f"refit: {name}", flush=True)
            scores[name] = steps.get(name, self._learn_pool)(architecture, before, work, name)
            before = work / name
        shutil.rmtree(model, ignore_errors=True)
        os.replace(before, model)
        shutil.rmtree(work)
        return {name: {key: each[key] for key in each if key != "validation"} for name, each in scores.items()}

    def _train(self, phase: str, **options: Any) -> Trainer:
        return Trainer(self.data, self.objective, self.seed, until=self.found[phase]["best_epoch"], **options)

    def _find_tuning(self, phase: str, values: dict) -> Tuning:
        return Tuning(values["layer_decay"], self.found[phase]["blend"], values["crop"])

    def _train_head(self, architecture: Architecture, before: Path, work: Path, name: str) -> dict[str, Any]:
        make_deterministic(self.seed)
        trainer = self._train(name)
        samples = trainer.training_samples()
        network = build_fresh(architecture, self.data, samples)
        fit = self.sections["train_phase1"]["fit"]
        scores = trainer.fit(network.head, samples, None, "train_phase1.fit", fit)
        save_network(work / name, network, architecture, {"phase": f"refit {name}", "seed": self.seed})
        return scores

    def _fine_tune(self, architecture: Architecture, before: Path, work: Path, name: str) -> dict[str, Any]:
        make_deterministic(self.seed)
        network, _ = load_network(before, self.data.classes)
        values = self.sections["finetune_phase2"]
        seen = self.seen if values["through"] == "pixels" else None
        tuning = self._find_tuning(name, values)
        scores = fine_tune(self._train(name), network, None, seen, tuning, values["fit"])
        save_network(work / name, network, architecture, {"phase": f"refit {name}", "seed": self.seed})
        return scores

    def _learn_pool(self, architecture: Architecture, before: Path, work: Path, name: str) -> dict[str, Any]:
        values = self.sections["pseudolabel_phase3"]
        how = (values["weight"], self._find_tuning(name, values), values["fit"])
        run = Phase3(self.data, before, self._train(name, stops_early=False), work, None, *how, runs=(name,))
        # Metrics files hold 6 decimals: what was the threshold itself must not fall below it now.
        known = {"threshold": max(self.found["selection"]["threshold"] - 1e-6, 0)}
        if values["method"] == "consistency":
            return run.learn_consistency(**values["consistency"] | known)[name]
        return run.learn_pseudolabels(**values["select"] | known)[name]

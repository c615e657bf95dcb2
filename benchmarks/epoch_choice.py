"""Which epoch of phase 1 should be kept? Rules compared on painters that neither training nor the choice has seen.

    PYTHONPATH=src python benchmarks/epoch_choice.py --patience 8

Needs the outputs of `dvc repro extract_features split` in the workspace, with `head: stats`, and a quarter of an hour.
Training and validation works are cross-validated in five groups of painters: one is judged, the next one is what the
rule looks at, the head is trained on the other three, with the numbers of params.yaml but without a stop or a moving
average. The test works have no part in it: choices may be made by these figures.
"""

import argparse
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pandas as pd
from cached_training import build, open_workspace
from scipy.special import log_softmax, softmax

from artstyle.artists import name_artists
from artstyle.callbacks import StartEpoch
from artstyle.commands import number_between, tell_mistakes
from artstyle.feature_store import iterate_plain_views
from artstyle.heads import name_inputs
from artstyle.inference import predict_batches
from artstyle.intervals import measure_gain
from artstyle.machine import keep_freed_memory
from artstyle.objective_names import OBJECTIVE
from artstyle.objectives import build_objective
from artstyle.optimizers import build_optimizer
from artstyle.out_of_fold import assign_folds
from artstyle.predictions import Predictions
from artstyle.scores import macro_f1
from artstyle.trainer import Trainer
from artstyle.training_data import TrainingData

N_FOLDS = 5
LAST = "the last"


class Keep(keras.callbacks.Callback):
    """Keep the logits of each epoch for rows of the cache, float32 (n, classes) each."""

    def __init__(self, data: TrainingData, rows: np.ndarray):
        super().__init__()
        self.data, self.rows, self.logits = data, rows, []

    def on_epoch_end(self, epoch, logs=None):
        inputs = iterate_plain_views(self.data.store, name_inputs(self.model), self.rows)
        self.logits.append(predict_batches(self.model, inputs))


def train(data: TrainingData, settings: dict[str, Any], judged: pd.Series) -> list[np.ndarray]:
    """Train a fresh head through all epochs; return the logits of each, for the works of these paintings."""
    network = build(data, settings)
    objective = build_objective(
        data.classes, data.count_training_works(), **{name: settings[name] for name in OBJECTIVE}
    )
    fit = settings["train_phase1"]["fit"]
    trainer = Trainer(data, objective, settings["seed"])
    batches = trainer.build_batches(name_inputs(network.head), trainer.training_samples(), "train_phase1.fit", fit)
    numbers = ("learning_rate", "warmup_share", "weight_decay", "clip_norm")
    n_steps = fit["epochs"] * len(batches)
    optimizer = build_optimizer("train_phase1.fit", n_steps, ema_momentum=0, **{name: fit[name] for name in numbers})
    network.head.compile(optimizer, loss=objective.loss)
    keep = Keep(data, data.store.find_rows(judged))
    network.head.fit(batches, epochs=fit["epochs"], verbose=0, shuffle=False, callbacks=[StartEpoch(batches), keep])
    return keep.logits


def choose(logits: list[np.ndarray], labels: np.ndarray, patience: int) -> dict[str, int]:
    """Return the epoch, from 0, that each rule keeps by the logits of the validation works."""
    n_classes = logits[0].shape[1]
    scores = [macro_f1(labels, each.argmax(axis=1), n_classes) for each in logits]
    losses = [-log_softmax(each, axis=1)[np.arange(len(labels)), labels].mean() for each in logits]
    best = 0
    for epoch, score in enumerate(scores):
        if score > scores[best]:
            best = epoch
        elif epoch - best >= patience:
            break
    everywhere = {"highest macro-F1 of all": int(np.argmax(scores)), "lowest loss of all": int(np.argmin(losses))}
    return {f"highest macro-F1, patience {patience}": best, **everywhere, LAST: len(logits) - 1}


def main() -> None:
    """Print for each rule the scores of all works, the epochs that it kept, and what the last epoch is ahead of it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--patience", type=number_between(1, 10_000, int), default=8, help="passes (default 8)")
    patience = parser.parse_args().patience
    keep_freed_memory()  # as the stages do
    settings, data = open_workspace()
    works = data.works[data.works["split"].isin(["train", "validation"])].reset_index(drop=True)
    labels = data.encode(works)
    folds = assign_folds(labels, name_artists(works), n_folds=N_FOLDS, seed=settings["seed"])
    scores: dict[str, np.ndarray] = {}
    epochs: dict[str, list[int]] = {}
    for fold in range(N_FOLDS):
        test, validation = (np.flatnonzero(folds == number % N_FOLDS) for number in (fold, fold + 1))
        sides = np.full(len(works), "train", dtype=object)
        sides[test], sides[validation] = "test", "validation"
        judged = works["painting"].iloc[np.concatenate([validation, test])]
        logits = train(replace(data, works=works.assign(split=sides)), settings, judged)
        kept = choose([each[: len(validation)] for each in logits], labels[validation], patience)
        for rule, epoch in kept.items():
            scores.setdefault(rule, np.zeros((len(works), len(data.classes))))[test] = logits[epoch][len(validation) :]
            epochs.setdefault(rule, []).append(epoch + 1)
        print(f"fold {fold + 1} of {N_FOLDS}: {kept}", flush=True)
    found = {rule: as_predictions(works, labels, values, data.classes) for rule, values in scores.items()}
    for rule, predictions in found.items():
        predicted = predictions.probabilities.argmax(axis=1)
        right, f1 = np.mean(predicted == labels), macro_f1(labels, predicted, len(data.classes))
        gain = measure_gain(found[LAST], predictions, settings["seed"])["accuracy"]
        ahead = f"{100 * gain['gain']:+.2f} points ({100 * gain['low']:+.2f} to {100 * gain['high']:+.2f})"
        print(f"{rule}, passes {epochs[rule]}: {right:.2%}, macro-F1 {f1:.4f}; {LAST} is ahead by {ahead}")


def as_predictions(works: pd.DataFrame, labels: np.ndarray, logits: np.ndarray, classes: list[str]) -> Predictions:
    """Return the predictions that `measure_gain` compares."""
    return Predictions(works, labels, softmax(logits, axis=1), classes)


if __name__ == "__main__":
    with tell_mistakes("epoch_choice"):
        main()

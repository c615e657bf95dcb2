"""Does training lose time around Keras? The product's loop against a bare `model.fit` with all data in memory.

    PYTHONPATH=src python benchmarks/training_loop.py --works 1500

Needs the outputs of `dvc repro extract_features split` in the workspace. Trains the same network from the same cached
maps with the same optimizer: once through batches read from disk, balancing, history and validation callbacks, once
from NumPy arrays with nothing around it. `--give-memory-back`, run in turn with a plain run, shows what keeping freed
memory gains. Both loops are timed in turn, several times, on epochs without validation; only
the ratio of their medians means something on another machine.
"""

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

import keras
import numpy as np
from cached_training import build, limit, open_workspace

from artstyle.batches import FeatureBatches
from artstyle.callbacks import BestWeights, History, Progress, StartEpoch, StopOnNaN, ValidationScores
from artstyle.heads import freeze_normalisation, name_inputs
from artstyle.machine import keep_freed_memory
from artstyle.map_crop import set_crop
from artstyle.objective_names import OBJECTIVE
from artstyle.objectives import build_objective
from artstyle.optimizers import build_optimizer, find_rate_factors


class Timer(keras.callbacks.Callback):
    """Seconds from the first to the last step of each epoch."""

    def __init__(self):
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch, logs=None):
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.started)


def main() -> None:
    """Time both loops in turn and print their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--works", type=int, default=1500, help="training works, at most (default 1500)")
    parser.add_argument("--rounds", type=int, default=4, help="epochs of each loop; the first is not counted")
    parser.add_argument("--give-memory-back", action="store_true", help="do not keep freed memory as the stages do")
    options = parser.parse_args()
    if not options.give_memory_back:
        keep_freed_memory()
    settings, whole = open_workspace()
    part = limit(whole, options.works)
    network = build(part, settings)
    freeze_normalisation(network.head)
    set_crop(network.tail, settings["finetune_phase2"]["crop"])
    model, fit = network.tail, settings["finetune_phase2"]["fit"]
    samples, names = part.training_samples(), name_inputs(network.tail)
    objective = build_objective(
        part.classes, part.count_training_works(), **{name: settings[name] for name in OBJECTIVE}
    )
    numbers = {"learning_rate", "warmup_share", "weight_decay", "clip_norm", "ema_momentum"}
    factors = find_rate_factors(network.backbone.upper, settings["finetune_phase2"]["layer_decay"])
    optimizer = build_optimizer("benchmark", 10_000, factors, **{name: fit[name] for name in numbers})
    model.compile(optimizer, loss=objective.loss, weighted_metrics=["accuracy"])
    batches = FeatureBatches(
        part.store, samples, len(part.classes), batch=fit["batch"], seed=1, names=names, mixup=fit["mixup"]
    )
    inputs = part.store.read_inputs(names, samples.rows, np.zeros(len(samples), np.int64))
    labels = np.eye(len(part.classes), dtype=np.float32)[samples.labels]
    few = part.validation(names, objective)
    validation = ValidationScores(replace(few, rows=few.rows[:8], labels=few.labels[:8]))
    seconds: dict[str, list[float]] = {"product": [], "bare": []}
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            timer = Timer()
            around = [StartEpoch(batches), timer, validation, StopOnNaN("benchmark"), BestWeights(9)]
            around += [History(Path(folder) / "history", optimizer), Progress("benchmark", 1)]
            model.fit(batches, verbose=0, shuffle=False, callbacks=around)
            seconds["product"] += timer.seconds
        timer = Timer()
        model.fit(inputs, labels, batch_size=fit["batch"], verbose=0, callbacks=[timer])
        seconds["bare"] += timer.seconds
    product, bare = (len(samples) / median(seconds[name][1:]) for name in ("product", "bare"))
    print(f"{product:.0f} pictures/s in the product, {bare:.0f} in a bare loop: {100 * product / bare:.0f} %")


if __name__ == "__main__":
    main()

"""Does memory grow with the number of pictures? Peak of each phase at several sizes, each in a process of its own.

    PYTHONPATH=src python benchmarks/training_memory.py --works 2000 8000 16000

Needs no data: features are made up, small (64 px) and read from files as the real ones are, so that only what grows
with the number of works shows. Anonymous memory is counted; what the system keeps of files leaves when somebody else
needs the room.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd

from artstyle.backbones import Backbone, build_backbone, cut_backbone
from artstyle.feature_layout import describe_columns, describe_covariances
from artstyle.feature_store import FeatureStore
from artstyle.heads import standardise
from artstyle.machine import keep_freed_memory
from artstyle.model_files import save_network
from artstyle.networks import Architecture, build_network
from artstyle.objectives import build_objective
from artstyle.phase3 import run_phase3
from artstyle.trainer import Trainer, make_deterministic
from artstyle.training_data import TrainingData
from artstyle.tuning import Tuning

PICTURE_PX, N_CLASSES, N_VIEWS, CHANNELS = 64, 8, 2, 64


FIT = {
    "epochs": 1, "patience": 1, "batch": 64, "mixup": 0.2, "cutmix": 0, "learning_rate": 1e-4, "warmup_share": 0.1,
    "weight_decay": 0.01, "clip_norm": 1.0, "ema_momentum": 0,
}  # fmt: skip
PHASE3 = {
    "method": "plain", "weight": 0.5, "layer_decay": 0.9, "blend": 1, "crop": 1, "consistency": {},
    "select": {"threshold": 0.0, "precision": 0.5, "max_share_per_class": 100},
}  # fmt: skip
OBJECTIVE = {
    "loss": "cross_entropy", "class_weights": "none", "sampling": "natural",
    "losses": {"label_smoothing": 0, "focal_gamma": 0, "effective_beta": 0.9, "logit_tau": 1, "ldam_margin": 0.5},
    "balancing": {"effective_beta": 0.9, "deferred_share": 0, "artist_exponent": 0},
}  # fmt: skip


def measure(phase: int, n_works: int) -> None:
    """Train one epoch of a phase on so many made-up works and print the peak of anonymous memory in MiB."""
    make_deterministic(1)
    keep_freed_memory()  # as the stages do
    cut = cut_backbone(build_backbone("efficientnet-lite0", PICTURE_PX), 0.5)
    with tempfile.TemporaryDirectory() as folder:
        data = make_up_data(Path(folder), cut, n_works, "pool" if phase == 3 else "train")
        head = {"dropout": 0.4, "hidden": 512, "covariances": True, "covariance_dropout": 0.7, "members": 1}
        architecture = Architecture("efficientnet-lite0", PICTURE_PX, 0.5, "stats", head, data.classes, CHANNELS)
        network = build_network(architecture)
        standardise(network.head, data.store, np.arange(n_works))
        trainer = Trainer(data, build_objective(data.classes, data.count_training_works(), **OBJECTIVE), 1)
        arguments = (data.training_samples(), Path(folder) / "history", "benchmark.fit", FIT)
        peak = Peak()
        if phase == 1:
            trainer.fit(network.head, *arguments)
        elif phase == 2:
            trainer.fit_upper(network, network.tail, *arguments, Tuning(0.9, 1, 1))
        else:
            save_network(Path(folder) / "teacher", network, architecture, {})
            fit = {name: value for name, value in FIT.items() if name != "patience"}
            outputs = (Path(folder) / "models", Path(folder) / "history")
            run_phase3(data, Path(folder) / "teacher", trainer.objective, 1, *outputs, **PHASE3, fit=fit)
        print(f"peak {peak.stop():.0f}")


def make_up_data(folder: Path, cut: Backbone, n_works: int, odd: str) -> TrainingData:
    """Return works with random features in memory-mapped files.

    Every tenth of a class is for validation; of the others, every second is for the side `odd`.
    """
    random = np.random.default_rng(1)
    facts = {"n_views": N_VIEWS, **describe_columns(cut), **describe_covariances(cut, CHANNELS)}
    shapes = {"boundary": cut.lower.outputs[0].shape[1:], "pooled": (facts["n_columns"],)}
    shapes["covariances"] = (facts["covariance_columns"]["upper_covariances"][1],)
    arrays = [_make_up(folder / name, (n_works, N_VIEWS, *shape), random) for name, shape in shapes.items()]
    names = [f"work_{i}" for i in range(n_works)]
    labels = [f"class_{i % N_CLASSES}" for i in range(n_works)]
    turns = np.arange(n_works) // N_CLASSES
    sides = np.where(turns % 10 == 0, "validation", np.where(turns % 2 == 1, odd, "train"))
    works = pd.DataFrame({"painting": names, "label": labels, "artist": "", "split": sides, "n_draws": 1})
    rows = {name: row for row, name in enumerate(names)}
    store = FeatureStore(*arrays[:2], facts, rows, covariances=arrays[2])
    return TrainingData(store, works, sorted(set(labels)))


def _make_up(path: Path, shape: tuple, random: np.random.Generator) -> np.ndarray:
    array = np.lib.format.open_memmap(path, "w+", np.float16, shape)
    for start in range(0, len(array), 500):
        part = array[start : start + 500]
        part[:] = random.uniform(0, 2, part.shape)
    return np.load(path, mmap_mode="r")


class Peak:
    """Highest anonymous memory of this process while it runs, MiB."""

    def __init__(self):
        self.most, self.running = 0.0, True
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def _watch(self) -> None:
        while self.running:
            status = Path("/proc/self/status").read_text(encoding="ascii")
            line = next(line for line in status.splitlines() if line.startswith("RssAnon"))
            self.most = max(self.most, int(line.split()[1]) / 1024)
            time.sleep(0.05)

    def stop(self) -> float:
        self.running = False
        self.thread.join()
        return self.most


def main() -> None:
    """Measure all phases at all sizes and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--works", type=int, nargs="+", default=[2000, 8000, 16000], help="numbers of works")
    parser.add_argument("--phase", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.phase:
        measure(options.phase, options.works[0])
        return
    for phase in (1, 2, 3):
        for n_works in options.works:
            command = [sys.executable, __file__, "--phase", str(phase), "--works", str(n_works)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            peak = next(line for line in done.stdout.splitlines() if line.startswith("peak")).split()[1]
            print(f"phase {phase}, {n_works} works: at most {peak} MiB", flush=True)


if __name__ == "__main__":
    main()

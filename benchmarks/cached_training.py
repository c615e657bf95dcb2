"""How much faster is training from the cache than through the pixels, and what does it cost? Ratios, side by side.

    PYTHONPATH=src python benchmarks/cached_training.py --works 2000 --epochs 8 3

Needs the outputs of `dvc repro extract_features split` in the workspace, with `head: stats`. Trains each phase twice
on the same works with the same numbers: once from cached features, once from whole pictures, of which as large a share
is augmented, anew in every epoch. Phase 2 starts both times from the head that phase 1 made of the cache, as it does in
the pipeline. Seconds are of an epoch with its validation; only their ratio means something on another machine.
"""

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from artstyle.commands import number_between, tell_mistakes
from artstyle.heads import standardise
from artstyle.machine import keep_freed_memory
from artstyle.networks import Architecture, Network, build_network
from artstyle.objective_names import OBJECTIVE
from artstyle.objectives import build_objective
from artstyle.packing import open_pack
from artstyle.parameters import load_parameters
from artstyle.pixels import build_pixel_model, open_pictures
from artstyle.tables import read_table
from artstyle.trainer import Trainer, make_deterministic
from artstyle.training_data import TrainingData, read_training_data
from artstyle.tuning import Tuning

SECTIONS = ("train_phase1", "finetune_phase2", "extract_features", "seed", *OBJECTIVE)


def open_workspace() -> tuple[dict[str, Any], TrainingData]:
    """Return the parameters and the data of the run in the current folder."""
    data = Path("data")
    places = (
        data / "features",
        data / "filtered/paintings.csv",
        data / "split/works.csv",
        data / "sampled/classes.json",
    )
    return load_parameters(Path("params.yaml"), SECTIONS), read_training_data(*places)


def limit(data: TrainingData, n: int) -> TrainingData:
    """Return the data with at most `n` training works, every k-th of the table."""
    works = data.works
    train = np.flatnonzero(works["split"] == "train")
    kept = train[np.linspace(0, len(train) - 1, min(n, len(train))).astype(int)]
    dropped = np.setdiff1d(train, kept)
    return replace(data, works=works.assign(split=works["split"].mask(np.isin(np.arange(len(works)), dropped), "")))


def build(data: TrainingData, settings: dict[str, Any]) -> Network:
    """Return a fresh network whose head knows the scale of the features."""
    make_deterministic(settings["seed"])
    facts = data.store.facts
    options = settings["train_phase1"]["head"]
    places = (facts["backbone"], facts["picture_px"], facts["freeze_share"])
    network = build_network(Architecture(*places, "stats", options, data.classes, facts["covariance_channels"]))
    standardise(network.head, data.store, np.unique(data.training_samples().rows))
    return network


def measure(phase: int, source: str, data: TrainingData, pictures, settings: dict, epochs: int, head=None) -> dict:
    """Train one phase from one source; return seconds an epoch, validation accuracy and the weights of the head.

    Args:
        head: weights of the head to start from; a fresh head without them.
    """
    network = build(data, settings)
    if head is not None:
        network.head.set_weights(head)
    section = "train_phase1" if phase == 1 else "finetune_phase2"
    fit = {**settings[section]["fit"], "epochs": epochs, "patience": epochs}
    samples = data.training_samples()
    objective = build_objective(
        data.classes, np.bincount(samples.labels), **{name: settings[name] for name in OBJECTIVE}
    )
    trainer, factors = Trainer(data, objective, settings["seed"]), None
    if phase == 1:
        network.backbone.upper.trainable = False
        model = network.head
    else:
        model = network.tail
        tuning = Tuning(settings[section]["layer_decay"], 1, settings[section]["crop"])
        factors = trainer.prepare_upper(network, samples, f"{section}.fit", fit, tuning)
    if source == "pixels":
        model = build_pixel_model(network, settings["extract_features"]["augmentation"], settings["seed"])
        trainer = replace(trainer, data=replace(data, store=pictures))
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        scores = trainer.fit(model, samples, Path(folder) / "history", f"{section}.fit", fit, factors)
        seconds = (time.perf_counter() - started) / scores["epochs"]
    return {
        "phase": phase,
        "source": source,
        "seconds": seconds,
        "accuracy": scores["validation"]["accuracy"],
        "head": network.head.get_weights(),
    }


def measure_phases(phases: list[int], epochs: tuple[int, int], data, pictures, settings) -> pd.DataFrame:
    """Return a row for each of `phases` and source; phase 1 from the cache is always run, for its head."""
    first = measure(1, "cache", data, pictures, settings, epochs[0])
    rows = [first, measure(1, "pixels", data, pictures, settings, epochs[0])] if 1 in phases else []
    if 2 in phases:
        rows += [
            measure(2, source, data, pictures, settings, epochs[1], first["head"]) for source in ("cache", "pixels")
        ]
    return pd.DataFrame(rows).drop(columns="head")


def main() -> None:
    """Measure the phases from both sources and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    some = number_between(1, 1_000_000, int)
    parser.add_argument("--works", type=some, default=2000, help="training works, at most (default 2000)")
    parser.add_argument("--epochs", type=some, nargs=2, default=(8, 3), help="epochs of phases 1 and 2 (default 8 3)")
    parser.add_argument(
        "--phases", type=int, nargs="+", choices=(1, 2), default=(1, 2), help="only these (default both)"
    )
    options = parser.parse_args()
    keep_freed_memory()  # as the stages do
    settings, whole = open_workspace()
    filtered = Path("data/filtered")
    pack = open_pack(filtered / "pictures.npy")
    facts = whole.store.facts
    pictures = open_pictures(pack, read_table(filtered / "paintings.csv"), facts["picture_px"], facts["n_views"])
    part = limit(whole, options.works)
    rows = measure_phases(options.phases, options.epochs, part, pictures, settings)
    results = rows.pivot_table(index="phase", columns="source", values=["seconds", "accuracy"])
    for phase, row in results.iterrows():
        ratio = row["seconds", "pixels"] / row["seconds", "cache"]
        gap = 100 * (row["accuracy", "cache"] - row["accuracy", "pixels"])
        print(
            f"phase {phase}: an epoch of {len(part.training_samples())} works takes {row['seconds', 'cache']:.1f} s"
            f" from the cache, {row['seconds', 'pixels']:.1f} s through the pixels: {ratio:.1f} times;"
            f" validation accuracy {gap:+.1f} points"
        )


if __name__ == "__main__":
    with tell_mistakes("cached_training"):
        main()

"""What does it gain to run each of several classifiers, and its backbone, in training only on the works that teach it?

    PYTHONPATH=src python benchmarks/backbones_apart.py

Needs nothing but the weights packages. A step of phase 1 (the head alone) and one of phase 2 on random numbers of the
default's shapes, both ways in turn; only the ratio of the best times means something on another machine.
"""

import argparse
import time

import keras
import numpy as np

from artstyle.heads import freeze_normalisation
from artstyle.members import OwnWorks, PutBack
from artstyle.networks import Architecture, build_network

BACKBONE = "efficientnet-lite0+efficientnet-lite2"
HEAD = {"dropout": 0.4, "hidden": 512, "covariances": True, "covariance_dropout": 0.7, "members": 1}
CLASSES = list("abcdefgh")


def main() -> None:
    """Print the ratio of the best times of a step without and with it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--works", type=int, nargs=2, default=(256, 64), help="works a step, by phase (default 256 64)")
    parser.add_argument("--rounds", type=int, default=4, help="measurements of each kind (default 4)")
    arguments = parser.parse_args()
    ratios = [measure(phase, n, arguments.rounds) for phase, n in zip((1, 2), arguments.works, strict=True)]
    print(f"phase 1: a step takes {ratios[0]:.2f} times as long where each classifier runs on all works")
    print(f"phase 2: a step takes {ratios[1]:.2f} times as long where each backbone runs on all works")


def measure(phase: int, n_works: int, rounds: int) -> float:
    """Return how many times as long a step takes where the works are not told apart."""
    random = np.random.default_rng(1)
    labels = np.eye(len(CLASSES), dtype=np.float32)[random.integers(0, len(CLASSES), n_works)]
    models = {"apart": build(phase), "whole": build(phase)}
    for layer in models["whole"].layers:
        if isinstance(layer, OwnWorks | PutBack):
            layer.place, layer.n_places = 0, 1  # one's own are all
    shapes = {name: (n_works, *tensor.shape[1:]) for name, tensor in models["apart"].input.items()}
    inputs = {name: random.uniform(0, 2, shape).astype(np.float32) for name, shape in shapes.items()}
    seconds: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(rounds + 1):  # the first makes the graph
        for name, model in models.items():
            started = time.perf_counter()
            model.train_on_batch(inputs, labels)
            seconds[name].append(time.perf_counter() - started)
    return min(seconds["whole"][1:]) / min(seconds["apart"][1:])


def build(phase: int) -> keras.Model:
    """Return what a phase trains: the head, or the part of a network above the freeze boundary."""
    network = build_network(Architecture(BACKBONE, 224, 0.5, "stats", HEAD, CLASSES, 96))
    if phase == 2:
        freeze_normalisation(network.head)
    model = network.head if phase == 1 else network.tail
    optimizer = keras.optimizers.AdamW(2e-4, clipnorm=1.0)
    model.compile(optimizer, keras.losses.CategoricalCrossentropy(from_logits=True))
    return model


if __name__ == "__main__":
    main()

"""What does it gain to run each of two backbones, in training, only on the works of its members?

    PYTHONPATH=src python benchmarks/backbones_apart.py

Needs nothing but the weights packages. A step of phase 2 on random numbers of the default's shapes, both ways in turn;
only the ratio of the best times means something on another machine.
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
    parser.add_argument("--works", type=int, default=64, help="works a step (default 64)")
    parser.add_argument("--rounds", type=int, default=4, help="measurements of each kind (default 4)")
    arguments = parser.parse_args()
    random = np.random.default_rng(1)
    labels = np.eye(len(CLASSES), dtype=np.float32)[random.integers(0, len(CLASSES), arguments.works)]
    models = {"apart": build(), "whole": build()}
    for layer in models["whole"].layers:
        if isinstance(layer, OwnWorks | PutBack):
            layer.place, layer.n_places = 0, 1  # one's own are all
    shapes = {name: (arguments.works, *tensor.shape[1:]) for name, tensor in models["apart"].input.items()}
    inputs = {name: random.uniform(0, 2, shape).astype(np.float32) for name, shape in shapes.items()}
    seconds: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(arguments.rounds + 1):  # the first makes the graph
        for name, model in models.items():
            started = time.perf_counter()
            model.train_on_batch(inputs, labels)
            seconds[name].append(time.perf_counter() - started)
    apart, whole = (min(seconds[name][1:]) for name in ("apart", "whole"))
    print(f"a step takes {whole / apart:.2f} times as long where each backbone runs on all works")


def build() -> keras.Model:
    """Return the part of a network above the freeze boundary, ready for training as in phase 2."""
    network = build_network(Architecture(BACKBONE, 224, 0.5, "stats", HEAD, CLASSES, 64))
    freeze_normalisation(network.head)
    optimizer = keras.optimizers.AdamW(2e-4, clipnorm=1.0)
    network.tail.compile(optimizer, keras.losses.CategoricalCrossentropy(from_logits=True))
    return network.tail


if __name__ == "__main__":
    main()

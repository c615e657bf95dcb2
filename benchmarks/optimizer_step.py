"""How much faster is a step of the product's optimizer than that of Keras, which does the same?

    PYTHONPATH=src python benchmarks/optimizer_step.py

Needs nothing but the weights packages. Random gradients for all weights that phase 2 trains by default, with decay,
clipping and a moving average; both in turn. Only the ratio of the best times means something on another machine.
"""

import argparse
import time
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from backbones_apart import build

from artstyle.machine import keep_freed_memory
from artstyle.optimizers import build_optimizer

RATE, DECAY, CLIP, MOMENTUM = 2e-4, 1e-2, 1.0, 0.99


def main() -> None:
    """Print the ratio of the best times of a step."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=10, help="measurements of each (default 10)")
    rounds = parser.parse_args().rounds
    keep_freed_memory()  # as the stages do
    numbers = {"learning_rate": RATE, "weight_decay": DECAY, "clip_norm": CLIP, "ema_momentum": MOMENTUM}
    theirs = keras.optimizers.AdamW(RATE, weight_decay=DECAY, global_clipnorm=CLIP, use_ema=True, ema_momentum=MOMENTUM)
    optimizers = {"product": build_optimizer("benchmark", 10_000, warmup_share=0, **numbers), "keras": theirs}
    steps = {name: make_step(optimizer, build(2).trainable_variables) for name, optimizer in optimizers.items()}
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds + 1):  # the first makes the graph
        for name, step in steps.items():
            started = time.perf_counter()
            step()
            seconds[name].append(time.perf_counter() - started)
    best = {name: min(values[1:]) for name, values in seconds.items()}
    print(f"a step of Keras takes {best['keras'] / best['product']:.2f} times as long")


def make_step(optimizer: keras.optimizers.Optimizer, variables: list[keras.Variable]) -> Callable[[], None]:
    """Return a function that applies random gradients to the variables."""
    random = np.random.default_rng(1)
    gradients = [tf.constant(random.normal(size=variable.shape), tf.float32) for variable in variables]
    optimizer.build(variables)
    return tf.function(lambda: optimizer.apply(gradients, variables))


if __name__ == "__main__":
    main()

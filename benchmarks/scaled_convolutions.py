"""Does carrying the frozen normalisation in the convolutions speed fine-tuning up? The same network in turn, both ways.

    PYTHONPATH=src python benchmarks/scaled_convolutions.py --rounds 7

Needs nothing but the weights packages. Trains the upper half of each backbone on made-up maps with a plain classifier
on top, a step in turn; only the ratio of the medians means something on another machine.
"""

import argparse
import time
from statistics import median

import keras
import numpy as np
import tensorflow as tf

from artstyle.backbones import as_list, build_backbone, cut_backbone
from artstyle.commands import number_between, tell_mistakes
from artstyle.machine import keep_freed_memory
from artstyle.scaled_convolutions import scale_convolutions

BATCH, N_CLASSES, PICTURE_PX = 64, 8, 224


def build(name: str, scaled: bool) -> keras.Model:
    """Return the upper half of a backbone with a linear classifier on its last map, ready to train."""
    whole = build_backbone(name, PICTURE_PX)
    upper = cut_backbone(scale_convolutions(whole) if scaled else whole, 0.5).upper
    boundary = keras.Input(upper.input.shape[1:])  # (batch, height, width, channels)
    top = as_list(upper(boundary))[-1]
    logits = keras.layers.Dense(N_CLASSES)(keras.layers.GlobalAveragePooling2D()(top))
    model = keras.Model(boundary, logits)
    model.compile(keras.optimizers.AdamW(1e-4), keras.losses.CategoricalCrossentropy(from_logits=True))
    return model


def measure(name: str, rounds: int) -> list[float]:
    """Return the median seconds of a step without and with scaled convolutions."""
    keras.utils.set_random_seed(1)
    models = [build(name, scaled) for scaled in (False, True)]
    random = np.random.default_rng(1)
    maps = np.abs(random.normal(size=(BATCH, *models[0].input.shape[1:]))).astype(np.float32)
    labels = np.eye(N_CLASSES, dtype=np.float32)[random.integers(0, N_CLASSES, BATCH)]
    seconds: list[list[float]] = [[], []]
    for _ in range(rounds + 2):  # two steps build functions and optimizer
        for model, times in zip(models, seconds, strict=True):
            started = time.perf_counter()
            model.train_on_batch(maps, labels)
            times.append(time.perf_counter() - started)
    return [median(times[2:]) for times in seconds]


def main() -> None:
    """Time both packaged backbones of params.yaml and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    some = number_between(1, 1000, int)
    parser.add_argument("--rounds", type=some, default=7, help="steps of each that count (default 7)")
    options = parser.parse_args()
    keep_freed_memory()  # as the stages do
    tf.config.experimental.enable_op_determinism()
    for name in ("efficientnet-lite0", "efficientnet-lite2"):
        plain, scaled = measure(name, options.rounds)
        print(
            f"{name}: {BATCH / plain:.0f} pictures/s with normalisation, {BATCH / scaled:.0f} with scaled convolutions:"
            f" {plain / scaled:.2f} times as fast"
        )


if __name__ == "__main__":
    with tell_mistakes("scaled_convolutions"):
        main()

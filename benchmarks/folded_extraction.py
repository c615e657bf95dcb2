"""Does folding the normalisation speed the extraction of features up? The same extractor in turn, both ways.

    PYTHONPATH=src python benchmarks/folded_extraction.py --rounds 9

Needs nothing but the weights packages. Made-up pictures go through both packaged backbones of params.yaml, a batch in
turn; only the ratio of the medians means something on another machine.
"""

import argparse
import time
from statistics import median

import keras
import numpy as np
import tensorflow as tf

from artstyle.commands import number_between, tell_mistakes
from artstyle.features import BATCH, build_extractor
from artstyle.folding import fold_normalisation
from artstyle.joint_backbone import build_backbones, cut_backbones
from artstyle.machine import keep_freed_memory

BACKBONES, PICTURE_PX, COVARIANCE_CHANNELS = "efficientnet-lite0+efficientnet-lite2", 224, 64


def build(folded: bool) -> tf.types.experimental.PolymorphicFunction:
    """Return the extractor as a function of pictures (batch, px, px, 3)."""
    wholes = build_backbones(BACKBONES, PICTURE_PX)
    wholes = [fold_normalisation(whole) for whole in wholes] if folded else wholes
    extractor: keras.Model = build_extractor(cut_backbones(wholes, 0.5), COVARIANCE_CHANNELS)
    return tf.function(lambda pictures: extractor(pictures, training=False))


def main() -> None:
    """Time both and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    some = number_between(1, 1000, int)
    parser.add_argument("--rounds", type=some, default=9, help="batches of each that count (default 9)")
    options = parser.parse_args()
    keep_freed_memory()  # as the stage does
    tf.config.experimental.enable_op_determinism()
    extractors = [build(folded) for folded in (False, True)]
    shape = (BATCH, PICTURE_PX, PICTURE_PX, 3)
    pictures = tf.constant(np.random.default_rng(1).uniform(0, 255, shape).astype(np.float32))
    seconds: list[list[float]] = [[], []]
    for _ in range(options.rounds + 1):  # the first batch builds the graph
        for extract, times in zip(extractors, seconds, strict=True):
            started = time.perf_counter()
            extract(pictures)
            times.append(time.perf_counter() - started)
    plain, folded = (median(times[1:]) for times in seconds)
    print(
        f"{BACKBONES}: {BATCH / plain:.1f} pictures/s with normalisation, {BATCH / folded:.1f} folded:"
        f" {plain / folded:.2f} times as fast"
    )


if __name__ == "__main__":
    with tell_mistakes("folded_extraction"):
        main()

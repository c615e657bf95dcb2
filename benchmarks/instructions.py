"""What does it cost to hold oneDNN to AVX2? The network's forward pass and a training step, with and without.

    PYTHONPATH=src python benchmarks/instructions.py

Needs nothing but the weights package. Runs both in turn, each in a process of its own, because oneDNN decides once;
only the ratios of the best times mean something on another machine. On a processor without AVX-512 they are 1.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"
MEASURE = """
import time, artstyle, keras, numpy as np, tensorflow as tf
from artstyle.backbones import build_backbone, cut_backbone
tf.config.threading.set_intra_op_parallelism_threads({threads})
backbone = cut_backbone(build_backbone("efficientnet-lite0", 224), 0.5)
pixels = tf.constant(np.random.default_rng(1).uniform(0, 255, (32, 224, 224, 3)).astype(np.float32))
forward = tf.function(lambda x: backbone.upper(backbone.lower(x)[0]))
boundary = backbone.lower(pixels)[0].numpy()
top = keras.layers.Dense(8)(keras.layers.GlobalAveragePooling2D()(backbone.upper.outputs[-1]))
model = keras.Model(backbone.upper.input, top)
model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
labels = np.arange(32) % 8
for step in (lambda: forward(pixels), lambda: model.train_on_batch(boundary, labels)):
    step()
    times = []
    for _ in range({repeats}):
        started = time.perf_counter()
        step()
        times.append(time.perf_counter() - started)
    print(min(times))
"""


def main() -> None:
    """Print the ratio of the best times with AVX2 to those with everything that the processor has."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeats", type=int, default=10, help="steps a measurement (default 10)")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each kind (default 3)")
    parser.add_argument("--threads", type=int, default=1, help="threads of TensorFlow (default 1)")
    arguments = parser.parse_args()
    code = MEASURE.format(threads=arguments.threads, repeats=arguments.repeats)
    best: dict[str, list[float]] = {}
    for _ in range(arguments.rounds):
        for instructions in ("AVX2", "ALL"):
            times = measure(code, instructions)
            best[instructions] = [min(pair) for pair in zip(times, best.get(instructions, times), strict=True)]
    for what, pinned, free in zip(("forward pass", "training step"), best["AVX2"], best["ALL"], strict=True):
        print(f"{what}: {pinned / free:.2f} times as long with AVX2 as with all instructions")


def measure(code: str, instructions: str) -> list[float]:
    """Return the seconds of a forward pass and of a training step of 32 pictures, in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "ONEDNN_MAX_CPU_ISA": instructions}
    found = subprocess.run([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, check=True, text=True)
    return [float(line) for line in found.stdout.split()]


if __name__ == "__main__":
    main()

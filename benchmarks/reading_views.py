"""How much faster are rows in random order read than fetched through a memory map, from disk and from memory?

    PYTHONPATH=src python benchmarks/reading_views.py

Writes maps of made-up numbers, as large as those of stride 16 of 2,000 paintings, to a temporary folder and reads
batches of them both ways in turn, once after the system has forgotten the file (where it can be told to, as on Linux;
elsewhere both ratios are from memory) and once more. Only the ratios mean something on another machine.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np

from artstyle.arrays import open_array, take_views

SHAPE = (2, 18, 18, 232)  # views, height, width, channels: the level of stride 16 of both backbones at 288 px
BATCH = 128
WAYS = {"map": lambda array, rows, views: array[rows, views], "read": take_views}


def main() -> None:
    """Print the ratio of the median times of a batch."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--paintings", type=int, default=2000, help="rows of the array (default 2000)")
    parser.add_argument("--rounds", type=int, default=15, help="batches each way (default 15)")
    parser.add_argument("--folder", help="where to write the file (default: the temporary folder)")
    options = parser.parse_args()
    random, seconds = np.random.default_rng(1), {(name, kept): [] for name in WAYS for kept in (False, True)}
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        path = Path(folder) / "level.npy"
        array = np.lib.format.open_memmap(path, "w+", np.float16, (options.paintings, *SHAPE))
        array[:] = 1
        del array
        for _ in range(options.rounds):
            for name, take in WAYS.items():
                forget(path)
                mapped = open_array(path, "extract_features")  # a new map, whose pages nobody has touched
                rows, views = (random.integers(n, size=BATCH) for n in (options.paintings, SHAPE[0]))
                for kept in (False, True):
                    started = time.perf_counter()
                    take(mapped, rows, views)
                    seconds[name, kept].append(time.perf_counter() - started)
                del mapped
    for kept in (False, True):
        ratio = np.median(seconds["map", kept]) / np.median(seconds["read", kept])
        print(f"from {'memory' if kept else 'disk'}: a batch through a map takes {ratio:.1f} times as long as one read")


def forget(path: Path) -> None:
    """Let the system drop what it keeps of a file in memory."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


if __name__ == "__main__":
    main()

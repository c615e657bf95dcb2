"""Run the stage `filter` in a test's folder: pictures in `data/`, outputs in `out/`."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np

import filter as stage
from artstyle.tables import read_json, read_table

PARAMETERS = {
    "reading": {"longest_side_px": 256, "min_side_px": 32, "max_megapixels": 150},
    "copies": {"max_distance_bits": 6, "max_residual": 0.2, "max_difference": 10, "min_contrast": 5},
    "plain_copies": {"max_distance_bits": 16, "max_residual": 0.12, "max_difference": 2, "min_contrast": 5},
    "family": {"max_distance_bits": 10, "max_residual": 0.6, "max_difference": 45, "min_contrast": 5},
    "genres": {"keep_genre": False},
}
SOURCE = Path(stage.__file__).parent
OUTPUTS = ("pictures.npy", "paintings.csv", "dropped.csv", "filter.json")


def run_filter(tmp_path, genre_folder=None, dataset="mine", truth=None, unlabelled="none", **changes):
    empty = tmp_path / "none"
    empty.mkdir(exist_ok=True)
    outputs = [tmp_path / "out" / name for name in OUTPUTS]
    parameters = PARAMETERS | {name: PARAMETERS[name] | values for name, values in changes.items()}
    inputs = (tmp_path / "data", genre_folder or empty, truth or empty)
    stage.main(*inputs, *outputs, filter=parameters, dataset=dataset, unlabelled=unlabelled)
    paintings, dropped = read_table(outputs[1]), read_table(outputs[2])
    return SimpleNamespace(
        paintings=paintings,
        kept=list(paintings["painting"]),
        reasons=dict(zip(dropped["painting"], dropped["reason"], strict=True)),
        partners=dict(zip(dropped["painting"], dropped["partner"], strict=True)),
        counts=read_json(outputs[3]),
        pack=np.load(outputs[0], mmap_mode="r"),
    )


def run_command(root, pictures, *before, hash_seed="0"):
    (root / "none").mkdir()
    text = f"dataset: mine\nunlabelled: none\nfilter: {PARAMETERS}\n".replace("'", "").replace("False", "false")
    (root / "params.yaml").write_text(text)
    command = [*before, sys.executable, str(SOURCE / "filter.py"), "--pictures", pictures, "--genres", "none"]
    command += ["--truth", "none"]
    for option, name in zip(("pack", "paintings", "dropped", "metrics"), OUTPUTS, strict=True):
        command += [f"--{option}", f"out/{name}"]
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(SOURCE)}
    return subprocess.run(command, check=True, cwd=root, env=environment, capture_output=True, text=True)


def pixels_of(result, painting):
    row = result.paintings.set_index("painting").loc[painting]
    shape = (row["pack_height_px"], row["pack_width_px"], 3)
    return result.pack[row["offset"] : row["offset"] + np.prod(shape)].reshape(shape)

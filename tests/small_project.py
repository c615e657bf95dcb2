"""A copy of the repository with a small demo set and short trainings, for tests that go through DVC itself."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
COPIED = ("src", "dvc.yaml", "params.yaml", ".dvcignore", ".gitignore", "data/genres/none", "data/corrections")
SMALL = {
    "backbone": "efficientnet-lite0",
    "draw_demo": {
        "picture_px": 64,
        "counts": {
            "Abstract_Expressionism": 16,
            "Cubism": 14,
            "Fauvism": 12,
            "Impressionism": 14,
            "Minimalism": 12,
            "Naive_Art_Primitivism": 6,
            "Pointillism": 8,
            "Pop_Art": 12,
            "Rococo": 12,
            "Ukiyo_e": 12,
        },
    },
    "split": {"tries": 10, "shares": {"train": 0.5, "validation": 0.2, "test": 0.2, "pool": 0.1}},
    # A small upper half: most of the time of these trainings is spent on building their graphs.
    "extract_features": {"picture_px": 64, "n_views": 2, "covariance_channels": 8, "freeze_share": 0.9},
    "train_phase1": {"fit": {"epochs": 3, "batch": 32}},
    "finetune_phase2": {"fit": {"epochs": 2, "batch": 32}},
    "pseudolabel_phase3": {"fit": {"epochs": 1, "batch": 32}, "select": {"threshold": 0.3}},
    "outliers": {"noise": {"n_seeds": 1}},
    "picture_suspects": {"n_suspects": 4},
}


def environment() -> dict[str, str]:
    """Return an environment in which `dvc` and `python` are those of this interpreter, and Git knows no identity."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "DVC_"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONUNBUFFERED": "1", "DVC_NO_ANALYTICS": "1"}
    return {**kept, **quiet, "PATH": path, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def run(folder: Path, *command: str, check: bool = True) -> subprocess.CompletedProcess:
    """Run a command in a folder and return it with its output as text; fail with the output in the message."""
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done


def commit(folder: Path, message: str) -> None:
    """Commit everything, with an identity for this one command."""
    run(folder, "git", "add", "--all")
    run(folder, "git", "-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "--quiet", "-m", message)


def change_parameters(folder: Path, changes: dict) -> None:
    """Write changed values into params.yaml of a project."""
    path = folder / "params.yaml"
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    _merge(values, changes)
    path.write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")


def _merge(values: dict, changes: dict) -> None:
    for name, value in changes.items():
        if isinstance(value, dict) and name != "counts":
            _merge(values[name], value)
        else:
            values[name] = value


def make_project(folder: Path) -> Path:
    """Make a small project with Git and DVC in a new folder, committed, nothing run yet."""
    for name in COPIED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, target)
    change_parameters(folder, SMALL)
    run(folder, "git", "init", "--quiet")
    run(folder, "dvc", "init", "--quiet")
    commit(folder, "Start")
    return folder

"""Gather what one run gave, with everything needed to run it again."""

import contextlib
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import yaml

from artstyle.errors import UserError
from artstyle.parameters import check_name
from artstyle.tables import read_json, write_json

METRICS = ("filter", "merge_sample", "split", "train_phase1", "finetune_phase2", "pseudolabel_phase3")
METRICS += ("refit", "evaluate", "outliers")
_TIMED = ("extract_features", *METRICS)
PLOTS = ("merge_sample", "split", "phase1", "phase2", "phase3", "evaluate", "outliers")
_NAME = re.compile(r"[a-z0-9_]+")  # of a folder that is replaced whole
_TAKEN = ("plots", "artist", "random")  # figures of campaigns, and runs that no name was given
_SHORT = ("accuracy", "macro_f1", "ece", "loss")
_TRUST = ("ece_uncalibrated", "intervals", "by_works_of_the_artist_in_test")  # runs collected earlier lack them


def collect_run(root: Path, results: Path, command: str, commit: str, name: str | None = None) -> Path:
    """Copy metrics and plots of the run in the workspace to `results`/<dataset>/<name> and return that folder.

    The name is the split mode unless another is given. What `outliers` measured with artists apart also becomes
    `results`/<dataset>/outliers.json, with the source beside it, unless a name is given: it depends on no training.

    Besides, `run.json` names the command, the commit, the data and their hash, the seed, and seconds and peak MiB
    of every stage (of its last execution: a stage whose result came from the cache was not executed again).

    Raises:
        UserError: a name that is no plain word or stands for something else, metrics or plots that are missing, or
            metrics of another split mode than that of params.yaml; what was collected before then stays.
    """
    if name is not None and not _NAME.fullmatch(name):
        raise UserError(f"--name is {name!r}; use small letters, digits and _")
    if name in _TAKEN:
        raise UserError(f"--name is {name!r}, a folder with another purpose; leave it out, or choose another name")
    parameters = yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))
    dataset, mode = check_name("dataset", parameters["dataset"]), parameters["split"]["by"]
    timings = read_timings(root / "logs" / "timings.jsonl")
    measured = read_json(root / "metrics" / "evaluate.json").get("split", {}).get("by")
    if measured != mode:
        raise UserError(
            f"metrics/evaluate.json: scores of split.by: {measured}, but params.yaml says {mode}; run `dvc repro` first"
        )
    folder, partial = results / dataset / (name or mode), results / dataset / f"{name or mode}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for part in METRICS:
        write_json(partial / f"{part}.json", read_json(root / "metrics" / f"{part}.json"))
    for part in PLOTS:
        if not (root / "plots" / part).is_dir():
            raise UserError(f"plots/{part}: no such folder; run the pipeline first")
        shutil.copytree(root / "plots" / part, partial / "plots" / part)
    run = {"command": command, "commit": commit, "dataset": dataset, "split": mode}
    run |= {"data_md5": find_data_hash(root, dataset), "seed": parameters["seed"], "backbone": parameters["backbone"]}
    write_json(partial / "run.json", {**run, "stages": timings})
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(partial, folder)
    if mode == "artist" and not name:
        write_json(results / dataset / "outliers.json", {**read_json(folder / "outliers.json"), "run": run})
    return folder


def read_timings(path: Path) -> dict[str, dict[str, float]]:
    """Return seconds and peak_mib of each stage's last execution.

    Raises:
        UserError: no stage has run here.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such file; run the pipeline first")
    rows = list_timings(path)
    return {row["stage"]: {"seconds": row["seconds"], "peak_mib": row["peak_mib"]} for row in rows}


def list_timings(path: Path) -> list[dict[str, Any]]:
    """Return stage, seconds and peak_mib of each execution, the latest last; none if there is no such file.

    A line that is not whole, as a process leaves it that was killed while it wrote, is no execution.
    """
    if not path.is_file():
        return []
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        whole = line[max(line.rfind('{"stage"'), 0) :]  # the next execution goes on in the line that was left
        with contextlib.suppress(json.JSONDecodeError):
            rows.append(json.loads(whole))
    return rows


def find_data_hash(root: Path, dataset: str) -> str:
    lock = yaml.safe_load((root / "dvc.lock").read_text(encoding="utf-8"))
    for entry in lock["stages"]["filter"]["deps"]:
        if entry["path"] == f"data/{dataset}":
            return entry["md5"]
    raise UserError(f"dvc.lock: stage filter did not read data/{dataset}; run `dvc repro`")


def write_summary(folder: Path) -> None:
    """Write summary.json over the split modes collected in a folder, see `summarise_modes`."""
    write_json(folder / "summary.json", summarise_modes(folder))


def _take_together(scores: dict[str, Any]) -> dict[str, Any]:
    return {name: scores[name] for name in ("accuracy", "macro_f1", "ece", "intervals", "gain", "one_class_an_artist")}


def summarise_modes(folder: Path) -> dict[str, Any]:
    """Return model, baselines, seconds and peak memory of each split mode collected in a folder.

    Stages whose time is not known, because their result came from the cache, are named under `untimed`. Runs that
    were collected under a name of their own are left out.
    """
    summary: dict[str, Any] = {}
    for run in sorted(folder.glob("*/run.json")):
        facts, scores = read_json(run), read_json(run.parent / "evaluate.json")
        if run.parent.name != facts["split"]:
            continue
        test = scores["test"] | {"macro_f1": scores["test"]["macro"]["f1"]}
        summary[facts["split"]] = {
            **{name: test[name] for name in _SHORT},
            **{name: test[name] for name in _TRUST if name in test},
            **({"together": _take_together(scores["together"])} if "together" in scores else {}),
            "n_test": test["n"],
            "final": scores["final"]["chosen"],
            **({"refit": True} if scores["final"].get("refit") else {}),
            "seconds": round(sum(stage["seconds"] for stage in facts["stages"].values()), 1),
            "untimed": [name for name in _TIMED if name not in facts["stages"]],
            "peak_mib": max(stage["peak_mib"] for stage in facts["stages"].values()),
            **{
                name: {key: values[key] for key in ("accuracy", "macro_f1")}
                for name, values in scores["baselines"].items()
            },
            **{key: facts[key] for key in ("command", "commit", "data_md5", "seed")},
        }
    return summary

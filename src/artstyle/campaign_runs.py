"""Run the experiments of a campaign one after the other and write a row for each."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from artstyle.campaign_counts import add_counts, count_run, find_counts, hash_test_works, read_counts, write_counts
from artstyle.campaign_folds import FOLD, complete_folds
from artstyle.campaign_parameters import note_parameters, part_rows
from artstyle.campaign_rows import add_row, find_open, make_row, read_facts, read_rows, sum_seconds
from artstyle.campaign_settings import flatten_parameters
from artstyle.campaigns import Run
from artstyle.errors import UserError
from artstyle.evaluation_names import FINAL, TOGETHER
from artstyle.predictions import Predictions, read_predictions
from artstyle.results import find_data_hash, list_timings
from artstyle.stage import TIMINGS
from artstyle.tables import write_table

# What `dvc exp run` changes in the workspace and Git tracks.
CHANGED = ("params.yaml", "dvc.lock", "metrics", "plots")
# What a row's commit stands for.
TRACKED = (*CHANGED, "dvc.yaml", "src")
PREDICTIONS = Path("data/predictions.csv")
_DVC = (sys.executable, "-m", "dvc")


def run_campaign(
    runs: list[Run], table: Path, root: Path, execute: Callable | None = None, others: str | None = None
) -> int:
    """Run what has no row yet, append a row for each, and put the workspace back.

    Args:
        runs: all runs of the campaign.
        table: CSV of the rows, made if missing; written anew after every run, whole or not at all.
        root: the repository.
        execute: runs a command, writes its output to a file and returns its status; for tests.
        others: what to do with rows of other parameters, see `part_rows`.

    Returns:
        Number of runs that failed.

    Raises:
        UserError: tracked files have changes that the campaign would overwrite, or rows have other parameters.
    """
    refuse_changes(root)
    parameters = flatten_parameters(root / "params.yaml")
    finished = part_rows(read_rows(table), runs, parameters, table, others, _hash_pictures(root, runs))
    open_runs = find_open(runs, finished)
    for line in complete_folds(runs, finished, table, root / "logs" / runs[0].campaign / "predictions", parameters):
        print(line, flush=True)
    print(f"{len(runs) - len(open_runs)} of {len(runs)} runs are finished", flush=True)
    failed, minutes = [], []
    try:
        for number, run in enumerate(open_runs, start=1):
            mean = sum(minutes) / len(minutes) if minutes else None
            left = "" if mean is None else f", about {mean * (len(open_runs) - number + 1):.0f} min left"
            print(f"[{number}/{len(open_runs)}] {run.name}{left}", flush=True)
            try:
                row = execute_run(run, root, execute or execute_dvc)
                _keep(run, root, table, row)
                minutes.append(row["minutes"])
            except UserError as error:
                print(f"  failed: {error}", flush=True)
                failed.append(run.name)
    finally:
        put_back(root)
    if failed:
        print(f"{len(failed)} runs failed: {', '.join(failed)}", flush=True)
    return len(failed)


def execute_run(
    run: Run, root: Path, execute: Callable, *, name: str | None = None, options: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Run one experiment in the workspace and return its row.

    Args:
        execute: as in `run_campaign`.
        name: of the experiment, instead of the run's own; an experiment of that name is replaced.
        options: more options of `dvc exp run`.

    Raises:
        UserError: it failed or left no scores.
    """
    name = name or run.name
    log = root / "logs" / run.campaign / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    # Overrides go on top of the file in the workspace, where the run before has left its own.
    _git(root, "restore", "--source=HEAD", "--staged", "--worktree", "--", "params.yaml")
    execute(["dvc", "exp", "remove", "--quiet", name], root, log)  # of an earlier run; mostly there is none
    started, n_timings = time.monotonic(), len(list_timings(root / TIMINGS))
    status = execute([*run.command[:3], "--name", name, *options, *run.command[3:]], root, log)
    if status:
        raise UserError(f"status {status}; see {log.relative_to(root)}")
    minutes = (time.monotonic() - started) / 60
    _git(root, "restore", "--source=HEAD", "--staged", "--worktree", "--", "params.yaml")
    test_md5 = hash_test_works(read_predictions(root / PREDICTIONS))
    sources = read_facts(root, run, _git(root, "rev-parse", "HEAD").strip(), test_md5)
    parameters = yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))
    seconds = sum_seconds(
        list_timings(root / TIMINGS)[n_timings:], run.overrides.get("phases", parameters.get("phases", 3))
    )
    return make_row(run, root / "metrics", minutes, seconds, sources)


def _hash_pictures(root: Path, runs: list[Run]) -> str | None:
    """Return the hash of the pictures that runs of a campaign will read, where DVC knows it before they run."""
    dataset = runs[0].overrides["dataset"]
    tracked = root / "data" / f"{dataset}.dvc"
    if tracked.is_file():
        return yaml.safe_load(tracked.read_text(encoding="utf-8"))["outs"][0]["md5"]
    try:
        return find_data_hash(root, dataset)
    except UserError:
        return None


def _keep(run: Run, root: Path, table: Path, row: dict[str, Any]) -> None:
    kept = root / "logs" / run.campaign / "predictions" / f"{run.name}.csv"
    kept.parent.mkdir(exist_ok=True)
    shutil.copyfile(root / PREDICTIONS, kept)
    predictions = read_predictions(root / PREDICTIONS)
    for phase in (FINAL, TOGETHER) if _is_fold(run, predictions) else (FINAL,):
        place = find_counts(table, phase)
        write_counts(place, add_counts(read_counts(place), count_run(predictions, run, phase)))
    note_parameters(table, flatten_parameters(root / "params.yaml"))
    write_table(table, add_row(read_rows(table), row))  # last: a run with a row is finished
    scores = f"validation macro-F1 {row['validation_macro_f1']:.3f}, test macro-F1 {row['macro_f1']:.3f}"
    print(f"  {row['phase']}: {scores}, {row['minutes']:.1f} min", flush=True)


def _is_fold(run: Run, predictions: Predictions) -> bool:
    """Tell whether a run is a fold of a cross-validation, of which the report tells how works are judged together."""
    return FOLD in run.overrides and (predictions.table["phase"] == TOGETHER).any()


def refuse_changes(root: Path) -> None:
    """Refuse to start while tracked files differ from the last commit.

    Raises:
        UserError: naming the first one.
    """
    changed = _git(root, "status", "--porcelain", "--", *TRACKED).strip()
    if changed:
        first = changed.splitlines()[0].split(maxsplit=1)[1]
        raise UserError(
            f"{first}: changed and not committed; a campaign would overwrite it (commit or restore it first)"
        )


def put_back(root: Path) -> None:
    """Bring the tracked files and DVC's outputs back to the last commit."""
    _git(root, "restore", "--source=HEAD", "--staged", "--worktree", "--", *CHANGED)
    _git(root, "clean", "-fdq", "--", "metrics", "plots")  # there was nothing of the user's when it started
    subprocess.run([*_DVC, "checkout", "--quiet", "--allow-missing"], cwd=root, check=False)


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, check=False, capture_output=True, text=True)
    if done.returncode:
        raise UserError(f"git {arguments[0]}: {' '.join(done.stderr.split())}")
    return done.stdout


def execute_dvc(command: list[str], root: Path, log: Path) -> int:
    """Run a dvc command of this Python, append its output to a file and return its status."""
    with open(log, "a", encoding="utf-8") as file:
        started = subprocess.Popen(
            [*_DVC, *command[1:]], cwd=root, stdout=file, stderr=subprocess.STDOUT, env=_build_environment()
        )
        try:
            return started.wait()
        except KeyboardInterrupt:
            started.wait()  # DVC got the interrupt too and puts the repository back before it ends
            raise


def _build_environment() -> dict[str, str]:
    """Return an environment in which stages find the Python of this one, activated or not."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}

"""Run the experiments of a campaign one after the other and write a row for each."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from artstyle.campaigns import Run, find_open, make_row, read_rows
from artstyle.errors import UserError
from artstyle.results import find_data_hash
from artstyle.tables import write_table

# What `dvc exp run` changes in the workspace and Git tracks.
CHANGED = ("params.yaml", "dvc.lock", "metrics", "plots")
# What a row's commit stands for.
TRACKED = (*CHANGED, "dvc.yaml", "src")
_DVC = (sys.executable, "-m", "dvc")


def run_campaign(runs: list[Run], table: Path, root: Path, execute: Callable | None = None) -> int:
    """Run what has no row yet, append a row for each, and put the workspace back.

    Args:
        runs: all runs of the campaign.
        table: CSV of the rows, made if missing; written anew after every run, whole or not at all.
        root: the repository.
        execute: runs a command, writes its output to a file and returns its status; for tests.

    Returns:
        Number of runs that failed.

    Raises:
        UserError: tracked files have changes that the campaign would overwrite.
    """
    _refuse_changes(root)
    open_runs = find_open(runs, read_rows(table))
    print(f"{len(runs) - len(open_runs)} of {len(runs)} runs are finished", flush=True)
    failed, minutes = [], []
    try:
        for number, run in enumerate(open_runs, start=1):
            left = sum(minutes) / len(minutes) * (len(open_runs) - number + 1) if minutes else None
            print(f"[{number}/{len(open_runs)}] {run.name}{f', about {left:.0f} min left' if left else ''}", flush=True)
            started = time.monotonic()
            status = _run_one(run, root, execute or _execute)
            minutes.append((time.monotonic() - started) / 60)
            if status:
                failed.append(run.name)
                continue
            _keep(run, root, table, minutes[-1])
    finally:
        _put_back(root)
    if failed:
        print(f"{len(failed)} runs failed: {', '.join(failed)}", flush=True)
    return len(failed)


def _run_one(run: Run, root: Path, execute: Callable) -> int:
    log = root / "logs" / run.campaign / f"{run.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    # Overrides go on top of the file in the workspace, where the run before has left its own.
    _git(root, "restore", "--source=HEAD", "--staged", "--worktree", "--", "params.yaml")
    execute(["dvc", "exp", "remove", "--quiet", run.name], root, log)  # of an interrupted run; mostly there is none
    status = execute([*run.command[:3], "--name", run.name, *run.command[3:]], root, log)
    if status:
        print(f"  failed with status {status}; see {log.relative_to(root)}", flush=True)
    return status


def _keep(run: Run, root: Path, table: Path, minutes: float) -> None:
    data_md5 = find_data_hash(root, run.overrides["dataset"])
    row = make_row(run, root / "metrics", minutes, _find_commit(root), data_md5)
    rows = read_rows(table)
    older = (rows[["variant", "skew", "seed"]].astype(str) == [run.variant, run.skew, str(run.seed)]).all(axis=1)
    write_table(table, pd.concat([rows[~older], pd.DataFrame([row])], ignore_index=True))
    kept = root / "logs" / run.campaign / "predictions" / f"{run.name}.csv"
    kept.parent.mkdir(exist_ok=True)
    shutil.copyfile(root / "data" / "predictions.csv", kept)
    scores = f"validation macro-F1 {row['validation_macro_f1']:.3f}, test macro-F1 {row['macro_f1']:.3f}"
    print(f"  {row['phase']}: {scores}, {minutes:.1f} min", flush=True)


def _refuse_changes(root: Path) -> None:
    changed = _git(root, "status", "--porcelain", "--", *TRACKED).strip()
    if changed:
        first = changed.splitlines()[0].split(maxsplit=1)[1]
        raise UserError(
            f"{first}: changed and not committed; a campaign would overwrite it (commit or restore it first)"
        )


def _put_back(root: Path) -> None:
    _git(root, "restore", "--source=HEAD", "--staged", "--worktree", "--", *CHANGED)
    _git(root, "clean", "-fdq", "--", "metrics", "plots")  # there was nothing of the user's when it started
    subprocess.run([*_DVC, "checkout", "--quiet", "--allow-missing"], cwd=root, check=False)


def _find_commit(root: Path) -> str:
    return _git(root, "rev-parse", "HEAD").strip()


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, check=False, capture_output=True, text=True)
    if done.returncode:
        raise UserError(f"git {arguments[0]}: {' '.join(done.stderr.split())}")
    return done.stdout


def _execute(command: list[str], root: Path, log: Path) -> int:
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

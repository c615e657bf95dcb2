"""Run one committed row of a campaign again and compare."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from artstyle.campaign_rows import RUN, read_rows
from artstyle.campaign_runs import execute_dvc, execute_run, put_back, refuse_changes
from artstyle.campaigns import Run, choose, list_runs
from artstyle.errors import UserError

_COMPARED = ("validation_accuracy", "validation_macro_f1", "accuracy", "macro_f1")
_NAME = "results-check"


def find_check(name: str, campaign: dict[str, Any]) -> tuple[Run, float]:
    """Return the run under the campaign's key `check` and the tolerance.

    Raises:
        UserError: the key is missing or names no run of the campaign.
    """
    check = campaign.get("check")
    if not isinstance(check, dict) or set(check) != {"dataset", "variant", "seed", "tolerance"}:
        raise UserError(f"experiments.yaml: campaign {name}: 'check' needs dataset, variant, seed and tolerance")
    chosen = choose(campaign, [check["variant"]], [check["seed"]], [None])
    return list_runs(name, chosen, check["dataset"])[0], check["tolerance"]


def check_row(run: Run, table: Path, root: Path, tolerance: float, execute: Callable = execute_dvc) -> list[str]:
    """Run every stage of a committed row anew and return one line a score: what it was, is, and whether that holds.

    Args:
        table: CSV of the campaign.
        root: the repository; put back at the end.
        tolerance: largest difference of a score (0..1).
        execute: as in `run_campaign`.

    Raises:
        UserError: there is no such row, the run fails, or a score differs by more.
    """
    rows = read_rows(table)
    rows = rows[(rows[RUN].astype(str) == [run.variant, run.skew, str(run.seed)]).all(axis=1)]
    if rows.empty:
        raise UserError(f"{table}: no row for {run.name}; run the campaign first")
    refuse_changes(root)
    try:
        again = execute_run(run, root, execute, name=_NAME, options=("--force",))  # not from the cache
        execute(["dvc", "exp", "remove", "--quiet", _NAME], root, root / "logs" / run.campaign / f"{_NAME}.log")
    finally:
        put_back(root)
    lines, far = [], []
    for name in _COMPARED:
        was, now = float(rows.iloc[0][name]), float(again[name])
        lines.append(f"{name}: {was:.4f} in {table}, {now:.4f} now")
        far += [name] if abs(was - now) > tolerance else []
    if far:
        raise UserError(f"{'; '.join(lines)}: {', '.join(far)} differ by more than {tolerance}")
    return lines

"""Recompute the metrics of `evaluate` from the predictions table and compare them (no TensorFlow)."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from artstyle.errors import UserError
from artstyle.evaluation_names import FINAL, LOOKUPS, TOGETHER, UNCALIBRATED
from artstyle.oeuvres import read_oeuvre
from artstyle.parameters import load_parameters
from artstyle.predictions import Predictions, read_predictions
from artstyle.summaries import summarise_evaluation
from artstyle.temperature import recover_temperature

TOLERANCE = 1.5e-6  # metrics are rounded to 6 decimals
_PLACE = ["painting", "split", "phase"]
SAME_TEMPERATURE = 1e-3  # relative; probabilities are rounded to 6 digits


def recompute_metrics(
    predictions: Path, parameters: Path, choice: dict[str, Any], metrics: Path = Path("metrics/evaluate.json")
) -> dict[str, Any]:
    """Return the metrics of `evaluate` from its predictions table.

    Args:
        predictions: the table.
        parameters: params.yaml, for `seed` and `split.by`.
        choice: which phase's model was `chosen`, `why`, its `temperature`, which is replaced by the one that the
            probabilities show if that is another, and how works of an artist were judged `together`, which is replaced
            by words if that does not give the probabilities of `final_together`.
        metrics: where the choice comes from, for messages.

    Raises:
        UserError: a file is missing or not what it should be.
    """
    values = load_parameters(parameters, ("seed", "split"))
    table = read_predictions(predictions)
    for phase in (FINAL, UNCALIBRATED, *LOOKUPS):
        if not (table.table["phase"] == phase).any():
            raise UserError(f"{predictions}: no rows of the phase {phase!r}; expected the table of the stage evaluate")
    check_whole(predictions, table.table)
    lacking = [name for name in ("chosen", "why") if name not in choice]
    if lacking:
        raise UserError(f"{metrics}: final lacks {lacking[0]!r}; expected the metrics of the stage evaluate")
    choice = {"temperature": 1.0, **choice}
    parts = [table.select(phase=phase, split="test").sort() for phase in (UNCALIBRATED, FINAL)]
    shown = recover_temperature(*(part.probabilities for part in parts))
    if shown is not None and abs(shown / choice["temperature"] - 1) > SAME_TEMPERATURE:
        choice = {**choice, "temperature": shown}
    if "together" in choice and not _gives_together(table, choice["together"]):
        choice = {**choice, "together": f"does not give the rows of {TOGETHER}"}
    return summarise_evaluation(table, choice, split_by=values["split"]["by"], seed=values["seed"])


def _gives_together(table: Predictions, values: Any) -> bool:
    alone, together = (table.select(phase=phase, split="test").sort() for phase in (FINAL, TOGETHER))
    try:
        found = read_oeuvre(values, len(table.class_names)).apply(
            alone.probabilities, alone.table["artist"].to_numpy(str)
        )
    except ValueError:
        return False
    return found.shape == together.probabilities.shape and bool(np.abs(found - together.probabilities).max() < 1e-3)


def check_whole(path: Path, table: pd.DataFrame) -> None:
    """Check that every phase has each test work once, and the final model each validation work too.

    Raises:
        UserError: naming the first work that is missing or there twice.
    """
    double = table[table.duplicated(_PLACE)]
    if len(double):
        raise UserError(f"{path}: {' '.join(double.iloc[0][_PLACE])} stands there twice")
    of_final = table[table["phase"] == FINAL]
    for split in ("test", "validation"):
        wanted = set(of_final.loc[of_final["split"] == split, "painting"])
        if not wanted:
            raise UserError(f"{path}: no {split} rows of the phase {FINAL!r}")
        for phase, part in table[table["split"] == split].groupby("phase", sort=False):
            differ = sorted(wanted ^ set(part["painting"]))
            if differ:
                raise UserError(f"{path}: {differ[0]}: not in {split} for each of {FINAL!r} and {phase!r}")
    absent = sorted(set(table["phase"]) - set(table.loc[table["split"] == "test", "phase"]))
    if absent:
        raise UserError(f"{path}: no test rows of the phase {absent[0]!r}")


def compare_figures(found: dict[str, Any], written: dict[str, Any]) -> tuple[list[str], int]:
    """Return a line for each figure or text that differs between two metrics, and the number of all of them."""
    found, written = _flatten(found), _flatten(written)
    names = [*found, *(name for name in written if name not in found)]
    lines = []
    for name in names:
        left, right = found.get(name), written.get(name)
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if not (abs(left - right) <= TOLERANCE if numbers else left == right):
            lines.append(f"{name}: {left} from the table, {right} in the metrics")
    return lines, len(names)


def _flatten(values: dict[str, Any], place: str = "") -> dict[str, Any]:
    flat = {}
    for name, value in values.items():
        flat |= _flatten(value, f"{place}{name}.") if isinstance(value, dict) else {f"{place}{name}": value}
    return flat

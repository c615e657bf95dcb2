"""Judge the works of folds together that were run before `evaluate` did so, from the predictions that they left."""

from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from artstyle.campaign_counts import add_counts, count_run, find_counts, read_counts, write_counts
from artstyle.campaign_parameters import find_settings, read_parameters
from artstyle.campaign_rows import RUN
from artstyle.campaigns import Run, as_text
from artstyle.errors import UserError
from artstyle.evaluation_names import FINAL, TOGETHER
from artstyle.oeuvres import find_oeuvre
from artstyle.parameters import check_number
from artstyle.predictions import Predictions, build_predictions, read_predictions
from artstyle.rescoring import check_whole

FOLD = "split.fold"
_CONCENTRATION = "evaluate.oeuvre.concentration"
# Only probabilities for the classes as they are can be judged without knowing how they were trained.
_NATURAL = {"class_weights": "none", "sampling": "natural", "evaluate.prior": "natural", "split.train_skew": "null"}
_OTHERS = {"loss": ("class_balanced", "class_balanced_focal"), "merge_sample.strategy": ("replace",)}


def complete_folds(
    runs: list[Run], finished: pd.DataFrame, table: Path, kept: Path, parameters: dict[str, str]
) -> list[str]:
    """Count works judged together of finished folds that lack it, and return a line for each of them.

    Folds whose target is the artist are left alone: works of an artist, judged together, would tell who it is.

    Args:
        runs: of the campaign; those that are no fold are no matter.
        finished: their rows.
        table: where the rows are from; counts and parameters lie beside it.
        kept: folder with <run>.csv, the predictions of each run.
        parameters: params.yaml, dotted name -> value as text, for rows whose parameters were not noted.
    """
    known, done = read_counts(find_counts(table)), read_counts(find_counts(table, TOGETHER))
    noted, lines = read_parameters(table), []
    for run in runs:
        rows, alone = _take(finished, run), _take(known, run)
        if FOLD not in run.overrides or not len(rows) or _same(alone, _take(done, run), ["artist", "given"]):
            continue
        settings = find_settings(rows.iloc[0].to_dict(), noted)
        values = settings.all if settings else parameters | {name: as_text(v) for name, v in run.overrides.items()}
        if values.get("target") == "artist":
            continue
        path = kept / f"{run.name}.csv"
        try:
            judged = count_run(_judge_kept(path, values, alone, run), run, TOGETHER)
        except UserError as error:
            lines.append(f"{run.name}: not judged together ({error}); remove its row to run it again")
            continue
        done = add_counts(done, judged)
        write_counts(find_counts(table, TOGETHER), done)
        lines.append(f"{run.name}: judged together, from {path}")
    return lines


def _judge_kept(path: Path, values: dict[str, str], alone: pd.DataFrame, run: Run) -> Predictions:
    for name, value in _NATURAL.items():
        if values.get(name, value) != value:
            raise UserError(f"{name} is {values[name]}")
    for name, others in _OTHERS.items():
        if values.get(name) in others:
            raise UserError(f"{name} is {values[name]}")
    concentration = yaml.safe_load(values.get(_CONCENTRATION, "null"))
    if concentration is not None:
        check_number(_CONCENTRATION, concentration, 0.01, 1e6)
    predictions = read_predictions(path)
    check_whole(path, predictions.table)
    if not _same(count_run(predictions, run), alone, ["artist", "given", "predicted"]):
        raise UserError(f"{path} is of another run")
    return judge(predictions, concentration)


def judge(predictions: Predictions, concentration: float | None) -> Predictions:
    """Return the test works of the exported model judged together, as `evaluate` does it, phase `final_together`.

    Args:
        predictions: with the phase `final` on validation and test, calibrated, for the class shares as they are.
        concentration: see `find_oeuvre`.
    """
    seen, asked = (predictions.select(split=side, phase=FINAL) for side in ("validation", "test"))
    how: dict[str, Any] = {"balances": [None], "concentration": concentration, "calibration": "temperature"}
    oeuvre = find_oeuvre(seen.probabilities, seen.labels, seen.table["artist"].to_numpy(str), **how)
    judged = oeuvre.apply(asked.probabilities, asked.table["artist"].to_numpy(str))
    facts = build_predictions(asked.table, "test", TOGETHER, judged, asked.class_names)
    return Predictions(facts[asked.table.columns], asked.labels, judged, asked.class_names)


def _take(table: pd.DataFrame, run: Run) -> pd.DataFrame:
    own = (table[RUN].astype(str) == [run.variant, run.skew, str(run.seed)]).all(axis=1)
    return table[own]


def _same(one: pd.DataFrame, other: pd.DataFrame, keys: list[str]) -> bool:
    one, other = (each.groupby(keys)["n"].sum() for each in (one, other))
    return one.equals(other)

"""Judge the works of folds together that were run before `evaluate` did so, from the predictions that they left."""

from pathlib import Path

import pandas as pd

from artstyle.campaign_counts import add_counts, count_run, find_counts, read_counts, write_counts
from artstyle.campaign_rows import RUN
from artstyle.campaigns import Run
from artstyle.evaluation_names import FINAL, TOGETHER
from artstyle.oeuvres import find_oeuvre
from artstyle.predictions import Predictions, build_predictions, read_predictions

FOLD = "split.fold"
# Only probabilities for the classes as they are can be judged without knowing how they were trained.
_NATURAL = {"class_weights": "none", "sampling": "natural", "evaluate.prior": "natural", "split.train_skew": "null"}
_WEIGHTED = ("class_balanced", "class_balanced_focal")


def complete_folds(
    runs: list[Run], finished: pd.DataFrame, table: Path, kept: Path, parameters: dict[str, str]
) -> list[str]:
    """Count works judged together of finished folds that lack it, and return a line for each of them.

    Args:
        runs: of the campaign; those that are no fold are no matter.
        finished: their rows.
        table: where the rows are from; counts lie beside it.
        kept: folder with <run>.csv, the predictions of each run.
        parameters: of the runs, dotted name -> value as text, but for what a run sets itself.
    """
    known, done = read_counts(find_counts(table)), read_counts(find_counts(table, TOGETHER))
    lines = []
    for run in runs:
        if FOLD not in run.overrides or not len(_take(finished, run)) or len(_take(done, run)):
            continue
        path = kept / f"{run.name}.csv"
        problem = _find_problem(parameters | {name: str(value) for name, value in run.overrides.items()}, path)
        predictions = None if problem else read_predictions(path)
        if predictions and not _same(count_run(predictions, run), _take(known, run)):
            problem = f"{path} is of another run"
        if problem:
            lines.append(f"{run.name}: not judged together ({problem}); remove its row to run it again")
            continue
        judged = count_run(judge(predictions, parameters["evaluate.oeuvre.concentration"]), run, TOGETHER)
        done = add_counts(done, judged)
        write_counts(find_counts(table, TOGETHER), done)
        lines.append(f"{run.name}: judged together, from {path}")
    return lines


def judge(predictions: Predictions, concentration: str) -> Predictions:
    """Return the test works of the exported model judged together, as `evaluate` does it, phase `final_together`.

    Args:
        predictions: with the phase `final` on validation and test, for the class shares as they are.
        concentration: number as text, or `null`.
    """
    seen, asked = (predictions.select(split=side, phase=FINAL) for side in ("validation", "test"))
    oeuvre = find_oeuvre(
        seen.probabilities,
        seen.labels,
        seen.table["artist"].to_numpy(str),
        balance=None,
        concentration=None if concentration == "null" else float(concentration),
        calibration="temperature",
    )
    judged = oeuvre.apply(asked.probabilities, asked.table["artist"].to_numpy(str))
    facts = build_predictions(asked.table, "test", TOGETHER, judged, asked.class_names)
    return Predictions(facts[asked.table.columns], asked.labels, judged, asked.class_names)


def _find_problem(settings: dict[str, str], path: Path) -> str | None:
    for name, value in _NATURAL.items():
        if settings.get(name, value) != value:
            return f"{name} is {settings[name]}"
    if settings["loss"] in _WEIGHTED:
        return f"loss is {settings['loss']}"
    if settings["target"] == "artist":
        return "target is artist"
    return None if path.is_file() else f"{path} is not there"


def _take(table: pd.DataFrame, run: Run) -> pd.DataFrame:
    own = (table[RUN].astype(str) == [run.variant, run.skew, str(run.seed)]).all(axis=1)
    return table[own]


def _same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    keys = ["artist", "given", "predicted"]
    return one.set_index(keys)["n"].sort_index().equals(other.set_index(keys)["n"].sort_index())

from dataclasses import replace

import pandas as pd
import pytest

from artstyle.campaign_counts import count_run, find_counts, read_counts, write_counts
from artstyle.campaign_folds import complete_folds, judge
from artstyle.campaigns import list_runs
from artstyle.evaluation_names import TOGETHER
from artstyle.predictions import read_predictions
from artstyle.tables import write_table
from made_predictions import draw_table
from test_campaigns import CAMPAIGN

PARAMETERS = {"loss": "cross_entropy", "target": "style", "evaluate.oeuvre.concentration": "null"}


@pytest.fixture
def fold(tmp_path):
    """A finished fold without works judged together: run, row, table, folder of predictions."""
    run = list_runs("small", CAMPAIGN, "demo")[0]
    run = replace(run, overrides={**run.overrides, "split.fold": "1/2"})
    write_table(tmp_path / "kept" / f"{run.name}.csv", draw_table(120))
    predictions = read_predictions(tmp_path / "kept" / f"{run.name}.csv")
    table = tmp_path / "folds.csv"
    write_counts(find_counts(table), count_run(predictions, run))
    row = pd.DataFrame([{"variant": run.variant, "skew": run.skew, "seed": run.seed}])
    return run, row, table, tmp_path / "kept"


def test_a_finished_fold_is_judged_together_from_its_predictions_once(fold):
    run, row, table, kept = fold
    assert complete_folds([run], row, table, kept, PARAMETERS) == [
        f"{run.name}: judged together, from {kept / run.name}.csv"
    ]
    judged = judge(read_predictions(kept / f"{run.name}.csv"), "null")
    expected = count_run(judged, run, TOGETHER)
    counts = read_counts(find_counts(table, TOGETHER))
    keys = ["artist", "given", "predicted"]
    pd.testing.assert_series_equal(counts.set_index(keys)["n"].sort_index(), expected.set_index(keys)["n"].sort_index())
    alone = read_counts(find_counts(table))
    assert counts["n"].sum() == alone["n"].sum() == 120
    assert not counts.equals(alone)
    assert complete_folds([run], row, table, kept, PARAMETERS) == []


def test_runs_that_are_not_finished_or_no_folds_are_left_alone(fold):
    run, row, table, kept = fold
    plain = replace(run, overrides={name: value for name, value in run.overrides.items() if name != "split.fold"})
    assert complete_folds([plain], row, table, kept, PARAMETERS) == []
    assert complete_folds([run], row.iloc[:0], table, kept, PARAMETERS) == []
    assert not find_counts(table, TOGETHER).exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"class_weights": "inverse"}, "class_weights is inverse"), ({"loss": "class_balanced"}, "loss is class_balanced"),
     ({"split.train_skew": "20"}, "split.train_skew is 20"), ({"target": "artist"}, "target is artist")],
)  # fmt: skip
def test_probabilities_of_another_balance_are_not_judged(fold, changed, words):
    run, row, table, kept = fold
    line = complete_folds([run], row, table, kept, PARAMETERS | changed)[0]
    assert words in line and "remove its row to run it again" in line
    assert not find_counts(table, TOGETHER).exists()


def test_predictions_that_are_gone_or_of_another_run_are_named(fold):
    run, row, table, kept = fold
    write_table(kept / f"{run.name}.csv", draw_table(120, seed=9))
    assert "is of another run" in complete_folds([run], row, table, kept, PARAMETERS)[0]
    (kept / f"{run.name}.csv").unlink()
    assert "is not there" in complete_folds([run], row, table, kept, PARAMETERS)[0]
    assert not find_counts(table, TOGETHER).exists()


def test_a_given_concentration_is_used(fold):
    run, _, _, kept = fold
    predictions = read_predictions(kept / f"{run.name}.csv")
    alone = predictions.select(phase="final", split="test").probabilities.argmax(axis=1)
    assert (judge(predictions, "1000000").probabilities.argmax(axis=1) == alone).all()
    assert not (judge(predictions, "0.5").probabilities.argmax(axis=1) == alone).all()

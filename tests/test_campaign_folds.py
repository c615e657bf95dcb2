from dataclasses import replace

import pandas as pd
import pytest

from artstyle.campaign_counts import count_run, find_counts, read_counts, write_counts
from artstyle.campaign_folds import complete_folds, judge
from artstyle.campaign_parameters import note_parameters
from artstyle.campaign_settings import hash_parameters
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
    judged = judge(read_predictions(kept / f"{run.name}.csv"), None)
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
     ({"sampling": "balanced"}, "sampling is balanced"), ({"evaluate.prior": "uniform"}, "evaluate.prior is uniform"),
     ({"merge_sample.strategy": "replace"}, "strategy is replace"), ({"split.train_skew": "20"}, "train_skew is 20"),
     ({"evaluate.oeuvre.concentration": "many"}, "concentration is 'many'"),
     ({"evaluate.oeuvre.concentration": "0"}, "concentration is 0")],
)  # fmt: skip
def test_what_cannot_be_judged_afterwards_is_named(fold, changed, words):
    run, row, table, kept = fold
    line = complete_folds([run], row, table, kept, PARAMETERS | changed)[0]
    assert words in line and "remove its row to run it again" in line
    assert not find_counts(table, TOGETHER).exists()


def test_where_the_artist_is_the_target_nothing_is_judged_or_said(fold):
    run, row, table, kept = fold
    assert complete_folds([run], row, table, kept, PARAMETERS | {"target": "artist"}) == []
    assert not find_counts(table, TOGETHER).exists()


def test_parameters_are_those_of_the_row_and_not_of_today(fold):
    run, row, table, kept = fold
    was = PARAMETERS | {"class_weights": "inverse"}
    note_parameters(table, was)
    row = row.assign(parameters_md5=hash_parameters(was), command="dvc exp run -S split.fold=1/2 evaluate")
    assert "class_weights is inverse" in complete_folds([run], row, table, kept, PARAMETERS)[0]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [(lambda table: table[table["split"] == "test"], "no validation rows"),
     (lambda table: pd.concat([table, table[table["split"] == "validation"]]), "stands there twice"),
     (lambda table: table.drop(columns="phase"), "phase")],
)  # fmt: skip
def test_damaged_predictions_are_named_and_others_go_on(fold, spoil, words):
    run, row, table, kept = fold
    path = kept / f"{run.name}.csv"
    write_table(path, spoil(pd.read_csv(path)))
    lines = complete_folds([run], row, table, kept, PARAMETERS)
    assert len(lines) == 1 and "not judged together" in lines[0] and words in lines[0]
    assert not find_counts(table, TOGETHER).exists()


def test_predictions_that_are_gone_or_of_another_run_are_named(fold):
    run, row, table, kept = fold
    write_table(kept / f"{run.name}.csv", draw_table(120, seed=9))
    assert "is of another run" in complete_folds([run], row, table, kept, PARAMETERS)[0]
    (kept / f"{run.name}.csv").unlink()
    assert "no such file" in complete_folds([run], row, table, kept, PARAMETERS)[0]
    assert not find_counts(table, TOGETHER).exists()


def test_counts_of_other_works_are_replaced(fold):
    run, row, table, kept = fold
    complete_folds([run], row, table, kept, PARAMETERS)
    right = find_counts(table, TOGETHER).read_bytes()
    write_counts(find_counts(table, TOGETHER), read_counts(find_counts(table, TOGETHER)).iloc[1:])
    assert "judged together, from" in complete_folds([run], row, table, kept, PARAMETERS)[0]
    assert find_counts(table, TOGETHER).read_bytes() == right


def test_a_given_concentration_is_used(fold):
    run, _, _, kept = fold
    predictions = read_predictions(kept / f"{run.name}.csv")
    alone = predictions.select(phase="final", split="test").probabilities.argmax(axis=1)
    assert (judge(predictions, 1e6).probabilities.argmax(axis=1) == alone).all()
    assert not (judge(predictions, 0.5).probabilities.argmax(axis=1) == alone).all()

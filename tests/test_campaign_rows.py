from pathlib import Path

import pandas as pd
import pytest
import yaml

from artstyle.campaign_rows import add_row, find_open, make_row, read_facts, read_rows, sum_seconds
from artstyle.campaign_settings import flatten_parameters, hash_parameters
from artstyle.campaigns import list_runs
from artstyle.tables import read_json, write_json, write_table
from test_campaigns import CAMPAIGN


def test_runs_with_a_row_are_not_open(tmp_path):
    runs = list_runs("small", CAMPAIGN, "demo")
    path = tmp_path / "rows.csv"
    assert find_open(runs, read_rows(path)) == runs
    row = {"variant": "plain", "skew": "natural", "seed": 1, "phase": "phase1", "command": "x"}
    write_table(path, pd.DataFrame([row]))
    assert find_open(runs, read_rows(path)) == runs[1:]


def write_metrics(folder: Path, chosen: str = "phase1") -> Path:
    classes = {"a": (0.75, 8), "b": (0.5, 4), "c": (0.0, 0)}
    per_class = {name: {"recall": recall, "support": support} for name, (recall, support) in classes.items()}
    test = {"accuracy": 0.6, "macro": {"f1": 0.55}, "ece": 0.04, "per_class": per_class}
    final = {"chosen": chosen, "why": "best"}
    validation = {"accuracy": 0.8, "macro_f1": 0.7}
    write_json(folder / "evaluate.json", {"final": final, "test": test, "validation": validation})
    write_json(folder / "train_phase1.json", {"n_trainable_weights": 100})
    write_json(folder / "finetune_phase2.json", {"n_trainable_weights": 500})
    return folder


@pytest.mark.parametrize(("chosen", "parameters"), [("phase1", 100), ("phase2", 500), ("control", 500)])
def test_a_row_by_hand(tmp_path, chosen, parameters):
    run = list_runs("small", CAMPAIGN, "demo")[0]
    row = make_row(run, write_metrics(tmp_path, chosen), 1.234, 70.5, {"commit": "abc"})
    assert row == {
        "variant": "plain", "skew": "natural", "seed": 1, "phase": chosen, "validation_accuracy": 0.8,
        "validation_macro_f1": 0.7, "accuracy": 0.6, "macro_f1": 0.55, "worst_recall": 0.5, "ece": 0.04,
        "seconds": 70.5, "minutes": 1.23, "parameters": parameters, "recall_a": 0.75, "recall_b": 0.5, "recall_c": 0.0,
        "commit": "abc",
    }  # fmt: skip


def test_a_row_says_what_each_phase_gained(tmp_path):
    folder = write_metrics(tmp_path)
    scores = read_json(folder / "evaluate.json")
    gains = {
        "phase2_over_phase1": {"accuracy": {"gain": 9}, "macro_f1": {"gain": 0.01, "low": -0.02, "high": 0.03}},
        "pseudo_over_control": {"macro_f1": {"gain": 0.0, "low": -0.5, "high": 0.25}},
    }
    write_json(folder / "evaluate.json", {**scores, "gains": gains})
    row = make_row(list_runs("small", CAMPAIGN, "demo")[0], folder, 1, None, {"commit": "abc"})
    assert [row[name] for name in ("phase2_gain", "phase2_gain_low", "phase2_gain_high")] == [0.01, -0.02, 0.03]
    assert [row[name] for name in ("pseudo_gain", "pseudo_gain_low", "pseudo_gain_high")] == [0.0, -0.5, 0.25]
    table = list(add_row(pd.DataFrame(columns=["variant", "skew", "seed", "phase", "command"]), row))
    assert table.index("ece") < table.index("phase2_gain") < table.index("pseudo_gain_high") < table.index("seconds")


def test_the_sources_of_a_row_name_what_differs_from_the_committed_parameters(tmp_path):
    run = list_runs("small", CAMPAIGN, "demo")[1]
    parameters = {
        "dataset": "demo",
        "seed": 2,
        "phases": 3,
        "train_phase1": {"crn": {"pyramid": True}},
        "loss": "focal",
    }
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({**parameters, "loss": "focal", "style_maps": {"x": "y"}}))
    lock = {"stages": {"filter": {"deps": [{"path": "data/demo", "md5": "d.dir"}]}}}
    (tmp_path / "dvc.lock").write_text(yaml.safe_dump(lock))
    assert read_facts(tmp_path, run, "abc", "e") == {
        "commit": "abc", "overrides": "seed=1;phases=1;train_phase1.crn.pyramid=false;style_maps.x=null",
        "parameters_md5": hash_parameters(flatten_parameters(tmp_path / "params.yaml")),
        "data_md5": "d.dir", "test_md5": "e", "command": " ".join(run.command),
    }  # fmt: skip


def test_seconds_are_those_of_training_and_missing_where_it_came_from_the_cache():
    timings = [("filter", 9.0), ("train_phase1", 4.0), ("finetune_phase2", 2.25), ("refit", 1.5), ("evaluate", 9.0)]
    rows = [{"stage": stage, "seconds": seconds} for stage, seconds in timings]
    assert sum_seconds(rows, 3) == 7.8  # 7.75 to a decimal
    assert sum_seconds([rows[0], rows[2]], 3) is None
    assert sum_seconds(rows, 1) == 5.5  # phases 2 and 3 only passed the model on


def test_a_row_takes_the_place_of_an_older_one_and_columns_stay_in_order():
    first = {"variant": "a", "skew": "natural", "seed": 1, "phase": "phase1", "accuracy": 0.5, "recall_x": 1.0}
    first = {**first, "command": "c"}
    rows = add_row(pd.DataFrame(columns=["variant", "skew", "seed", "phase", "command"]), first)
    rows = add_row(rows, {**first, "skew": "20to1", "recall_x": 0.5, "recall_y": 0.25})
    rows = add_row(rows, {**first, "accuracy": 0.75})
    assert list(rows) == ["variant", "skew", "seed", "phase", "accuracy", "recall_x", "recall_y", "command"]
    assert rows[["skew", "accuracy"]].values.tolist() == [["20to1", 0.5], ["natural", 0.75]]


def test_a_variant_may_be_called_by_a_number(tmp_path):
    row = {"variant": "224", "skew": "natural", "seed": 1, "phase": "phase1", "command": "c"}
    write_table(tmp_path / "rows.csv", add_row(pd.DataFrame(columns=list(row)), row))
    assert read_rows(tmp_path / "rows.csv")["variant"].tolist() == ["224"]

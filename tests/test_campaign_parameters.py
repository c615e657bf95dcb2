"""Rows of other parameters are neither taken for finished nor compared, unless somebody says so."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from artstyle.campaign_parameters import (
    AGAIN,
    KEEP,
    find_incomparable,
    find_mixed,
    note_parameters,
    part_rows,
    read_parameters,
)
from artstyle.campaign_rows import read_rows
from artstyle.campaign_settings import Settings, find_differences, flatten_parameters, hash_parameters, read_overrides
from artstyle.campaigns import list_runs, list_settings, read_campaign, take_quick
from artstyle.errors import UserError
from test_campaigns import CAMPAIGN

ROOT = Path(__file__).parents[1]
SETS = list_settings(CAMPAIGN, "demo")
RUNS = list_runs("small", CAMPAIGN, "demo")  # plain and no-map with seed 1, then with seed 2
NOW = {"head": "crn", "phases": "3", "loss": "cross_entropy", "rate": "0.1", "train_phase1.crn.pyramid": "true"}


def make_rows(table, *rows):
    """Return rows of (run, its params.yaml or None), noted beside the table."""
    made = []
    for run, parameters in rows:
        row = {"variant": run.variant, "skew": run.skew, "seed": run.seed, "command": " ".join(run.command)}
        made.append({**row, "data_md5": "d", "parameters_md5": hash_parameters(parameters) if parameters else ""})
        if parameters:
            note_parameters(table, parameters)
    return pd.DataFrame(made)


def test_parameters_are_flat_text_without_what_no_campaign_runs(tmp_path):
    values = {"loss": "focal", "fit": {"rate": "5e-4", "clip": 1.0, "on": True, "n": None}, "outliers": {"n": 1}}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(values))
    flat = flatten_parameters(tmp_path / "params.yaml")
    assert flat == {"loss": "focal", "fit.rate": "0.0005", "fit.clip": "1", "fit.on": "true", "fit.n": "null"}


def test_no_stage_that_a_campaign_runs_reads_what_is_left_out():
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    left_out = {"draw_demo", "outliers", "picture_suspects"}
    read = {part.split(".")[0] for name in stages if name not in left_out for part in stages[name].get("params", [])}
    assert "train_phase1" in read and not read & left_out


def test_what_a_command_sets():
    command = (
        "dvc exp run -S seed=2 -S fit.rate=1.0e-3 -S +style_maps.x=null -S corrections=round 2 -S n=[1, 2] evaluate"
    )
    set_to = {"seed": "2", "fit.rate": "0.001", "style_maps.x": "null", "corrections": "round 2", "n": "[1, 2]"}
    assert read_overrides(command) == set_to


@pytest.mark.parametrize("text", ["007", "2026_01", "nan", "1e", "e1", ".e3", "E10", "artist", "-", ".", ""])
def test_names_stay_as_they_are(text):
    assert read_overrides(f"dvc exp run -S x={text} evaluate") == {"x": text}


def differ(one, other, *, one_set=None, other_set=None):
    return find_differences(Settings(one, one_set or {}), Settings(other, other_set or {}))


def test_differences_are_those_of_what_was_trained():
    one = {"loss": "focal", "seed": "1", "split.train_skew": "20", "finetune_phase2.epochs": "4"}
    other = {"loss": "ldam", "seed": "2", "split.train_skew": "50", "finetune_phase2.epochs": "6"}
    assert differ(one | {"phases": "1"}, other | {"phases": "1"}) == ["loss"]
    assert differ(one, other) == ["finetune_phase2.epochs", "loss"]
    assert differ(one | {"phases": "all"}, other | {"phases": "3"}) == ["finetune_phase2.epochs", "loss", "phases"]


def test_a_parameter_of_newer_code_is_a_difference_where_it_is_switched_on():
    assert differ(NOW, NOW | {"newer": "x"}) == []
    assert differ(NOW, NOW, other_set={"newer": "x"}) == ["newer"]
    assert differ(NOW, NOW | {"newer": "x"}, other_set={"newer": "false"}) == []
    assert differ(NOW, NOW | {"train_phase1.head.covariances": "true"}) == ["train_phase1.head.covariances"]
    assert differ(NOW, NOW | {"train_phase1.head.covariances": "false"}) == []
    pixels, cache = ({"evaluate.through": through} for through in ("pixels", "cache"))
    looked = NOW | {"evaluate.mirror": "true"}
    assert differ(NOW, looked, one_set=pixels, other_set=pixels) == ["evaluate.mirror"]
    assert differ(NOW, looked, one_set=cache, other_set=cache) == []
    assert differ(NOW, NOW | {"train_phase1.head.members": "3"}) == ["train_phase1.head.members"]
    assert differ(NOW, NOW | {"train_phase1.head.members": "1"}, other_set={"train_phase1.head.members": "1"}) == []


def test_parameters_of_the_recurrent_head_count_where_it_is_trained():
    wider = {"train_phase1.crn.width": "32"}
    now = NOW | {"train_phase1.crn.width": "64"}
    assert differ(now, now | wider) == ["train_phase1.crn.width"]
    plain = {"head": "stats"}
    assert differ(now | plain, now | wider | plain) == []
    assert differ(now, now | wider, one_set=plain, other_set=plain) == []
    assert differ(now, now | wider, one_set=plain) == ["head", "train_phase1.crn.width"]


def test_the_committed_rows_of_the_demo_set_count_as_finished(monkeypatch):
    """So that `make compare` has nothing to run in a fresh clone."""
    monkeypatch.chdir(ROOT)
    campaign = take_quick(read_campaign(Path("experiments.yaml"), "balancing"))
    table = Path("results/demo/variants.csv")
    rows = read_rows(table)
    runs = list_runs("balancing", campaign, "demo")
    now = flatten_parameters(Path("params.yaml"))
    assert len(part_rows(rows, runs, now, table, None)) == len(runs)


def test_an_entry_of_the_style_map_in_use_is_a_difference():
    now = NOW | {"style_map": "mine", "style_maps.mine.cubism": "cubism"}
    assert differ(now, now | {"style_maps.mine.baroque": "rococo"}) == ["style_maps.mine.baroque"]
    assert differ(now, now | {"style_maps.other.baroque": "rococo"}) == []


def test_a_broken_file_is_named(tmp_path):
    (tmp_path / "params.yaml").write_text("seed: [1")
    with pytest.raises(UserError, match=r"params\.yaml: not valid YAML"):
        flatten_parameters(tmp_path / "params.yaml")


def test_rows_of_other_parameters_are_refused_kept_or_left_out(tmp_path):
    table = tmp_path / "t.csv"
    rows = make_rows(table, (RUNS[0], NOW), (RUNS[1], NOW | {"rate": "0.5"}), (RUNS[2], None), (RUNS[3], NOW))
    with pytest.raises(UserError, match=r"t\.csv: 1 of 4 rows .*\(first: no-map, seed 1: rate was 0\.5 and is 0\.1\)"):
        part_rows(rows, RUNS, NOW, table, None)
    assert part_rows(rows, RUNS, NOW, table, KEEP).index.tolist() == [0, 1, 2, 3]
    assert part_rows(rows, RUNS, NOW, table, AGAIN).index.tolist() == [0, 2, 3]
    assert part_rows(rows, [RUNS[0], RUNS[3]], NOW, table, None).index.tolist() == [0, 1, 2, 3]


def test_what_a_variant_sets_counts_instead_of_the_file(tmp_path):
    table = tmp_path / "t.csv"
    rows = make_rows(table, (RUNS[1], NOW | {"loss": "ldam", "train_phase1.crn.pyramid": "false"}))  # it sets both
    assert len(part_rows(rows, RUNS, NOW, table, None)) == 1
    renewed = [run for run in list_runs("small", {**CAMPAIGN, "base": {"phases": 2}}, "demo") if run.name == "no-map-1"]
    with pytest.raises(UserError, match=r"phases was 1 and is 2"):
        part_rows(rows, renewed, NOW, table, None)


def test_a_base_that_says_what_the_file_said_changes_nothing(tmp_path):
    table = tmp_path / "t.csv"
    rows = make_rows(table, (RUNS[0], NOW))
    pinned = list_runs("small", {**CAMPAIGN, "base": {"phases": 1, "rate": 0.1}}, "demo")
    assert len(part_rows(rows, pinned, NOW | {"rate": "0.7"}, table, None)) == 1


def test_rows_without_parameters_count_by_their_command(tmp_path):
    rows = make_rows(tmp_path / "t.csv", (RUNS[0], None)).drop(columns="parameters_md5")
    assert len(part_rows(rows, RUNS, NOW, tmp_path / "t.csv", None)) == 1
    other = list_runs("small", {**CAMPAIGN, "base": {"phases": 2}}, "demo")
    assert part_rows(rows, other, NOW, tmp_path / "t.csv", None).empty


def test_a_run_is_comparable_if_it_differs_in_what_the_variants_set(tmp_path):
    table = tmp_path / "t.csv"
    rows = make_rows(table, (RUNS[0], NOW), (RUNS[1], NOW), (RUNS[2], NOW), (RUNS[3], NOW | {"rate": "0.5"}))
    known = read_parameters(table)
    assert find_incomparable(rows, known, SETS, "plain") == {("no-map", "natural", 2)}
    assert find_incomparable(rows, {}, SETS, "plain") == set()  # nothing was noted
    assert find_incomparable(rows[:1], known, SETS, "plain") == set()
    assert find_incomparable(rows, known, {"plain": []}, "plain") == set()
    assert find_incomparable(rows.assign(data_md5=["d", "e", "d", "d"]), known, SETS, "plain") == {
        ("no-map", "natural", 1), ("no-map", "natural", 2)
    }  # fmt: skip
    assert find_incomparable(rows, known, SETS | {"no-map": [*SETS["no-map"], "rate"]}, "plain") == set()


def test_what_a_command_sets_for_all_is_no_variants_own(tmp_path):
    table = tmp_path / "t.csv"
    rows = make_rows(table, (RUNS[0], NOW), (RUNS[1], NOW))
    rows.loc[1, "command"] = rows.loc[1, "command"].replace("phases=1", "phases=2")
    assert find_incomparable(rows, read_parameters(table), SETS, "plain") == {("no-map", "natural", 1)}


def test_rows_of_other_pictures_are_refused_too(tmp_path):
    table = tmp_path / "t.csv"
    rows = make_rows(table, (RUNS[0], NOW))
    assert len(part_rows(rows, RUNS, NOW, table, None, "d")) == 1
    with pytest.raises(UserError, match="the pictures had the hash d and have e"):
        part_rows(rows, RUNS, NOW, table, None, "e")


def test_seeds_of_a_variant_that_differ_are_named(tmp_path):
    table = tmp_path / "t.csv"
    rows = make_rows(table, (RUNS[0], NOW), (RUNS[1], NOW), (RUNS[2], NOW), (RUNS[3], NOW | {"rate": "0.5"}))
    known = read_parameters(table)
    assert find_mixed(rows, known) == ["no-map (skew natural): rate"]
    assert find_mixed(rows, known, besides=("rate",)) == []
    assert find_mixed(rows.assign(data_md5=["d", "d", "e", "d"]), known) == [
        "plain (skew natural): the pictures", "no-map (skew natural): rate"
    ]  # fmt: skip

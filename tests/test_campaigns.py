from pathlib import Path

import pandas as pd
import pytest
import yaml

from artstyle.campaigns import find_open, list_runs, make_row, read_campaign, read_rows
from artstyle.errors import UserError
from artstyle.tables import write_json, write_table

ROOT = Path(__file__).parents[1]
CAMPAIGN = {
    "base": {"phases": 1},
    "seeds": [1, 2],
    "variants": {
        "plain": {"why": "to compare with"},
        "no-map": {"why": "another", "set": {"train_phase1.crn.pyramid": False, "style_maps.x": None, "loss": "focal"}},
    },
}


@pytest.fixture
def write(tmp_path):
    def write(campaign) -> Path:
        path = tmp_path / "experiments.yaml"
        path.write_text(yaml.safe_dump({"small": campaign}, sort_keys=False))
        return path

    return write


def test_runs_come_seed_by_seed_with_their_command(write):
    runs = list_runs("small", read_campaign(write(CAMPAIGN), "small"), "demo")
    assert [run.name for run in runs] == ["small-plain-1", "small-no-map-1", "small-plain-2", "small-no-map-2"]
    assert " ".join(runs[0].command) == "dvc exp run -S dataset=demo -S seed=1 -S phases=1 evaluate"
    settings = "-S train_phase1.crn.pyramid=false -S style_maps.x=null -S loss=focal"
    assert " ".join(runs[3].command) == f"dvc exp run -S dataset=demo -S seed=2 -S phases=1 {settings} evaluate"
    assert [run.seed for run in list_runs("small", CAMPAIGN, "demo", [7])] == [7, 7]


def test_skews_multiply_the_runs():
    skewed = {**CAMPAIGN, "seeds": [1], "skews": {"natural": {}, "20to1": {"merge_sample.skew": 20}}}
    runs = list_runs("small", skewed, "demo")
    assert [run.name for run in runs] == [
        "small-plain-1", "small-no-map-1", "small-plain-20to1-1", "small-no-map-20to1-1"
    ]  # fmt: skip
    assert runs[2].overrides == {"dataset": "demo", "seed": 1, "phases": 1, "merge_sample.skew": 20}


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"seeds": None}, "lacks 'seeds'"), ({"variants": {"a": {}}}, "variant a needs 'why'"),
     ({"variants": {"No Map": {"why": "x"}}}, "variant 'No Map': use small letters"),
     ({"base": [1]}, r"'base' must be a map, got \[1\]"), ({"seeds": 3}, "'seeds' must be a list, got 3"),
     ({"variants": [1]}, "'variants' must be a map"), ({"skews": {"a b": {}}}, "skew 'a b' must be a simple name"),
     ({"skews": {"steep": 1}}, "skew 'steep' must be"),
     ({"variants": {"a": {"why": "x", "set": [1]}}}, r"'set' \(a map")],
)  # fmt: skip
def test_a_campaign_of_another_form_is_named(write, changed, words):
    campaign = {key: value for key, value in {**CAMPAIGN, **changed}.items() if value is not None}
    with pytest.raises(UserError, match=words):
        read_campaign(write(campaign), "small")


def test_an_empty_campaign_is_named(write):
    with pytest.raises(UserError, match="campaign small must be a map"):
        read_campaign(write(None), "small")


def test_an_unknown_campaign_or_a_missing_file_is_named(write, tmp_path):
    with pytest.raises(UserError, match="no campaign 'large'; there are: small"):
        read_campaign(write(CAMPAIGN), "large")
    with pytest.raises(UserError, match=r"none\.yaml: cannot be read"):
        read_campaign(tmp_path / "none.yaml", "small")


def test_runs_with_a_row_are_not_open(tmp_path):
    runs = list_runs("small", CAMPAIGN, "demo")
    path = tmp_path / "rows.csv"
    assert find_open(runs, read_rows(path)) == runs
    row = {"variant": "plain", "skew": "natural", "seed": 1, "phase": "phase1", "command": " ".join(runs[0].command)}
    write_table(path, pd.DataFrame([row]))
    assert find_open(runs, read_rows(path)) == runs[1:]


def write_metrics(folder: Path, chosen: str = "phase1") -> Path:
    classes = {"a": (0.75, 8), "b": (0.5, 4), "c": (0.0, 0)}
    per_class = {name: {"recall": recall, "support": support} for name, (recall, support) in classes.items()}
    test = {"accuracy": 0.6, "macro": {"f1": 0.55}, "ece": 0.04, "per_class": per_class}
    final = {"chosen": chosen, "why": "best"}
    write_json(folder / "evaluate.json", {"final": final, "test": test, "validation": {"macro_f1": 0.7}})
    write_json(folder / "train_phase1.json", {"n_trainable_weights": 100})
    write_json(folder / "finetune_phase2.json", {"n_trainable_weights": 500})
    return folder


@pytest.mark.parametrize(("chosen", "parameters"), [("phase1", 100), ("phase2", 500), ("control", 500)])
def test_a_row_by_hand(tmp_path, chosen, parameters):
    run = list_runs("small", CAMPAIGN, "demo")[0]
    row = make_row(run, write_metrics(tmp_path, chosen), 1.234, "abc", "d.dir")
    assert row == {
        "variant": "plain", "skew": "natural", "seed": 1, "phase": chosen, "validation_macro_f1": 0.7, "accuracy": 0.6,
        "macro_f1": 0.55, "worst_recall": 0.5, "ece": 0.04, "minutes": 1.23, "parameters": parameters, "commit": "abc",
        "data_md5": "d.dir", "command": " ".join(run.command), "recall_a": 0.75, "recall_b": 0.5, "recall_c": 0.0,
    }  # fmt: skip


def test_every_override_of_every_campaign_exists():
    parameters = yaml.safe_load((ROOT / "params.yaml").read_text())
    campaigns = yaml.safe_load((ROOT / "experiments.yaml").read_text())
    for name in campaigns:
        for run in list_runs(name, read_campaign(ROOT / "experiments.yaml", name), "demo"):
            for key in run.overrides:
                place = parameters
                for part in key.split("."):
                    assert part in place, f"{run.name}: {key}"
                    place = place[part]

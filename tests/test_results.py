import json
import shutil

import pytest
import yaml

from artstyle.errors import UserError
from artstyle.results import METRICS, PLOTS, collect_run, read_timings, write_summary
from artstyle.tables import read_json, write_json

SHORT = {"accuracy": 0.5, "loss": 1.0, "ece": 0.1, "macro_f1": 0.4, "n": 10}
EVALUATION = {
    "final": {"chosen": "phase2", "why": "it was best"},
    "split": {"by": "artist"},
    "test": {
        "n": 10,
        "accuracy": 0.75,
        "loss": 0.5,
        "ece": 0.05,
        "macro": {"f1": 0.7},
        "intervals": {"ece": {"low": 0, "high": 0.1}},
    },
    "baselines": {name: SHORT for name in ("majority", "artist_lookup", "linear")},
}


@pytest.fixture
def workspace(tmp_path):
    for name in METRICS:
        write_json(tmp_path / "metrics" / f"{name}.json", EVALUATION if name == "evaluate" else {"x": 1})
    for name in PLOTS:
        (tmp_path / "plots" / name).mkdir(parents=True)
        (tmp_path / "plots" / name / "table.csv").write_text("a\n1\n")
    parameters = {"dataset": "wikiart", "split": {"by": "artist"}, "seed": 3, "backbone": "efficientnet-lite0"}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(parameters))
    lock = {
        "stages": {"filter": {"deps": [{"path": "src/filter.py", "md5": "m"}, {"path": "data/wikiart", "md5": "d"}]}}
    }
    (tmp_path / "dvc.lock").write_text(yaml.safe_dump(lock))
    rows = [("filter", 10.0, 400), ("evaluate", 99.0, 900), ("evaluate", 5.5, 700)]
    lines = [json.dumps({"stage": stage, "seconds": seconds, "peak_mib": mib}) for stage, seconds, mib in rows]
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "timings.jsonl").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_a_run_is_collected_with_everything_needed_to_repeat_it(workspace):
    folder = collect_run(workspace, workspace / "results", "dvc exp run", "abc123")
    assert folder == workspace / "results" / "wikiart" / "artist"
    run = read_json(folder / "run.json")
    assert (run["command"], run["commit"], run["data_md5"], run["seed"]) == ("dvc exp run", "abc123", "d", 3)
    assert (folder / "plots" / "evaluate" / "table.csv").is_file()


def test_the_summary_holds_the_model_the_baselines_and_the_cost(workspace):
    write_summary(collect_run(workspace, workspace / "results", "dvc exp run", "abc123").parent)
    summary = read_json(workspace / "results" / "wikiart" / "summary.json")["artist"]
    assert (summary["accuracy"], summary["macro_f1"], summary["n_test"]) == (0.75, 0.7, 10)
    assert summary["intervals"] == {"ece": {"low": 0, "high": 0.1}}
    assert summary["linear"] == {"accuracy": 0.5, "macro_f1": 0.4}
    # 10.0 of filter and 5.5 of the last evaluate; the largest peak of the last executions
    assert (summary["seconds"], summary["peak_mib"]) == (15.5, 700)
    assert "extract_features" in summary["untimed"] and not {"filter", "evaluate"} & set(summary["untimed"])


def test_a_named_run_stands_beside_the_modes_and_out_of_the_summary(workspace):
    collect_run(workspace, workspace / "results", "one", "abc")
    folder = collect_run(workspace, workspace / "results", "two", "abc", "head_only")
    write_summary(folder.parent)
    assert folder == workspace / "results" / "wikiart" / "head_only"
    assert read_json(folder.parent / "summary.json")["artist"]["command"] == "one"
    assert list(read_json(folder.parent / "summary.json")) == ["artist"]


def test_what_outliers_measured_with_artists_apart_names_its_run(workspace):
    folder = collect_run(workspace, workspace / "results", "one", "abc")
    measured = read_json(folder.parent / "outliers.json")
    assert (measured["x"], measured["run"]["command"], measured["run"]["seed"]) == (1, "one", 3)
    assert "stages" not in measured["run"]


def test_a_named_run_leaves_what_outliers_measured_alone(workspace):
    folder = collect_run(workspace, workspace / "results", "one", "abc")
    collect_run(workspace, workspace / "results", "two", "abc", "trial")
    assert read_json(folder.parent / "outliers.json")["run"]["command"] == "one"


def test_scores_of_another_split_than_that_of_the_parameters_are_refused(workspace):
    write_json(workspace / "metrics" / "evaluate.json", {**EVALUATION, "split": {"by": "random"}})
    with pytest.raises(UserError, match=r"scores of split\.by: random, but params\.yaml says artist"):
        collect_run(workspace, workspace / "results", "one", "abc")
    assert not (workspace / "results").exists()


def test_a_line_that_a_killed_process_left_is_no_execution(workspace):
    with open(workspace / "logs" / "timings.jsonl", "a") as file:
        file.write('{"stage": "evalua')
    timings = workspace / "logs" / "timings.jsonl"
    assert list(read_timings(timings)) == ["filter", "evaluate"]
    with open(timings, "a") as file:
        file.write('{"stage": "filter", "seconds": 99.0, "peak_mib": 1}\n')
    assert read_timings(timings)["filter"]["seconds"] == 99.0


@pytest.mark.parametrize("name", ["..", "", "a/b", "Head"])
def test_a_name_that_is_no_plain_word_is_refused(workspace, name):
    with pytest.raises(UserError, match="use small letters, digits and _"):
        collect_run(workspace, workspace / "results", "one", "abc", name)


def test_a_second_collection_replaces_the_first(workspace):
    folder = collect_run(workspace, workspace / "results", "one", "abc")
    (folder / "old.json").write_text("{}")
    collect_run(workspace, workspace / "results", "two", "abc")
    assert not (folder / "old.json").exists() and read_json(folder / "run.json")["command"] == "two"


def test_a_run_without_plots_leaves_what_was_collected_before(workspace):
    arguments = (workspace, workspace / "results", "dvc exp run", "abc123")
    folder = collect_run(*arguments)
    before = (folder / "run.json").read_bytes()
    shutil.rmtree(workspace / "plots" / "outliers")
    with pytest.raises(UserError, match="plots/outliers: no such folder"):
        collect_run(*arguments)
    assert (folder / "run.json").read_bytes() == before and (folder / "plots" / "outliers").is_dir()


def test_without_a_run_the_missing_file_is_named(tmp_path, workspace):
    with pytest.raises(UserError, match=r"timings\.jsonl: no such file"):
        read_timings(tmp_path / "nowhere" / "timings.jsonl")
    (workspace / "metrics" / "outliers.json").unlink()
    with pytest.raises(UserError, match=r"outliers\.json: no such file"):
        collect_run(workspace, workspace / "results", "x", "abc")


@pytest.mark.parametrize("name", ["plots", "artist", "random"])
def test_a_name_with_another_purpose_is_refused(tmp_path, name):
    with pytest.raises(UserError, match=f"--name is '{name}', a folder with another purpose"):
        collect_run(tmp_path, tmp_path / "results", "dvc exp run", "abc", name)

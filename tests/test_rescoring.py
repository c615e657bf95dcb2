import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from artstyle.oeuvres import Oeuvre
from artstyle.predictions import build_predictions, read_predictions
from artstyle.rescoring import compare_figures, recompute_metrics
from artstyle.summaries import summarise_evaluation
from artstyle.tables import read_json, write_json, write_table
from made_predictions import draw_table

CHOICE = {"chosen": "phase2", "why": "because", "temperature": 1.7}  # as in `draw_table`


@pytest.fixture
def project(tmp_path):
    """A folder with predictions, parameters, and the metrics that `evaluate` would write."""
    write_table(tmp_path / "data/predictions.csv", draw_table(120))
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"seed": 5, "split": {"by": "random"}}))
    table = read_predictions(tmp_path / "data/predictions.csv")
    metrics = summarise_evaluation(table, CHOICE, split_by="random", seed=5)
    write_json(tmp_path / "metrics/evaluate.json", metrics)
    return tmp_path


def run(project, *options):
    script = Path(__file__).parents[1] / "src" / "recompute_scores.py"
    return subprocess.run([sys.executable, script, *options], cwd=project, capture_output=True, text=True, check=False)


def test_the_script_finds_every_figure_again_and_writes_them(project):
    done = run(project, "--write", "again.json")
    n_figures = compare_figures(read_json(project / "metrics/evaluate.json"), {})[1]
    assert (done.returncode, done.stdout) == (0, f"{n_figures} of {n_figures} figures agree\n"), done.stderr
    assert n_figures > 80
    assert (project / "again.json").read_bytes() == (project / "metrics/evaluate.json").read_bytes()


def test_a_changed_figure_is_named(project):
    metrics = read_json(project / "metrics/evaluate.json")
    accuracy, metrics["test"]["accuracy"] = metrics["test"]["accuracy"], 0.123
    write_json(project / "metrics/evaluate.json", metrics)
    done = run(project)
    assert done.returncode == 1
    assert f"test.accuracy: {accuracy} from the table, 0.123 in the metrics" in done.stdout


def test_a_temperature_that_the_probabilities_do_not_show_is_named(project):
    metrics = read_json(project / "metrics/evaluate.json")
    metrics["final"]["temperature"] = 1.5
    write_json(project / "metrics/evaluate.json", metrics)
    done = run(project)
    assert done.returncode == 1
    assert "final.temperature: 1.7" in done.stdout and "1.5 in the metrics" in done.stdout


def test_works_judged_together_must_follow_from_the_table(project):
    path, oeuvre = project / "data/predictions.csv", Oeuvre(2.0, (0.25, 0.25, 0.5), 1.25)
    final = read_predictions(path).select(phase="final", split="test")
    judged = oeuvre.apply(final.probabilities, final.table["artist"].to_numpy(str))
    added = build_predictions(final.table, "test", "final_together", judged, final.class_names)
    write_table(path, pd.concat([pd.read_csv(path), added], ignore_index=True))
    choice = {**CHOICE, "together": oeuvre.as_json()}
    metrics = summarise_evaluation(read_predictions(path), choice, split_by="random", seed=5)
    write_json(project / "metrics/evaluate.json", metrics)
    done = run(project)
    assert done.returncode == 0, done.stdout
    metrics["final"]["together"]["temperature"] = 2.5
    write_json(project / "metrics/evaluate.json", metrics)
    assert "does not give the rows of final_together from the table" in run(project).stdout


def test_a_missing_file_is_one_line(tmp_path):
    done = run(tmp_path)
    assert (done.returncode, done.stderr) == (1, "recompute_scores: error: metrics/evaluate.json: no such file\n")


def is_of(table, split, phase):
    return (table["split"] == split) & (table["phase"] == phase)


def leave_out(table, split, phase, n=None):
    return table.drop(table[is_of(table, split, phase)].index[slice(n)])


def set_probability(table, value):
    return table.assign(rococo=table["rococo"].where(table.index != 7, value))


ROW_7 = "validation-7.jpg (validation, phase1)"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda table: leave_out(table, "test", "phase2"), "no test rows of the phase 'phase2'"),
        (lambda table: leave_out(table, "validation", "final"), "no validation rows of the phase 'final'"),
        (
            lambda table: leave_out(table, "test", "control", 1),
            "test-0.jpg: not in test for each of 'final' and 'control'",
        ),
        (lambda table: pd.concat([table, table[-2:]]), "test-118.jpg test linear stands there twice"),
        (lambda table: set_probability(table, np.nan), f"{ROW_7}: rococo is ''; expected a number"),
        (lambda table: set_probability(table, "x"), f"{ROW_7}: rococo is 'x'; expected a number"),
        (lambda table: set_probability(table, 3), f"{ROW_7}: probabilities do not sum to 1"),
    ],
)
def test_a_table_that_is_not_whole_is_one_line_that_names_the_work(project, spoil, message):
    whole = draw_table(120).reset_index(drop=True).astype({"rococo": object})
    write_table(project / "data/predictions.csv", spoil(whole))
    done = run(project)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("recompute_scores: error: data/predictions.csv: ") and done.stderr.count("\n") == 1
    assert message in done.stderr


def test_metrics_without_a_choice_are_named(project):
    write_json(project / "metrics/evaluate.json", {"final": {}})
    done = run(project)
    place = "recompute_scores: error: metrics/evaluate.json"
    assert done.stderr == f"{place}: final lacks 'chosen'; expected the metrics of the stage evaluate\n"


def test_no_figure_depends_on_the_order_of_rows(project):
    table = draw_table(120)
    order = np.random.default_rng(3).permutation(len(table))
    write_table(project / "turned.csv", table.iloc[order])
    found = [recompute_metrics(project / name, project / "params.yaml", CHOICE)
             for name in ("data/predictions.csv", "turned.csv")]  # fmt: skip
    flat = [flatten(metrics) for metrics in found]
    assert flat[1] == pytest.approx(flat[0], abs=1e-9)


def flatten(values, place=""):
    flat = {}
    for name, value in values.items():
        flat |= flatten(value, f"{place}{name}.") if isinstance(value, dict) else {f"{place}{name}": value}
    return {name: value for name, value in flat.items() if not isinstance(value, str)}


def test_figures_and_words_are_compared():
    lines, n = compare_figures({"a": {"b": 1.0, "c": "x"}, "d": 2}, {"a": {"b": 1.000001, "c": "y"}, "e": 3})
    assert n == 4
    assert lines == [
        "a.c: x from the table, y in the metrics", "d: 2 from the table, None in the metrics",
        "e: None from the table, 3 in the metrics",
    ]  # fmt: skip


def test_no_tensorflow_is_loaded():
    code = "import sys, artstyle.rescoring; sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras')))"
    source = Path(__file__).parents[1] / "src"
    assert subprocess.run([sys.executable, "-c", code], cwd=source, check=False).returncode == 0

"""The whole pipeline through DVC on a small demo set: once through, again, changed, interrupted."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from dvc.repo import Repo

from artstyle.predictions import read_predictions
from artstyle.scores import score_predictions
from artstyle.tables import read_json, read_table
from import_closure import imported_modules
from small_project import change_parameters, commit, environment, make_project, run

CACHED = ("draw_demo", "filter", "merge_sample", "split", "extract_features")
TRAINED = ("train_phase1", "finetune_phase2", "pseudolabel_phase3", "refit", "evaluate")


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    folder = make_project(tmp_path_factory.mktemp("with a blank") / "project")
    run(folder, "dvc", "repro")
    commit(folder, "Run")
    return folder


def changed_stages(folder: Path) -> set[str]:
    with Repo(str(folder)) as repo:
        # Outside of the project's folder DVC puts the path of dvc.yaml before the stage's name.
        return {name.rsplit(":", 1)[-1] for name in repo.status() if not name.endswith(".dvc")}


def refuse_constant(name: str):
    raise ValueError(f"{name} is not JSON")


def test_everything_is_there_and_metrics_are_strict_json(project):
    for path in sorted((project / "metrics").glob("*.json")):
        json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse_constant)
    assert len(list((project / "metrics").glob("*.json"))) == 9
    for name in ("data/outliers.csv", "data/predictions.csv", "models/final/model.weights.h5"):
        assert (project / name).is_file()
    assert run(project, "git", "status", "--porcelain").stdout == ""


def test_the_scores_are_those_of_the_predictions_table(project):
    test = read_predictions(project / "data/predictions.csv").select(split="test", phase="final")
    recomputed = score_predictions(test.labels, test.probabilities, test.class_names)
    written = read_json(project / "metrics/evaluate.json")["test"]
    assert written["accuracy"] == pytest.approx(recomputed["accuracy"], abs=1e-6)
    assert written["macro"]["f1"] == pytest.approx(recomputed["macro"]["f1"], abs=1e-6)


def test_the_classifier_answers_for_single_pictures_as_in_the_table(project):
    test = read_predictions(project / "data/predictions.csv").select(split="test", phase="final")
    asked = [f"data/demo/{painting}" for painting in test.table["painting"][:5]]
    told = run(project, sys.executable, "src/classify.py", *asked, "--top", "1", "--csv", "logs/answers.csv").stdout
    table = read_table(project / "logs/answers.csv")
    assert table["picture"].tolist() == asked
    np.testing.assert_allclose(table[test.class_names], test.probabilities[:5], rtol=1e-3, atol=1e-5)
    lines = [f"{path}: {style} {share:.1%}" for path, style, share in table.iloc[:, :3].itertuples(index=False)]
    assert told.splitlines() == lines


def test_no_artist_stands_on_two_sides(project):
    works = read_table(project / "data/split/works.csv")
    sides = works[works["split"].isin(["train", "validation", "test", "pool"])].groupby("artist")["split"].nunique()
    assert sides.max() == 1


def test_a_second_run_does_nothing(project):
    assert "up to date" in run(project, "dvc", "repro").stdout
    assert changed_stages(project) == set()


def test_a_changed_module_marks_exactly_the_stages_that_import_it(project):
    stages = yaml.safe_load((project / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    needs = {name: imported_modules(project / "src" / f"{name}.py", project / "src") for name in stages}
    for module in ("tables", "batches", "copies", "splitting", "demo_scenes", "lite", "scores", "forests", "heads"):
        path = project / "src" / "artstyle" / f"{module}.py"
        before = path.read_bytes()
        path.write_bytes(before + b"# changed\n")
        marked = changed_stages(project)
        path.write_bytes(before)
        assert marked == {name for name in stages if path in needs[name]} != set(), module


def test_a_changed_parameter_marks_exactly_the_stages_that_read_it(project):
    stages = yaml.safe_load((project / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    before = (project / "params.yaml").read_text(encoding="utf-8")
    changes = {
        "seed": 77,
        "loss": "focal",
        "backbone": "efficientnet-lite1",
        "filter": {"reading": {"longest_side_px": 200}},
        "split": {"by": "random"},
        "extract_features": {"n_views": 3},
    }
    for name, value in changes.items():
        change_parameters(project, {name: value})
        marked = changed_stages(project)
        (project / "params.yaml").write_text(before, encoding="utf-8")
        assert marked == {stage for stage, entry in stages.items() if name in entry["params"]}, name


def test_an_experiment_with_another_loss_trains_only_and_can_be_compared(project):
    quick = ("-S", "evaluate.through=cache", "-S", "evaluate.baselines=lookups", "evaluate")
    done = run(project, "dvc", "exp", "run", "--name", "focal", "-S", "loss=focal", *quick)
    for stage in CACHED:
        assert f"Stage '{stage}' didn't change, skipping" in done.stdout
    for stage in TRAINED:
        assert f"Running stage '{stage}'" in done.stdout
    difference = run(project, "dvc", "metrics", "diff").stdout
    assert "train_phase1.json" in difference and "validation.loss" in difference
    run(project, "dvc", "plots", "show")
    assert "vega" in (project / "dvc_plots" / "index.html").read_text(encoding="utf-8").lower()
    run(project, "dvc", "plots", "diff", "HEAD")
    run(project, "git", "checkout", "--quiet", "--", ".")
    run(project, "dvc", "checkout", "--quiet")
    assert changed_stages(project) == set()


def obey_interrupts() -> None:
    # A shell starts background jobs, and so perhaps this test, with the interrupt signal ignored, which is inherited.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start_phase1(folder: Path) -> subprocess.Popen:
    command = ["dvc", "repro", "--force", "--no-run-cache", "--single-item", "train_phase1"]
    running = subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True, preexec_fn=obey_interrupts,
    )  # fmt: skip
    for line in running.stdout:
        if "epoch 1/" in line:
            return running
    raise AssertionError("train_phase1 ended before its first epoch")


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_phase_leaves_nothing_behind_and_runs_again(project, kind):
    before = (project / "params.yaml").read_text(encoding="utf-8")
    change_parameters(project, {"train_phase1": {"fit": {"epochs": 5000, "patience": 5000}}})
    running = start_phase1(project)
    os.killpg(running.pid, kind)
    running.communicate()
    for half_done in ("models/phase1", "plots/phase1", "metrics/train_phase1.json"):
        assert not (project / half_done).exists()
    (project / "params.yaml").write_text(before, encoding="utf-8")
    assert running.returncode != 0
    run(project, "dvc", "repro", "--no-run-cache")
    assert run(project, "git", "status", "--porcelain").stdout == ""


def test_bad_parameters_end_with_one_line_that_names_them(project):
    before = (project / "params.yaml").read_text(encoding="utf-8")
    change_parameters(project, {"split": {"by": "painter"}})
    done = run(project, "dvc", "repro", check=False)
    (project / "params.yaml").write_text(before, encoding="utf-8")
    assert done.returncode != 0
    assert "split.by" in done.stderr and "painter" in done.stderr and "Traceback" not in done.stderr
    run(project, "dvc", "repro")

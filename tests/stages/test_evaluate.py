import contextlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.metrics import accuracy_score, f1_score

import classify
import evaluate
from artstyle import temperature
from artstyle.campaign_folds import judge
from artstyle.oeuvres import Oeuvre
from artstyle.predictions import read_predictions
from artstyle.rescoring import compare_figures, recompute_metrics
from artstyle.tables import read_table, write_json, write_table
from artstyle.temperature import Calibration, fit_temperature
from tiny_run import CLASSES, OBJECTIVE, SIDES, get_trained_run

PHASES = ("phase1", "phase2", "pseudo", "control", "final", "final_uncalibrated", "final_together")
EVALUATE = {
    "through": "pixels",
    "mirror": True,
    "calibration": "temperature",
    "baselines": "all",
    "prior": "natural",
    "prior_tau": 1.0,
    "oeuvre": {"concentration": None},
}
READING = {"longest_side_px": 64, "min_side_px": 8, "max_megapixels": 1}
PARAMETERS = {"evaluate": EVALUATE, "filter": {"reading": READING}, "split": {"by": "artist"}, "seed": 1}
PARAMETERS |= {"target": "style", **OBJECTIVE}
BASELINES = ("majority", "artist_lookup", "linear")
N_VALIDATION = 3 * SIDES.count("validation")
N_TEST = 2 * SIDES.count("test")  # the first class has no test work


@pytest.fixture(scope="module", autouse=True)
def any_temperature():
    """Let few works that are all right, as they are here, move the temperature, so that it shows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(temperature, "_DEVIATION", 1e6)
        yield


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return get_trained_run(tmp_path_factory)


def list_outputs(folder):
    names = ("model", "predictions.csv", "metrics.json", "plots", "gallery")
    return tuple(folder / name for name in names)


def write_counts(folder):
    """Write what the stages before counted, and return the paths."""
    write_json(folder / "filter.json", {"per_style": {"Dots": 14, "Stripes": 28}})
    counts = pd.DataFrame({"class": CLASSES, "part": "sampled", "n": [14, 14, 14]})
    for name in ("merge.csv", "split.csv"):
        write_table(folder / name, counts)
    return folder / "filter.json", folder / "merge.csv", folder / "split.csv"


@pytest.fixture(scope="module")
def evaluated(run, tmp_path_factory):
    """The folder of an evaluation: predictions.csv, metrics.json, model, plots."""
    folder = tmp_path_factory.mktemp("evaluated")
    inputs = (run.pack, run.paintings, run.features, run.works, run.classes, run.phase1, run.phase2, run.phase3)
    histories = (run.history1, run.history2, run.history3)
    refit, metrics = write_refit(folder)
    outputs = list_outputs(folder)
    with contextlib.chdir(folder):
        evaluate.main(*inputs, refit, *histories, run.metrics3, metrics, *write_counts(folder), *outputs, **PARAMETERS)
    return folder


def write_refit(folder, model=None):
    """Write what the stage `refit` leaves, and return the paths of model and metrics."""
    write_json(folder / "refit.json", {"refit": model is not None})
    return model or folder / "none", folder / "refit.json"


@pytest.fixture
def predictions(evaluated):
    return read_predictions(evaluated / "predictions.csv")


@pytest.fixture
def metrics(evaluated):
    def refuse(text):
        raise AssertionError(f"{text} is no JSON")

    return json.loads((evaluated / "metrics.json").read_text(), parse_constant=refuse)


def test_every_work_is_predicted_once_by_every_model(run, predictions):
    works = pd.read_csv(run.works)
    assert predictions.class_names == CLASSES
    for phase in PHASES:
        for side, n in (("validation", N_VALIDATION), ("test", N_TEST)):
            part = predictions.select(phase=phase, split=side)
            expected = works[works["split"] == side]
            assert part.table["painting"].tolist() == expected["painting"].tolist()
            assert part.table["label"].tolist() == expected["label"].tolist()
            assert part.table["artist"].tolist() == expected["artist"].tolist()
            assert len(part.table) == n
    for phase in BASELINES:
        assert len(predictions.select(phase=phase, split="test").table) == N_TEST
        assert len(predictions.select(phase=phase).table) == N_TEST
    assert len(predictions.table) == len(PHASES) * (N_VALIDATION + N_TEST) + 3 * N_TEST


def test_scores_are_those_of_the_table(predictions, metrics):
    part = predictions.select(phase="final", split="test")
    predicted = part.probabilities.argmax(axis=1)
    assert metrics["test"]["n"] == N_TEST
    assert metrics["test"]["accuracy"] == pytest.approx(accuracy_score(part.labels, predicted), abs=1e-6)
    f1 = f1_score(part.labels, predicted, labels=range(3), average="macro", zero_division=0)
    assert metrics["test"]["macro"]["f1"] == pytest.approx(f1, abs=1e-6)
    for name in ("phase1", "phase2", "pseudo", "control"):
        part = predictions.select(phase=name, split="test")
        accuracy = (part.probabilities.argmax(axis=1) == part.labels).mean()
        assert metrics["phases"][name]["accuracy"] == pytest.approx(accuracy, abs=1e-6)


def test_works_are_judged_together_as_a_campaign_does_it_afterwards(predictions):
    judged = judge(predictions, None)
    expected = predictions.select(phase="final_together", split="test")
    assert judged.table["painting"].tolist() == expected.table["painting"].tolist()
    np.testing.assert_allclose(judged.probabilities, expected.probabilities, atol=1e-4)


def test_a_class_without_test_works_keeps_its_place(metrics):
    assert list(metrics["test"]["per_class"]) == CLASSES
    assert [part["support"] for part in metrics["test"]["per_class"].values()] == [0, 3, 3]


def test_baselines_stand_beside_the_model(predictions, metrics):
    assert list(metrics["baselines"]) == list(BASELINES)
    # No artist of the test side is known and all classes have as many training works: both are blind.
    for name in ("majority", "artist_lookup"):
        part = predictions.select(phase=name)
        np.testing.assert_allclose(part.probabilities, 1 / 3, atol=1e-5)
        assert metrics["baselines"][name]["accuracy"] == 0  # of equal ones the first class, which has no test work
    assert metrics["baselines"]["linear"]["accuracy"] > 0.5


def test_the_chosen_model_is_exported_with_the_reason(run, evaluated, predictions, metrics):
    choice = json.loads(run.metrics3.read_text())["final"]
    facts = json.loads((evaluated / "model" / "model.json").read_text())
    assert (metrics["final"]["chosen"], metrics["final"]["why"]) == (choice["chosen"], choice["why"])
    assert facts["chosen"] == choice["chosen"] != "phase2"
    assert facts["architecture"]["classes"] == CLASSES
    final, chosen = (predictions.select(phase=name).probabilities for name in ("final_uncalibrated", choice["chosen"]))
    np.testing.assert_allclose(final, chosen, atol=0.02)  # cached features are rounded to half precision
    worst = predictions.select(phase="phase2").probabilities
    assert np.abs(final - worst).max() > 0.1


def test_the_temperature_is_the_one_that_validation_gives(evaluated, predictions, metrics):
    facts = json.loads((evaluated / "model" / "model.json").read_text())["calibration"]
    raw, final = (predictions.select(phase=name, split="validation") for name in ("final_uncalibrated", "final"))
    assert facts["temperature"] == pytest.approx(fit_temperature(np.log(raw.probabilities), raw.labels), rel=1e-3)
    assert facts["temperature"] != 1
    assert facts["offsets"] == [0, 0, 0]
    expected = Calibration(**facts).apply(np.log(np.maximum(raw.probabilities, 1e-38)))
    np.testing.assert_allclose(final.probabilities, expected, atol=2e-5)
    assert metrics["final"]["temperature"] == facts["temperature"]


def test_every_score_comes_from_the_table(evaluated, metrics, tmp_path):
    (tmp_path / "params.yaml").write_text(json.dumps({"seed": 1, "split": {"by": "artist"}}))
    found = recompute_metrics(evaluated / "predictions.csv", tmp_path / "params.yaml", metrics["final"])
    different, n_figures = compare_figures(found, metrics)
    assert different == [] and n_figures > 80


def test_scores_from_the_cache_are_those_from_the_pixels_but_for_rounding(run, evaluated, predictions, tmp_path):
    inputs = (run.pack, run.paintings, run.features, run.works, run.classes, run.phase1, run.phase2, run.phase3)
    parameters = {**PARAMETERS, "evaluate": {**EVALUATE, "through": "cache", "baselines": "lookups"}}
    histories = (run.history1, run.history2, run.history3)
    refit, refit_metrics = write_refit(tmp_path)
    read = (refit, *histories, run.metrics3, refit_metrics, *write_counts(tmp_path))
    evaluate.main(*inputs, *read, *list_outputs(tmp_path), **parameters)
    assert list((tmp_path / "gallery").iterdir()) == []
    cached = read_predictions(tmp_path / "predictions.csv")
    known = predictions.table
    pd.testing.assert_frame_equal(cached.table, known[known["phase"] != "linear"].reset_index(drop=True))
    assert list(json.loads((tmp_path / "metrics.json").read_text())["baselines"]) == ["majority", "artist_lookup"]
    chosen = json.loads(run.metrics3.read_text())["final"]["chosen"]
    for side in ("validation", "test"):
        raw, same = (cached.select(phase=name, split=side).probabilities for name in ("final_uncalibrated", chosen))
        np.testing.assert_allclose(raw, same, atol=2e-5)
        final = cached.select(phase="final", split=side).probabilities
        np.testing.assert_allclose(final, predictions.select(phase="final", split=side).probabilities, atol=0.02)
    assert json.loads((tmp_path / "model" / "model.json").read_text())["calibration"]["temperature"] != 1


def test_plots_and_their_tables_are_written(evaluated):
    assert {path.suffix for path in (evaluated / "plots").iterdir()} == {".svg", ".csv"}
    assert len(pd.read_csv(evaluated / "plots" / "confusion.csv")) == N_TEST
    assert {path.stem for path in (evaluated / "plots").glob("*.svg")} == {
        "class_counts", "confusion", "landscape", "per_class_f1", "precision_recall", "reliability",
        "training_accuracy", "training_loss",
    }  # fmt: skip
    places = pd.read_csv(evaluated / "plots" / "landscape.csv")
    assert len(places) == N_VALIDATION + N_TEST and set(places["class"]) == set(CLASSES)


def test_sheets_of_pictures_are_written_beside_the_plots(evaluated):
    assert sorted(path.name for path in (evaluated / "gallery").iterdir()) == [
        "confused.png", "evidence_confused.png", "evidence_predictions.png", "predictions.png",
    ]  # fmt: skip


def test_a_fresh_interpreter_gives_the_probabilities_of_the_table(run, evaluated, predictions, tmp_path):
    part = predictions.select(phase="final", split="test")
    places = pd.read_csv(run.paintings).set_index("painting").loc[part.table["painting"], "offset"]
    pack = np.load(run.pack)
    pictures = np.stack([pack[start : start + 32 * 32 * 3].reshape(32, 32, 3) for start in places])
    np.save(tmp_path / "pictures.npy", pictures)
    code = (
        "import sys, pathlib, numpy; from artstyle.model_files import load_classifier\n"
        "model, architecture = load_classifier(pathlib.Path(sys.argv[1]))\n"
        "folder = pathlib.Path(sys.argv[2])\n"
        "pictures = numpy.load(folder / 'pictures.npy').astype('float32')\n"
        "numpy.save(folder / 'out.npy', model.predict_on_batch(pictures)); print(architecture.classes)"
    )
    command = [sys.executable, "-c", code, str(evaluated / "model"), str(tmp_path)]
    source = Path(__file__).parents[2] / "src"
    done = subprocess.run(command, cwd=source, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == str(CLASSES)
    np.testing.assert_allclose(np.load(tmp_path / "out.npy"), part.probabilities, atol=1e-5)


def test_single_pictures_get_the_probabilities_of_the_table(run, evaluated, predictions, tmp_path, monkeypatch, capsys):
    part = predictions.select(phase="final", split="test")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text("threads: 2\n")
    (tmp_path / "text.png").write_text("no picture")
    pack, places = np.load(run.pack), pd.read_csv(run.paintings).set_index("painting")["offset"]
    names = []
    for i, painting in enumerate(part.table["painting"]):
        pixels = pack[places[painting] : places[painting] + 32 * 32 * 3].reshape(32, 32, 3)
        names.append(f"{i}.png")
        Image.fromarray(pixels).save(names[-1])
    command = [*names, "text.png", "--model", str(evaluated / "model"), "--top", "1", "--csv", "out/answers.csv"]
    with pytest.raises(SystemExit) as ended:
        classify.main(command)
    assert ended.value.code == 1  # one of the files is none
    table = read_table(tmp_path / "out" / "answers.csv")
    assert table["picture"].tolist() == [*names, "text.png"]
    np.testing.assert_allclose(table[CLASSES].iloc[:-1].astype(float), part.probabilities, atol=1e-5)
    lines = capsys.readouterr().out.splitlines()
    best = part.probabilities.max(axis=1)
    assert lines[0] == f"0.png: {CLASSES[part.probabilities[0].argmax()]} {best[0]:.1%}"
    assert lines[-1].startswith("text.png: cannot be used (not_a_picture")
    with pytest.raises(SystemExit) as ended:
        classify.main([names[0], "--model", str(evaluated / "model")])
    assert ended.value.code == 0


def test_works_of_an_artist_are_judged_together_as_the_export_says(run, evaluated, predictions, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text("threads: 2\n")
    shutil.copytree(evaluated / "model", "model")
    facts = json.loads(Path("model/model.json").read_text())
    facts["calibration"]["temperature"] *= 30  # so unsure of each work that the others count
    write_json(Path("model/model.json"), facts)
    works = predictions.select(phase="final", split="test").table
    pack, places = np.load(run.pack), pd.read_csv(run.paintings).set_index("painting")["offset"]
    for i, (painting, artist) in enumerate(zip(works["painting"], works["artist"], strict=True)):
        pixels = pack[places[painting] : places[painting] + 32 * 32 * 3].reshape(32, 32, 3)
        Image.fromarray(pixels).save(f"{artist}_{i}.png")
    names = [f"{artist}_{i}.png" for i, artist in enumerate(works["artist"])]
    for extra in ([], ["--by-artist"]):
        with pytest.raises(SystemExit):
            classify.main([*names, "--csv", f"{len(extra)}.csv", "--model", "model", *extra])
    alone, together = (read_table(tmp_path / f"{n}.csv")[CLASSES].to_numpy(float) for n in (0, 1))
    oeuvre = Oeuvre(facts["oeuvre"]["concentration"], tuple(facts["oeuvre"]["shares"]), facts["oeuvre"]["temperature"])
    np.testing.assert_allclose(together, oeuvre.apply(alone, works["artist"].to_numpy()), atol=1e-5)
    assert np.abs(together - alone).max() > 0.01


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["gone.png"], "gone.png: no such file or folder"),
        (["here.png", "--model", "nowhere"], "nowhere: no such folder"),
        (["here.png", "--model", "PHASE1"], "phase1: not a classifier that `evaluate` exported"),
    ],
)
def test_a_mistake_in_the_command_is_one_line(run, tmp_path, monkeypatch, capsys, command, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text("threads: 2\n")
    (tmp_path / "here.png").touch()
    with pytest.raises(SystemExit) as ended:
        classify.main([str(run.phase1) if part == "PHASE1" else part for part in command])
    told = capsys.readouterr().err.splitlines()
    assert (ended.value.code, len(told)) == (1, 1)
    assert told[0].startswith("classify: error: ") and words in told[0]


def test_only_trained_phases_are_scored_and_drawn(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    final = {"chosen": "phase1", "why": "nothing else was trained", "validation_loss": {"phase1": 0.5}}
    write_json(tmp_path / "three.json", {"final": final})
    missing = tmp_path / "missing"
    inputs = (run.pack, run.paintings, run.features, run.works, run.classes, run.phase1, missing, missing)
    outputs = list_outputs(tmp_path)
    (refit, refit_metrics), counts = write_refit(tmp_path), write_counts(tmp_path)
    read = (run.history1, missing, missing, tmp_path / "three.json", refit_metrics)
    evaluate.main(*inputs, refit, *read, *counts, *outputs, **{**PARAMETERS, "target": "artist"})
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert list(metrics["phases"]) == ["phase1"]
    assert "together" not in metrics  # works of an artist, judged together, would tell who it is
    assert "oeuvre" not in json.loads((tmp_path / "model" / "model.json").read_text())
    assert metrics["test"]["accuracy"] == metrics["phases"]["phase1"]["accuracy"]
    drawn = (tmp_path / "plots" / "training_loss.svg").read_text()
    assert "phase 1" in drawn
    assert "phase 2" not in drawn


@pytest.mark.parametrize(("through", "mirror"), [("pixels", True), ("cache", False)])
def test_the_refitted_network_is_exported_with_the_temperature_of_the_chosen_one(
    run, tmp_path, monkeypatch, through, mirror
):
    monkeypatch.chdir(tmp_path)
    write_json(tmp_path / "params.yaml", {"seed": 1, "split": {"by": "artist"}})  # JSON is YAML too
    final = {"chosen": "phase1", "why": "x", "validation_loss": {"phase1": 0.5}}
    write_json(tmp_path / "three.json", {"final": final})
    options = {**EVALUATE, "through": through, "mirror": mirror, "baselines": "lookups"}
    tables, scores, facts = {}, {}, {}
    for name, model in (("before", None), ("after", run.phase2)):
        folder = tmp_path / name
        folder.mkdir()
        refit, refit_metrics = write_refit(folder, model)
        inputs = (run.pack, run.paintings, run.features, run.works, run.classes, run.phase1, run.phase2, run.phase3)
        read = (refit, run.history1, run.history2, run.history3, tmp_path / "three.json", refit_metrics)
        changed = {**PARAMETERS, "evaluate": options}
        evaluate.main(*inputs, *read, *write_counts(folder), *list_outputs(folder), **changed)
        tables[name] = read_predictions(folder / "predictions.csv")
        scores[name] = json.loads((folder / "metrics.json").read_text())
        facts[name] = json.loads((folder / "model" / "model.json").read_text())
        found = recompute_metrics(folder / "predictions.csv", Path("params.yaml"), scores[name]["final"])
        assert compare_figures(found, scores[name])[0] == []
    assert [scores[name]["final"]["refit"] for name in scores] == [False, True]
    assert [facts[name]["refit"] for name in facts] == [False, True]
    assert facts["after"]["calibration"] == facts["before"]["calibration"]
    assert scores["after"]["validation"] == scores["before"]["validation"]
    assert list(scores["after"]["phases"]) == ["phase1", "refit"]
    assert set(scores["after"]["gains"]) == {"refit_over_phase1"}
    assert scores["before"]["gains"] == {}
    after = tables["after"]
    assert len(after.select(phase="refit", split="validation").table) == 0
    final, raw, before = (
        table.select(phase=phase, split="test").probabilities
        for table, phase in ((after, "final"), (after, "final_uncalibrated"), (tables["before"], "final"))
    )
    assert np.abs(final - before).max() > 1e-3
    found = Calibration(scores["after"]["final"]["temperature"], (0.0, 0.0, 0.0))
    np.testing.assert_allclose(found.apply(np.log(np.maximum(raw, 1e-30))), final, atol=1e-4)
    if not mirror:
        refitted = after.select(phase="refit", split="test").probabilities
        np.testing.assert_allclose(refitted, raw, atol=1e-5)


def test_a_loss_that_leaves_the_shares_out_gets_them_back_and_another_prior_takes_them_away(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    works = pd.read_csv(run.works)
    works.loc[(works["split"] == "train") & (works["label"] == CLASSES[1]), "n_draws"] = 3  # shares 1/5, 3/5, 1/5
    write_table(tmp_path / "works.csv", works)
    final = {"chosen": "phase1", "why": "x", "validation_loss": {"phase1": 0.5}}
    write_json(tmp_path / "three.json", {"final": final})
    offsets = {"cross_entropy": [0, 0, 0], "balanced_softmax": np.log([1 / 5, 3 / 5, 1 / 5])}
    found = {}
    for loss, prior in (("cross_entropy", "natural"), ("balanced_softmax", "natural"), ("balanced_softmax", "uniform")):
        outputs = list_outputs(tmp_path)
        inputs = (run.pack, run.paintings, run.features, tmp_path / "works.csv", run.classes, run.phase1, run.phase2)
        refit, refit_metrics = write_refit(tmp_path)
        histories = (
            run.phase3,
            refit,
            run.history1,
            run.history2,
            run.history3,
            tmp_path / "three.json",
            refit_metrics,
        )
        # The exported classifier with offsets is fed with pixels once; the others take the way that is quicker.
        through = "pixels" if (loss, prior) == ("balanced_softmax", "natural") else "cache"
        ways = {"through": through, "mirror": False}
        options = {**EVALUATE, **ways, "baselines": "lookups", "prior": prior, "calibration": "none"}
        changed = {"loss": loss, "evaluate": options}
        evaluate.main(*inputs, *histories, *write_counts(tmp_path), *outputs, **{**PARAMETERS, **changed})
        found[loss, prior] = read_predictions(tmp_path / "predictions.csv")
        facts = json.loads((tmp_path / "model" / "model.json").read_text())["calibration"]
        expected = offsets[loss] if prior == "natural" else [0, 0, 0]
        np.testing.assert_allclose(facts["offsets"], expected, atol=1e-6)
        assert facts["temperature"] == 1
        balance = json.loads((tmp_path / "model" / "model.json").read_text())["oeuvre"]["balance"]
        # As many works of each class are asked about; training had the second three times.
        assert balance == ([1, 3, 1] if prior == "natural" else [])
    plain, natural, uniform = found.values()
    for phase in ("phase1", "final", "final_uncalibrated"):
        rows = [table.select(phase=phase, split="test").probabilities for table in (plain, natural, uniform)]
        shifted = rows[0] * np.exp(offsets["balanced_softmax"])
        np.testing.assert_allclose(rows[1], shifted / shifted.sum(axis=1, keepdims=True), atol=2e-5)
        np.testing.assert_allclose(rows[2], rows[0], atol=2e-5)
    # What a classifier without mirror images is calibrated on is in the cache already.
    for table in found.values():
        raw, same = (table.select(phase=name, split="validation").table for name in ("final_uncalibrated", "phase1"))
        assert raw.drop(columns="phase").equals(same.drop(columns="phase"))

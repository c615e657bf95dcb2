import json
import shutil

import numpy as np
import pandas as pd
import pytest

import refit
from artstyle.errors import UserError
from artstyle.tables import write_json
from artstyle.training_data import read_training_data
from tiny_run import AUGMENTATION, OBJECTIVE, SIDES, TRAINING, get_trained_run

PARAMETERS = {
    **TRAINING, **OBJECTIVE, "extract_features": {"augmentation": AUGMENTATION}, "refit": True, "seed": 1,
    "split": {"by": "random", "train_skew": None},
}  # fmt: skip
N_JOINED = 3 * (SIDES.count("train") + SIDES.count("validation"))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return get_trained_run(tmp_path_factory)


def refit_run(run, folder, chosen, features=None, works=None, **changed):
    """Run the stage with another model chosen; returns its metrics."""
    third = json.loads(run.metrics3.read_text())
    write_json(folder / "three.json", {**third, "final": {**third["final"], "chosen": chosen}})
    inputs = (
        run.pack,
        features or run.features,
        run.paintings,
        works or run.works,
        run.classes,
        run.phase1,
        run.metrics1,
        run.metrics2,
    )
    outputs = (folder / "refit", folder / "refit.json")
    refit.main(*inputs, folder / "three.json", *outputs, **{**PARAMETERS, **changed})
    return json.loads((folder / "refit.json").read_text())


@pytest.mark.parametrize(
    ("chosen", "chain"),
    [("phase1", ["phase1"]), ("phase2", ["phase1", "phase2"]), ("control", ["phase1", "control"])],  # teacher: phase 1
)
def test_the_chosen_model_is_made_again_with_the_validation_works(run, tmp_path, chosen, chain, capsys):
    metrics = refit_run(run, tmp_path, chosen)
    assert list(metrics["phases"]) == chain
    assert metrics["chosen"] == chosen
    first = metrics["phases"]["phase1"]
    assert first["n_samples"] == N_JOINED
    assert first["epochs"] == json.loads(run.metrics1.read_text())["best_epoch"]
    assert "validation" not in str(metrics)
    assert "validation" not in capsys.readouterr().out
    assert json.loads((tmp_path / "refit" / "model.json").read_text())["phase"].endswith(chosen)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["refit", "refit.json", "three.json"]


@pytest.mark.parametrize(
    ("changed", "why"),
    [({"refit": False}, "refit: false"), ({"split": {"by": "random", "train_skew": 20}}, "split.train_skew makes")],
)
def test_it_is_left_out_and_says_why(run, tmp_path, changed, why, capsys):
    metrics = refit_run(run, tmp_path, "phase1", **changed)
    assert metrics["refit"] is False
    assert metrics["why"].startswith(why)
    assert [path.name for path in (tmp_path / "refit").iterdir()] == ["left_out.json"]
    assert f"phase1 stays as it is ({why}" in capsys.readouterr().out


def test_it_is_left_out_where_training_works_are_repeated(run, tmp_path):
    works = pd.read_csv(run.works)
    works.loc[works.index[works["split"] == "train"][0], "n_draws"] = 2
    works.to_csv(tmp_path / "works.csv", index=False)
    assert refit_run(run, tmp_path, "phase1", works=tmp_path / "works.csv")["why"].startswith(
        "merge_sample.strategy: replace repeats"
    )


def test_what_was_refitted_before_does_not_stay_when_it_is_left_out(run, tmp_path):
    refit_run(run, tmp_path, "phase1")
    refit_run(run, tmp_path, "phase1", refit=False)
    assert not (tmp_path / "refit" / "model.json").exists()


@pytest.mark.parametrize("value", ["ture", 1, None])
def test_a_value_that_is_no_switch_is_named(run, tmp_path, value):
    with pytest.raises(UserError, match=rf"^params\.yaml: refit is {value!r}"):
        refit_run(run, tmp_path, "phase1", refit=value)


def test_features_of_the_test_works_are_not_in_it(run, tmp_path):
    refit_run(run, tmp_path, "phase1")
    works, paintings = pd.read_csv(run.works), pd.read_csv(run.paintings)
    rows = paintings.index[paintings["painting"].isin(works["painting"][works["split"] == "test"])]
    changed = tmp_path / "features"
    shutil.copytree(run.features, changed)
    for path in changed.glob("*.npy"):
        values = np.load(path)
        values[rows] = 7
        np.save(path, values)
    other = tmp_path / "other"
    other.mkdir()
    refit_run(run, other, "phase1", features=changed)
    weights = [(folder / "refit" / "model.weights.h5").read_bytes() for folder in (tmp_path, other)]
    assert weights[0] == weights[1]


def test_the_test_works_are_not_in_it(run, tmp_path, monkeypatch):
    """Other labels of the test works give the same bytes, other labels of the validation works do not."""
    made = {}
    for side in ("test", "validation", None):
        works = pd.read_csv(run.works)
        chosen = works["split"] == side
        works.loc[chosen, "label"] = works.loc[chosen, "label"].to_numpy()[::-1]
        folder = tmp_path / str(side)
        folder.mkdir()
        works.to_csv(folder / "works.csv", index=False)
        data = read_training_data(run.features, run.paintings, folder / "works.csv", run.classes)
        monkeypatch.setattr("artstyle.training_data.read_training_data", lambda *_, data=data: data)
        refit_run(run, folder, "phase1")
        made[side] = (folder / "refit" / "model.weights.h5").read_bytes()
    assert made["test"] == made[None] != made["validation"]

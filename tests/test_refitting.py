import json

import numpy as np
import pytest

from artstyle.model_files import load_network
from artstyle.parameters import call
from artstyle.phase3 import run_phase3
from artstyle.phases import run_phase1, run_phase2
from artstyle.refitting import Refit, find_chain, join_validation
from artstyle.training_data import read_training_data
from tiny_run import (
    CONSISTENCY,
    SIDES,
    TRAINING,
    get_trained_run,
    make_objective,
    use_small_backbone,
    write_features,
    write_tiny_run,
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return get_trained_run(tmp_path_factory)


@pytest.fixture
def data(run):
    return read_training_data(run.features, run.paintings, run.works, run.classes)


@pytest.mark.parametrize(
    ("chosen", "teacher", "chain"),
    [
        ("phase1", "phase1", ["phase1"]),
        ("phase1", "phase2", ["phase1"]),
        ("phase2", "phase2", ["phase1", "phase2"]),
        ("phase2", "phase1", ["phase1", "phase2"]),
        ("pseudo", "phase1", ["phase1", "pseudo"]),
        ("control", "phase2", ["phase1", "phase2", "control"]),
    ],
)
def test_a_model_is_made_by_the_phases_that_lead_to_it(chosen, teacher, chain):
    assert find_chain(chosen, teacher) == chain


def test_validation_works_join_the_training_works_and_no_others(data):
    joined = join_validation(data)
    names = {side: set(data.select(side)["painting"]) for side in set(SIDES)}
    assert set(joined.select("train")["painting"]) == names["train"] | names["validation"]
    assert len(joined.select("train")) == len(names["train"]) + len(names["validation"])
    for side in ("test", "pool"):
        assert joined.select(side)["painting"].tolist() == data.select(side)["painting"].tolist()


def remake(run, data, found, chain, model, **changed):
    n_works = data.count_training_works()
    sections = {**TRAINING, **changed}
    objective = make_objective(n_works)
    Refit(data, objective, 1, found, sections, (None, {})).run(run.phase1, chain, model)
    return read_weights(model)


def read_weights(folder):
    """Return all weights of a network; its file also holds the state of the optimizer after the last epoch."""
    return load_network(folder)[0].tail.get_weights()


@pytest.mark.parametrize(
    ("chosen", "folder"),
    [("phase1", "models/phase1"), ("phase2", "models/phase2"), ("pseudo", "models/phase3/pseudo"),
     ("control", "models/phase3/control")],
)  # fmt: skip
def test_with_the_training_works_alone_the_same_model_comes_about(run, data, tmp_path, chosen, folder):
    found = {name: json.loads(path.read_text()) for name, path in (("phase1", run.metrics1), ("phase2", run.metrics2))}
    found |= json.loads(run.metrics3.read_text())
    assert found["phase1"]["best_epoch"] < found["phase1"]["epochs"]  # so that it has to end before what was planned
    made = remake(run, data, found, find_chain(chosen, found["teacher"]), tmp_path / "model")
    np.testing.assert_equal(made, read_weights(run.folder / folder))


@pytest.mark.parametrize("chosen", ["pseudo", "control"])
def test_consistency_comes_about_again_too(run, data, tmp_path, chosen):
    third = {**TRAINING["pseudolabel_phase3"], "method": "consistency", "consistency": CONSISTENCY, "blend": 0.5}
    arguments = (data, run.phase1, make_objective(data.count_training_works()), 1, tmp_path / "three", tmp_path / "h")
    scores = call(run_phase3, *arguments, section="pseudolabel_phase3", values=third)
    found = {"phase1": json.loads(run.metrics1.read_text()), **scores}
    made = remake(run, data, found, find_chain(chosen, "phase1"), tmp_path / "model", pseudolabel_phase3=third)
    np.testing.assert_equal(made, read_weights(tmp_path / "three" / chosen))


def test_parts_of_the_maps_come_about_again_too(tmp_path, monkeypatch):
    use_small_backbone(monkeypatch)
    small = write_tiny_run(tmp_path / "small")
    write_features(small)
    data = read_training_data(small.features, small.paintings, small.works, small.classes)
    objective, outputs = make_objective(data.count_training_works()), (small.history2, None, {})
    head, second = TRAINING["train_phase1"], {**TRAINING["finetune_phase2"], "crop": 0.5}
    first = run_phase1(data, "stats", objective, 1, small.phase1, small.history1, **head)
    found = {"phase1": first, "phase2": run_phase2(data, small.phase1, objective, 1, small.phase2, *outputs, **second)}
    made = {crop: remake(small, data, found, ["phase1", "phase2"], tmp_path / f"model{crop}",
                         finetune_phase2={**second, "crop": crop}) for crop in (0.5, 1)}  # fmt: skip
    np.testing.assert_equal(made[0.5], read_weights(small.phase2))
    assert not all(map(np.array_equal, made[1], made[0.5]))


def test_an_interrupted_refit_leaves_no_model(run, data, tmp_path, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    found = {"phase1": json.loads(run.metrics1.read_text()), **json.loads(run.metrics3.read_text())}
    with monkeypatch.context() as interrupted:
        interrupted.setattr("artstyle.refitting.Refit._fine_tune", interrupt)
        with pytest.raises(KeyboardInterrupt):
            remake(run, data, found, ["phase1", "phase2"], tmp_path / "model")
    assert not (tmp_path / "model").exists()
    remake(run, data, found, ["phase1"], tmp_path / "model")
    assert [path.name for path in tmp_path.iterdir()] == ["model"]

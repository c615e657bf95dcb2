"""Folders of models are checked and handed on without TensorFlow."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from artstyle.errors import UserError
from artstyle.model_folders import check_folder, find_reading, pass_on


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.json").write_text('{"phase": "phase1"}')
    (folder / "model.weights.h5").write_bytes(b"weights")
    return folder


def test_the_description_of_a_model_comes_back(model):
    assert check_folder(model) == {"phase": "phase1"}


@pytest.mark.parametrize("name", ["model.json", "model.weights.h5"])
def test_a_missing_file_is_named(model, name):
    (model / name).unlink()
    with pytest.raises(UserError, match=f"{name}: no such file"):
        check_folder(model)


def test_a_model_is_copied_and_what_stood_there_before_is_gone(model, tmp_path):
    target, history = tmp_path / "next", tmp_path / "history"
    for folder in (target, history):
        folder.mkdir()
        (folder / "old.txt").write_text("old")
    assert pass_on(model, target, history) == {"epochs": 0, "n_trainable_weights": 0}
    assert sorted(path.name for path in target.iterdir()) == ["model.json", "model.weights.h5"]
    assert (target / "model.weights.h5").read_bytes() == b"weights"
    assert [path.name for path in history.iterdir()] == ["metrics.json"]
    assert json.loads((history / "metrics.json").read_text()) == {}


@pytest.mark.parametrize("stage", ["finetune_phase2", "pseudolabel_phase3"])
def test_a_phase_that_is_left_out_loads_no_tensorflow(stage):
    code = f"import sys, {stage}; print([name for name in ('tensorflow', 'keras', 'dvclive') if name in sys.modules])"
    source = Path(__file__).parents[1] / "src"
    done = subprocess.run([sys.executable, "-c", code], cwd=source, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_how_pictures_were_read_is_known_of_an_exported_classifier_only(model):
    with pytest.raises(UserError, match="model: not a classifier that `evaluate` exported"):
        find_reading(model)
    (model / "model.json").write_text('{"reading": {"longest_side_px": 64}}')
    assert find_reading(model) == {"longest_side_px": 64}


@pytest.mark.parametrize("name", ["none", "model/model.json"])
def test_what_is_no_folder_is_named(model, name):
    with pytest.raises(UserError, match=f"{name}: no such folder"):
        find_reading(model.parent / name)

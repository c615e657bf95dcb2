import json

import numpy as np
import pytest

import extract_features
from artstyle.errors import UserError
from artstyle.stage import run_stage
from tiny_run import AUGMENTATION, use_small_backbone, write_tiny_run

OPTIONS = {
    "picture_px": 32, "freeze_share": 0.5, "n_views": 2, "maps": True, "covariance_channels": 8, "seed": 1,
    "augmentation": AUGMENTATION,
}  # fmt: skip


@pytest.fixture
def run(tmp_path):
    return write_tiny_run(tmp_path / "my run", sides=("train", "test"))


def extract(run, **changed):
    options = {**OPTIONS, **changed}
    extract_features.main(
        run.pack, run.paintings, run.features, extract_features=options, backbone="efficientnet-lite0"
    )


def test_the_stage_writes_one_row_a_painting_and_one_column_a_view(run, capsys, monkeypatch):
    use_small_backbone(monkeypatch)
    extract(run)
    facts = json.loads((run.features / "features.json").read_text())
    assert np.load(run.features / "boundary.npy").shape == (6, 2, *facts["boundary"]["shape"])
    assert np.load(run.features / "pooled.npy").shape == (6, 2, facts["n_columns"])
    assert facts["backbone"] == "efficientnet-lite0"
    assert capsys.readouterr().out.splitlines()[-1] == "extract_features: view 2/2, 6/6 pictures"


def test_pictures_of_another_size_are_brought_to_the_side(run, monkeypatch):
    use_small_backbone(monkeypatch)
    extract(run, picture_px=64, n_views=1)
    assert np.load(run.features / "boundary.npy").shape[2:4] == (16, 16)


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"view": 3}, "extract_features has no parameter 'view'"), ({"picture_px": 50}, "picture_px is 50; expected"),
     ({"backbone": "x"}, "extract_features has no parameter 'backbone'")],
)  # fmt: skip
def test_a_wrong_parameter_is_named(run, changed, words):
    with pytest.raises(UserError, match=words):
        extract(run, **changed)
    assert not run.features.exists()


def test_a_mistake_is_one_line_of_the_stage(run, monkeypatch, capsys):
    monkeypatch.chdir(run.folder)
    (run.folder / "params.yaml").write_text(
        "backbone: resnet\nhead: linear\nphases: 1\ntrain_phase1: {}\nfinetune_phase2: {}\nthreads: 2\n"
        f"extract_features: {json.dumps(OPTIONS)}"
    )
    arguments = ["--pack", "pictures.npy", "--paintings", "paintings.csv", "--features", "features"]
    with pytest.raises(SystemExit) as stopped:
        run_stage(extract_features.main, extract_features.PARAMETERS, arguments)
    assert stopped.value.code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("extract_features: error: params.yaml: backbone is 'resnet'; allowed: efficientnet-lite0")

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

import finetune_phase2
import pseudolabel_phase3
import train_phase1
from artstyle.backbones import build_backbone
from artstyle.errors import UserError
from artstyle.heads import name_inputs
from artstyle.model_files import load_network
from artstyle.tables import write_table
from artstyle.training_data import read_training_data
from tiny_run import AUGMENTATION, CLASSES, FIT, FIT_ALL, HEAD, LOSSES, OBJECTIVE, get_trained_run

FIRST = {**OBJECTIVE, "seed": 1}
EXTRACTION = {"extract_features": {"augmentation": AUGMENTATION}}
COMMON = {**FIRST, "phases": 3}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return get_trained_run(tmp_path_factory)


def read(path) -> dict:
    return json.loads(path.read_text(), parse_constant=lambda text: pytest.fail(f"{text} is no JSON"))


def weights_by_layer(model) -> dict[str, list[np.ndarray]]:
    return {layer.name: layer.get_weights() for layer in model.layers if layer.get_weights()}


def differing(one: dict, other: dict) -> set[str]:
    return {name for name in one if not all(map(np.array_equal, one[name], other[name]))}


def test_phase_1_leaves_the_backbone_as_the_package_has_it(run):
    network, architecture = load_network(run.phase1, CLASSES)
    pretrained = weights_by_layer(build_backbone("efficientnet-lite0", 32))
    assert differing(weights_by_layer(network.backbone.upper), pretrained) == set()
    assert differing(weights_by_layer(network.backbone.lower), pretrained) == set()
    assert architecture.classes == CLASSES
    assert read(run.metrics1)["validation"]["macro_f1"] > 0.5


def test_phase_2_changes_every_layer_above_the_cut_but_batch_normalisation(run):
    one, two = (load_network(folder, CLASSES)[0].backbone for folder in (run.phase1, run.phase2))
    before, after = weights_by_layer(one.upper), weights_by_layer(two.upper)
    assert differing(before, after) == {name for name in before if not name.endswith("_bn")}
    assert {"block14_expand_conv", "block15_depthwise_conv", "top_conv"} <= differing(before, after)
    assert differing(weights_by_layer(one.lower), weights_by_layer(two.lower)) == set()
    assert read(run.metrics2)["n_trainable_weights"] > read(run.metrics1)["n_trainable_weights"]


def test_each_phase_has_its_own_full_history(run):
    folders = {run.history1: 6, run.history2: 2, run.history3 / "pseudo": 1, run.history3 / "control": 1}
    for folder, n_epochs in folders.items():
        table = pd.read_csv(folder / "plots" / "metrics" / "validation" / "macro_f1.tsv", sep="\t")
        assert table["step"].tolist() == list(range(n_epochs))


def test_a_worse_phase_2_is_visible_and_not_chosen(run):
    first, second, third = (read(path) for path in (run.metrics1, run.metrics2, run.metrics3))
    scores = third["final"]["validation_loss"]
    assert scores["phase2"] == second["validation"]["loss"] > first["validation"]["loss"] == scores["phase1"]
    assert third["teacher"] == "phase1"
    assert third["final"]["chosen"] == min(scores, key=scores.get) != "phase2"
    assert third["final"]["why"].startswith(f"lowest validation loss: {third['final']['chosen']} ")
    assert f"phase2 {scores['phase2']:.4f}" in third["final"]["why"]


def test_pseudo_labels_are_counted_per_class_beside_a_control(run):
    third = read(run.metrics3)
    selection = third["selection"]
    assert selection["pool"] == 6
    assert selection["n"] == sum(part["n"] for part in selection["per_class"].values())
    assert third["pseudo"]["n_samples"] - third["control"]["n_samples"] == selection["n"]
    assert set(selection["per_class"]) == set(CLASSES)
    for name in ("pseudo", "control"):
        assert load_network(run.phase3 / name, CLASSES)[1].classes == CLASSES


def test_phase_3_goes_on_from_the_better_model(run):
    folders = {"one": run.phase1, "two": run.phase2, "pseudo": run.phase3 / "pseudo", "control": run.phase3 / "control"}
    heads = {name: load_network(folder)[0].head for name, folder in folders.items()}
    kernels = {name: head.get_layer("head_logits").get_weights()[0] for name, head in heads.items()}
    for name in ("pseudo", "control"):
        to_one, to_two = (np.abs(kernels[name] - kernels[other]).mean() for other in ("one", "two"))
        assert 0 < to_one < to_two / 10


def test_misspelt_parameters_are_named(run, tmp_path):
    inputs = (run.features, run.paintings, run.works, run.classes)
    outputs = (tmp_path / "model", tmp_path / "history", tmp_path / "metrics.json")
    with pytest.raises(UserError, match="train_phase1 has no parameter 'fits'"):
        train_phase1.main(*inputs, *outputs, train_phase1={"head": HEAD, "fits": FIT}, head="stats", **FIRST)
    with pytest.raises(UserError, match="finetune_phase2 has no parameter 'unfreeze'"):
        finetune_phase2.main(
            run.pack,
            *inputs,
            run.phase1,
            *outputs,
            **EXTRACTION,
            finetune_phase2={"through": "cache", "layer_decay": 1, "blend": 1, "crop": 1, "fit": FIT, "unfreeze": 1},
            **COMMON,
        )
    with pytest.raises(UserError, match=r"losses has no parameter 'smoothing'"):
        losses = {**COMMON, "losses": {**LOSSES, "smoothing": 0}}
        finetune_phase2.main(
            run.pack,
            *inputs,
            run.phase1,
            *outputs,
            **EXTRACTION,
            finetune_phase2={"through": "cache", "layer_decay": 1, "blend": 1, "crop": 1, "fit": FIT},
            **losses,
        )
    models, metrics = (run.phase1, run.phase2), (run.metrics1, run.metrics2)
    section = {
        "method": "plain",
        "consistency": {},
        "select": {"treshold": 0.9, "precision": 0.9, "max_share_per_class": 1},
        "weight": 1,
        "layer_decay": 1,
        "blend": 1,
        "crop": 1,
        "fit": FIT_ALL,
    }
    with pytest.raises(UserError, match=r"pseudolabel_phase3\.select has no parameter 'treshold'"):
        pseudolabel_phase3.main(
            *inputs, *models, *metrics, *outputs, pseudolabel_phase3=section, split={"by": "artist"}, **COMMON
        )


@pytest.mark.parametrize(
    ("objective", "later", "message"),
    [
        ({"sampling": "balanced"}, {"evaluate": {"prior": "uniform"}}, r"evaluate\.prior is 'uniform' with sampling"),
        (
            {"loss": "balanced_softmax"},
            {"pseudolabel_phase3": {"method": "consistency"}},
            r"method is 'consistency' with loss: balanced_softmax",
        ),
    ],
)
def test_what_a_later_stage_would_refuse_is_refused_before_training(
    run, tmp_path, monkeypatch, objective, later, message
):
    inputs = (run.features, run.paintings, run.works, run.classes)
    parameters = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    for section, changed in later.items():
        parameters[section] |= changed
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(yaml.safe_dump(parameters), encoding="utf-8")
    outputs = (tmp_path / "model", tmp_path / "history", tmp_path / "metrics.json")
    values = {"train_phase1": {"head": HEAD, "fit": FIT}, "head": "stats", **FIRST, **objective}
    with pytest.raises(UserError, match=message):
        train_phase1.main(*inputs, *outputs, **values)
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("phases", [1, 2])
def test_later_phases_pass_the_model_on(run, tmp_path, phases, capsys):
    inputs = (run.features, run.paintings, run.works, run.classes)
    two, three = tmp_path / "two", tmp_path / "three"
    settings = {**COMMON, "phases": phases}
    if phases == 1:
        metrics2 = tmp_path / "two.json"
        outputs = (two, tmp_path / "h2", metrics2)
        finetune_phase2.main(
            run.pack, *inputs, run.phase1, *outputs, **EXTRACTION, finetune_phase2={"fit": "not looked at"}, **settings
        )
        assert (two / "model.weights.h5").read_bytes() == (run.phase1 / "model.weights.h5").read_bytes()
        assert read(metrics2)["epochs"] == 0
    else:
        two, metrics2 = run.phase2, run.metrics2
    outputs = (three, tmp_path / "h3", tmp_path / "three.json")
    models, metrics = (run.phase1, two), (run.metrics1, metrics2)
    pseudolabel_phase3.main(
        *inputs, *models, *metrics, *outputs, pseudolabel_phase3={}, split={"by": "artist"}, **settings
    )
    scores = read(tmp_path / "three.json")
    assert list(scores["final"]["validation_macro_f1"]) == ["phase1", "phase2"][:phases]
    chosen = {"phase1": run.phase1, "phase2": run.phase2}[scores["final"]["chosen"]]
    assert (three / "passed_on" / "model.weights.h5").read_bytes() == (chosen / "model.weights.h5").read_bytes()
    assert "passed on: `phases` leaves this phase out" in capsys.readouterr().out


@pytest.mark.parametrize("phases", [0, 4, "2", True])
def test_an_unknown_number_of_phases_is_named(run, tmp_path, phases):
    inputs = (run.features, run.paintings, run.works, run.classes, run.phase1)
    outputs = (tmp_path / "two", tmp_path / "h2", tmp_path / "two.json")
    with pytest.raises(UserError, match=rf"phases is {phases!r};"):
        finetune_phase2.main(
            run.pack, *inputs, *outputs, **EXTRACTION, finetune_phase2={}, **{**COMMON, "phases": phases}
        )
    models, metrics = (run.phase1, run.phase2), (run.metrics1, run.metrics2)
    with pytest.raises(UserError, match=rf"phases is {phases!r};"):
        pseudolabel_phase3.main(
            *inputs[:-1],
            *models,
            *metrics,
            *outputs,
            pseudolabel_phase3={},
            split={"by": "artist"},
            **{**COMMON, "phases": phases},
        )


def test_a_pool_that_the_scores_know_is_refused_before_training(run, tmp_path):
    works = pd.read_csv(run.works)
    pool = works.index[works["split"] == "pool"][0]
    works.loc[pool, "artist"] = works.loc[works["split"] == "test", "artist"].iloc[0]
    write_table(tmp_path / "works.csv", works)
    inputs = (run.features, run.paintings, tmp_path / "works.csv", run.classes)
    models, metrics = (run.phase1, run.phase2), (run.metrics1, run.metrics2)
    outputs = (tmp_path / "models", tmp_path / "h3", tmp_path / "three.json")
    words = f"{re.escape(works.loc[pool, 'painting'])}: in the pool, and a work of the same artist is in test"
    with pytest.raises(UserError, match=words):
        pseudolabel_phase3.main(
            *inputs, *models, *metrics, *outputs, pseudolabel_phase3={}, split={"by": "artist"}, **COMMON
        )
    assert not (tmp_path / "models").exists()


PREDICT = """
import pathlib, sys
import numpy as np
from artstyle.model_files import load_network
folder, *models = map(pathlib.Path, sys.argv[1:])
for place, model in enumerate(models):
    network, _ = load_network(model)
    inputs = dict(np.load(folder / f"inputs_{place}.npz"))
    np.save(folder / f"logits_{place}.npy", network.tail(inputs))
"""


def test_after_each_phase_a_fresh_interpreter_predicts_what_was_measured_in_training(run, tmp_path):
    folders = [run.phase1, run.phase2, run.phase3 / "pseudo", run.phase3 / "control"]
    third = read(run.metrics3)
    recorded = [read(run.metrics1), read(run.metrics2), third["pseudo"], third["control"]]
    data = read_training_data(run.features, run.paintings, run.works, run.classes)
    works = pd.concat([data.select("validation"), data.select("train")]).iloc[:32]
    rows, labels = data.store.find_rows(works["painting"]), data.encode(works)
    expected = []
    for place, folder in enumerate(folders):
        network, _ = load_network(folder)
        inputs = data.store.read_inputs(name_inputs(network.tail), rows, np.zeros(len(rows), int))
        np.savez(tmp_path / f"inputs_{place}.npz", **inputs)
        expected.append(np.asarray(network.tail(inputs)))
    source = str(Path(train_phase1.__file__).parent)
    command = [sys.executable, "-c", PREDICT, str(tmp_path), *map(str, folders)]
    subprocess.run(command, check=True, env={"PYTHONPATH": source, "PATH": ""}, cwd=tmp_path)
    n = len(data.select("validation"))
    for place, scores in enumerate(recorded):
        logits = np.load(tmp_path / f"logits_{place}.npy")
        np.testing.assert_allclose(logits, expected[place], rtol=1e-5, atol=1e-5)
        losses = np.logaddexp.reduce(logits, axis=1)[:n] - logits[np.arange(n), labels[:n]]
        assert scores["validation"]["loss"] == pytest.approx(losses.mean(), rel=1e-4, abs=1e-6)
        assert scores["validation"]["accuracy"] == pytest.approx((logits[:n].argmax(axis=1) == labels[:n]).mean())

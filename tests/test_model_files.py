import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from artstyle.augmentation import build_augmentation
from artstyle.calibrated import build_calibrated, build_mirrored, find_logits
from artstyle.errors import UserError
from artstyle.features import build_extractor
from artstyle.folding import fold_normalisation
from artstyle.joint_backbone import build_backbones, cut_backbones
from artstyle.model_files import load_classifier, load_network, save_classifier, save_network
from artstyle.networks import Architecture, build_classifier, build_network
from artstyle.optimizers import find_rate_factors
from artstyle.temperature import Calibration
from tiny_run import AUGMENTATION, CRN, HEAD, use_small_backbone

CLASSES = ["cubism", "pop_art", "rococo"]
SMALL = Architecture("efficientnet-lite0", 32, 0.5, "stats", HEAD, CLASSES)


@pytest.fixture(autouse=True)
def seeded():
    keras.utils.set_random_seed(1)  # weights must not depend on which tests ran before


@pytest.fixture
def network(monkeypatch):
    use_small_backbone(monkeypatch)
    return build_network(SMALL)


def read(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def make_inputs(network) -> dict[str, np.ndarray]:
    random = np.random.default_rng(5)
    shapes = {name: (32, *tensor.shape[1:]) for name, tensor in network.tail.input.items()}
    return {name: random.uniform(0, 3, shape).astype(np.float32) for name, shape in shapes.items()}


@pytest.mark.parametrize("save", [save_network, save_classifier])
def test_equal_weights_give_equal_bytes(network, tmp_path, save, monkeypatch):
    save(tmp_path / "one", network, SMALL, {"phase": "phase1"})
    monkeypatch.setattr("time.time", lambda: 2e9)
    save(tmp_path / "two", network, SMALL, {"phase": "phase1"})
    assert read(tmp_path / "one") == read(tmp_path / "two")
    assert sorted(read(tmp_path / "one")) == ["model.json", "model.weights.h5"]
    weights = network.head.get_weights()
    network.head.set_weights([weight + 1 for weight in weights])
    save(tmp_path / "two", network, SMALL, {"phase": "phase1"})
    assert read(tmp_path / "one") != read(tmp_path / "two")


def test_what_an_optimizer_remembers_is_not_saved(network, tmp_path):
    save_network(tmp_path / "before", network, SMALL, {"phase": "phase1"})
    inputs = make_inputs(network)
    labels = np.eye(3, dtype=np.float32)[np.arange(32) % 3]
    for part in (network.head, network.tail):  # the head was trained by itself before
        part.compile(keras.optimizers.AdamW(0.0), keras.losses.CategoricalCrossentropy(from_logits=True))
    network.tail.fit(inputs, labels, verbose=0)  # a rate of 0: the weights are what they were
    optimizer = network.tail.optimizer
    save_network(tmp_path / "after", network, SMALL, {"phase": "phase1"})
    assert read(tmp_path / "after") == read(tmp_path / "before")
    assert network.tail.optimizer is optimizer and len(optimizer.variables) > 5  # it can be trained on


@pytest.mark.parametrize("changed", [{}, {"convlstm": False}])
def test_no_two_trained_weights_of_a_network_have_one_path(monkeypatch, changed):
    """Rates are given to weights by their path, and saved ones are found by it."""
    use_small_backbone(monkeypatch)
    network = build_network(replace(SMALL, picture_px=64, head="crn", head_options={**HEAD, "crn": {**CRN, **changed}}))
    paths = [weight.path for weight in network.tail.trainable_variables]
    assert len(set(paths)) == len(paths) > 10
    head = {weight.path for weight in network.head.trainable_variables}
    assert not head & set(find_rate_factors(network.backbone.upper, 0.5))


def test_a_network_comes_back_with_its_predictions(network, tmp_path):
    network.head.set_weights([weight + 0.1 for weight in network.head.get_weights()])
    network.backbone.upper.set_weights([weight + 0.01 for weight in network.backbone.upper.get_weights()])
    inputs = make_inputs(network)
    save_network(tmp_path / "m", network, SMALL, {"seed": 1})
    loaded, architecture = load_network(tmp_path / "m", CLASSES)
    assert architecture == SMALL
    np.testing.assert_array_equal(loaded.tail(inputs), network.tail(inputs))
    assert json.loads((tmp_path / "m" / "model.json").read_text())["seed"] == 1


def test_a_network_on_two_backbones_comes_back_with_its_predictions(monkeypatch, tmp_path):
    use_small_backbone(monkeypatch)
    both = replace(SMALL, backbone="efficientnet-lite0+efficientnet-lite2")
    network, other = build_network(both), build_network(both)
    network.backbone.upper.set_weights([weight + 0.01 for weight in network.backbone.upper.get_weights()])
    inputs, pixels = make_inputs(network), np.full((1, 32, 32, 3), 99, np.float32)
    save_network(tmp_path / "m", network, both, {})
    assert not np.allclose(other.tail(inputs), network.tail(inputs))
    loaded, _ = load_network(tmp_path / "m", CLASSES)
    np.testing.assert_array_equal(loaded.tail(inputs), network.tail(inputs))
    save_classifier(tmp_path / "final", network, both, {})
    classifier, _ = load_classifier(tmp_path / "final")
    np.testing.assert_allclose(classifier(pixels), build_classifier(network)(pixels), atol=1e-6)


def test_a_network_of_equal_architecture_is_filled_instead_of_built(network, tmp_path):
    inputs, other = make_inputs(network), replace(SMALL, head_options={**HEAD, "hidden": 4})
    save_network(tmp_path / "first", network, SMALL, {})
    network.tail.set_weights([weight + 0.1 for weight in network.tail.get_weights()])
    expected = np.asarray(network.tail(inputs))
    save_network(tmp_path / "second", network, SMALL, {})
    save_network(tmp_path / "third", build_network(other), other, {})
    first = load_network(tmp_path / "first", CLASSES)
    assert not np.allclose(first[0].tail(inputs), expected)
    second = load_network(tmp_path / "second", CLASSES, first)
    assert second[0] is first[0]
    np.testing.assert_array_equal(second[0].tail(inputs), expected)
    third = load_network(tmp_path / "third", CLASSES, second)
    assert third[1] == other and third[0] is not first[0]


def test_a_classifier_carries_its_frozen_weights(network, tmp_path):
    pixels = np.random.default_rng(1).uniform(0, 255, (2, 32, 32, 3)).astype(np.float32)
    lower = network.backbone.lower
    lower.set_weights([weight + 0.05 for weight in lower.get_weights()])
    expected = np.asarray(build_classifier(network)(pixels))
    save_classifier(tmp_path / "m", network, SMALL, {})
    classifier, _ = load_classifier(tmp_path / "m")
    np.testing.assert_array_equal(np.asarray(classifier(pixels)), expected)


def test_a_classifier_is_calibrated_as_its_export_says(network, tmp_path):
    pixels = np.random.default_rng(1).uniform(0, 255, (4, 32, 32, 3)).astype(np.float32)
    calibration = Calibration(2.5, (0.5, 0.0, -1.0))
    save_classifier(tmp_path / "plain", network, SMALL, {})
    save_classifier(tmp_path / "m", network, SMALL, {"calibration": calibration.as_json()})
    (plain, _), (calibrated, _) = (load_classifier(tmp_path / name) for name in ("plain", "m"))
    expected = calibration.apply(np.log(np.asarray(plain(pixels), np.float64)))
    np.testing.assert_allclose(np.asarray(calibrated(pixels)), expected, atol=1e-5)
    assert np.abs(expected - np.asarray(plain(pixels))).max() > 0.05
    logits = [np.asarray(keras.Model(model.input, find_logits(model))(pixels)) for model in (plain, calibrated)]
    np.testing.assert_array_equal(*logits)  # what the network gives, without offsets and temperature
    assert read(tmp_path / "m")["model.weights.h5"] == read(tmp_path / "plain")["model.weights.h5"]


def test_a_classifier_looks_at_both_sides_where_its_export_says_so(network, tmp_path):
    pixels = np.random.default_rng(1).uniform(0, 255, (4, 32, 32, 3)).astype(np.float32)
    calibration = Calibration(2.0, (0.0, 0.0, 0.0))
    save_classifier(tmp_path / "plain", network, SMALL, {})
    save_classifier(tmp_path / "m", network, SMALL, {"mirror": True, "calibration": calibration.as_json()})
    (plain, _), (both, _) = (load_classifier(tmp_path / name) for name in ("plain", "m"))
    mirrored = pixels[:, :, ::-1]
    look = keras.Model(plain.input, find_logits(plain))
    logits = (np.asarray(look(pixels), np.float64) + np.asarray(look(mirrored), np.float64)) / 2
    np.testing.assert_allclose(np.asarray(both(pixels)), calibration.apply(logits), atol=1e-5)
    np.testing.assert_allclose(np.asarray(both(mirrored)), np.asarray(both(pixels)), atol=1e-6)
    assert np.abs(np.asarray(plain(mirrored)) - np.asarray(plain(pixels))).max() > 1e-3
    np.testing.assert_allclose(np.asarray(keras.Model(both.input, find_logits(both))(pixels)), logits, atol=1e-5)
    assert read(tmp_path / "m")["model.weights.h5"] == read(tmp_path / "plain")["model.weights.h5"]


@pytest.mark.parametrize("calibration", [{"temperature": 0, "offsets": [0, 0, 0]}, {"temperature": 1, "offsets": [0]}])
def test_a_calibration_that_is_none_is_named(network, tmp_path, calibration):
    save_classifier(tmp_path / "m", network, SMALL, {"calibration": calibration})
    with pytest.raises(UserError, match=r"model\.json: calibration needs a temperature above 0 and 3 offsets"):
        load_classifier(tmp_path / "m")


def test_a_mirror_that_is_not_a_switch_is_named(network, tmp_path):
    save_classifier(tmp_path / "m", network, SMALL, {"mirror": "false"})  # as a hand may write it: text, and so true
    with pytest.raises(UserError, match=r"model\.json: mirror is 'false'; expected true or false"):
        load_classifier(tmp_path / "m")


def test_other_classes_or_another_order_are_refused(network, tmp_path):
    save_network(tmp_path / "m", network, SMALL, {})
    with pytest.raises(UserError, match=r"m: trained for the classes \['cubism', 'pop_art', 'rococo'\], the data have"):
        load_network(tmp_path / "m", CLASSES[::-1])


@pytest.mark.parametrize("load", [load_network, load_classifier])
def test_a_folder_that_is_no_model_is_named(network, tmp_path, load):
    with pytest.raises(UserError, match=r"none: no such folder"):
        load(tmp_path / "none")
    save_network(tmp_path / "m", network, SMALL, {})
    (tmp_path / "m" / "model.json").write_text('{"architecture": {"backbone": "x"}}')
    with pytest.raises(UserError, match=r"model\.json: not the description of a model"):
        load(tmp_path / "m")
    (tmp_path / "m" / "model.weights.h5").unlink()
    with pytest.raises(UserError, match=r"model\.weights\.h5: no such file"):
        load(tmp_path / "m")


def test_a_crash_while_saving_leaves_the_old_model(network, tmp_path, monkeypatch):
    save_network(tmp_path / "m", network, SMALL, {})
    before = read(tmp_path / "m")

    def fail(path, value):
        raise RuntimeError("power cut")

    monkeypatch.setattr("artstyle.model_files.write_json", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        save_network(tmp_path / "m", network, SMALL, {"phase": "other"})
    assert read(tmp_path / "m") == before


SAFE_LOADER = """
import pathlib, sys
import keras, numpy as np
import artstyle.networks, artstyle.calibrated, artstyle.folding, artstyle.augmentation, artstyle.crn
for path in map(pathlib.Path, sys.argv[1:]):
    model = keras.models.load_model(path, safe_mode=True)
    inputs = dict(np.load(path.with_suffix(".npz")))
    np.save(path.with_suffix(".npy"), np.asarray(model(inputs.get("pixels", inputs))))
"""


def test_every_graph_of_the_product_loads_in_safe_mode_in_a_fresh_interpreter(monkeypatch, tmp_path):
    use_small_backbone(monkeypatch)
    head = {**HEAD, "hidden": 4, "covariances": True, "members": 2}
    large = replace(SMALL, picture_px=64, head_options=head, covariance_channels=4)
    both = replace(large, backbone="efficientnet-lite0+efficientnet-lite2")
    crn = replace(large, head="crn", head_options={**head, "crn": CRN})
    models, pixels = {}, np.random.default_rng(1).uniform(0, 255, (2, 64, 64, 3)).astype(np.float32)
    for name, architecture in (("both", both), ("crn", crn)):
        network = build_network(architecture)
        classifier = build_calibrated(build_mirrored(build_classifier(network)), Calibration(2.5, (0.5, 0.0, -1.0)))
        models |= {f"{name}_head": network.head, f"{name}_tail": network.tail, f"{name}_classifier": classifier}
    wholes = [fold_normalisation(whole) for whole in build_backbones(both.backbone, 64)]
    extractor = build_extractor(cut_backbones(wholes, 0.5), 4)
    models["extractor"] = keras.Model(extractor.input, extractor.output["covariances"])
    given = keras.Input((64, 64, 3))
    augmentation = build_augmentation(**{**AUGMENTATION, "rand_augment": 1}, seed=1)
    models["augmentation"] = keras.Model(given, augmentation(given))
    expected = {}
    for name, model in models.items():
        inputs = {"pixels": pixels}
        if isinstance(model.input, dict):
            random = np.random.default_rng(5)
            inputs = {key: random.uniform(0, 3, (8, *x.shape[1:])).astype(np.float32) for key, x in model.input.items()}
        expected[name] = np.asarray(model(inputs.get("pixels", inputs)))
        np.savez(tmp_path / f"{name}.npz", **inputs)
        model.save(tmp_path / f"{name}.keras")
    source = str(Path(__file__).parents[1] / "src")
    command = [sys.executable, "-c", SAFE_LOADER, *(tmp_path / f"{name}.keras" for name in models)]
    subprocess.run(command, check=True, env={"PYTHONPATH": source, "PATH": ""})
    for name, outputs in expected.items():
        np.testing.assert_allclose(np.load(tmp_path / f"{name}.npy"), outputs, atol=1e-5, err_msg=name)


@pytest.mark.parametrize(("save", "load"), [(save_network, load_network), (save_classifier, load_classifier)])
def test_weights_of_other_code_or_damaged_ones_are_named_in_one_line(network, tmp_path, monkeypatch, save, load):
    with monkeypatch.context() as older:
        older.setattr("artstyle.networks.scale_convolutions", lambda whole: whole)
        save(tmp_path / "older", build_network(SMALL), SMALL, {"seed": 1})
    save(tmp_path / "short", network, SMALL, {"seed": 1})
    weights = tmp_path / "short" / "model.weights.h5"
    weights.write_bytes(weights.read_bytes()[:1000])
    for name in ("older", "short"):
        with pytest.raises(UserError, match=rf"{name}.model\.weights\.h5: damaged, or of a model that other") as error:
            load(tmp_path / name)
        assert "\n" not in str(error.value)

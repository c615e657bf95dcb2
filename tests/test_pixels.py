import keras
import numpy as np
import pandas as pd
import pytest

from artstyle.networks import Architecture, build_network
from artstyle.pixels import build_pixel_model, open_pictures
from tiny_run import AUGMENTATION, HEAD, NO_AUGMENTATION, use_small_backbone, write_tiny_run


@pytest.fixture
def network(monkeypatch):
    use_small_backbone(monkeypatch)
    keras.utils.set_random_seed(1)
    options = {**HEAD, "dropout": 0.0}
    return build_network(Architecture("efficientnet-lite0", 32, 0.5, "stats", options, ["a", "b", "c"]))


def draw() -> dict[str, np.ndarray]:
    pictures = np.random.default_rng(1).integers(0, 256, (2, 32, 32, 3), dtype=np.uint8)
    return {"picture": pictures, "changed": np.array([[1], [0]], np.float32)}


def test_pictures_are_read_by_row(tmp_path):
    run = write_tiny_run(tmp_path / "run", sides=("train", "test"))
    pack, paintings = np.load(run.pack), pd.read_csv(run.paintings)
    store = open_pictures(pack, paintings, 32)
    rows = store.find_rows(paintings["painting"].iloc[[4, 0]])
    assert rows.tolist() == [4, 0]
    inputs = store.read_inputs(["picture", "changed"], rows, np.array([0, 1]))
    assert inputs["picture"].dtype == np.float32  # so that mixed pictures need no other type
    np.testing.assert_array_equal(inputs["picture"], pack.reshape(-1, 32, 32, 3)[[4, 0]])
    assert inputs["changed"].tolist() == [[0], [1]]


@pytest.mark.parametrize(("n_views", "expected"), [(1, 2), (2, 2), (4, 4)])
def test_there_is_always_a_view_to_augment(n_views, expected):
    assert (
        open_pictures(np.zeros(0, np.uint8), pd.DataFrame({"painting": []}), 32, n_views).facts["n_views"] == expected
    )


def test_augmentation_acts_in_training_only_and_differently_each_time(network):
    model, inputs = build_pixel_model(network, AUGMENTATION, seed=1), draw()
    plain = [np.asarray(model(inputs, training=False)) for _ in range(2)]
    changed = [np.asarray(model(inputs, training=True)) for _ in range(2)]
    np.testing.assert_array_equal(*plain)
    assert np.abs(changed[0] - plain[0])[0].max() > 1e-3
    assert np.abs(changed[0] - changed[1])[0].max() > 1e-3
    np.testing.assert_allclose(changed[0][1], plain[0][1], atol=1e-5)  # a plain view stays one


def test_without_augmentation_training_sees_the_pictures_as_they_are(network):
    model, inputs = build_pixel_model(network, NO_AUGMENTATION, seed=1), draw()
    np.testing.assert_allclose(model(inputs, training=True), model(inputs, training=False), atol=1e-5)


def test_weights_are_those_of_the_network(network):
    model = build_pixel_model(network, AUGMENTATION, seed=1)
    assert {w.path for w in model.trainable_weights} == {w.path for w in network.tail.trainable_weights}

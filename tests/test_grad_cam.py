import keras
import numpy as np
import pytest

from artstyle.grad_cam import HeatMaps
from artstyle.inspection import build_inspector
from artstyle.networks import Architecture, build_classifier, build_network
from tiny_run import CRN, HEAD, use_small_backbone


def build(share=0.5, head="stats", hidden=4):
    options = {**HEAD, "covariances": True, "hidden": hidden, **({"crn": CRN} if head == "crn" else {})}
    return build_network(Architecture("efficientnet-lite0", 64, share, head, options, ["a", "b", "c"], 4))


def draw(n=3):
    return np.random.default_rng(1).uniform(0, 255, (n, 64, 64, 3)).astype(np.float32)


@pytest.mark.parametrize("head", ["stats", "linear", "crn"])
@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_the_inspector_gives_the_logits_of_the_tail(monkeypatch, head, share):
    use_small_backbone(monkeypatch)
    network = build(share, head)
    random = np.random.default_rng(0)
    inputs = {t.name: random.uniform(0, 3, (2, *t.shape[1:])).astype(np.float32) for t in network.tail.inputs}
    seen = build_inspector(network)(inputs)
    np.testing.assert_allclose(seen["logits"], network.tail(inputs), atol=1e-5)
    kernel, bias = network.head.get_layer("head_logits").get_weights()
    np.testing.assert_allclose(np.asarray(seen["embedding"]) @ kernel + bias, seen["logits"], atol=1e-4)
    assert seen["map_0"].shape[1] == 2  # the coarsest level of 64 px has stride 32


@pytest.mark.parametrize("share", [0.5, 1])
def test_heat_maps_are_the_weighted_map_of_the_class(monkeypatch, share):
    use_small_backbone(monkeypatch)
    network = build(share, "linear", hidden=0)
    heat = HeatMaps(network).compute(draw(), np.array([0, 1, 2]))
    assert heat.shape == (3, 2, 2)
    assert heat.min() >= 0 and heat.max() == pytest.approx(1)


def test_two_backbones_can_be_looked_into(monkeypatch):
    use_small_backbone(monkeypatch)
    options = {**HEAD, "covariances": True, "hidden": 4}
    both = "efficientnet-lite0+efficientnet-lite2"
    network = build_network(Architecture(both, 64, 0.5, "stats", options, ["a", "b", "c"], 4))
    random = np.random.default_rng(0)
    inputs = {t.name: random.uniform(0, 3, (2, *t.shape[1:])).astype(np.float32) for t in network.tail.inputs}
    seen = build_inspector(network)(inputs)
    np.testing.assert_allclose(seen["logits"], network.tail(inputs), atol=1e-5)
    assert seen["embedding"].shape == (2, 8)  # the hidden layer of each member
    assert seen["map_0"].shape == (2, 2, 2, 20)  # the channels of both
    heat = HeatMaps(network).compute(draw(), np.array([0, 1, 2]))
    assert heat.shape == (3, 2, 2) and heat.max() == pytest.approx(1)


def test_a_linear_head_on_a_frozen_backbone_gives_class_activation_maps(monkeypatch):
    use_small_backbone(monkeypatch)
    network = build(1, "linear", hidden=0)
    pixels, classes = draw(), np.array([0, 2, 1])
    top = np.asarray(network.backbone.lower(pixels)[0])  # (3, 2, 2, 12): everything is frozen
    bn, dense = (network.head.get_layer(name) for name in ("head_bn", "head_logits"))
    variance = bn.get_weights()[1]
    kernel = dense.get_weights()[0] / np.sqrt(variance + bn.epsilon)[:, None]
    expected = np.maximum(np.einsum("nhwc,cn->nhw", top, kernel[:, classes]), 0)
    expected /= np.maximum(expected.max(axis=(1, 2), keepdims=True), 1e-30)
    np.testing.assert_allclose(HeatMaps(network).compute(pixels, classes), np.round(expected, 2), atol=1e-4)


@pytest.mark.parametrize("share", [0, 0.5])
def test_a_linear_head_on_two_backbones_has_heat_maps(monkeypatch, capsys, share):
    use_small_backbone(monkeypatch)
    both = "efficientnet-lite0+efficientnet-lite2"
    network = build_network(Architecture(both, 64, share, "linear", {**HEAD, "hidden": 0}, ["a", "b", "c"], 4))
    heat = HeatMaps(network).compute(draw(6), np.array([0, 1, 2, 0, 1, 2]))
    assert heat.max() == pytest.approx(1) and not capsys.readouterr().out


def build_crn(share: float, **crn):
    options = {**HEAD, "hidden": 4, "covariances": False, "crn": {**CRN, "statistics": False, **crn}}
    return build_network(Architecture("efficientnet-lite0", 64, share, "crn", options, ["a", "b", "c"], 4))


@pytest.mark.parametrize("seed", [1, 8])
def test_the_map_is_one_that_the_head_reads(monkeypatch, capsys, seed):
    use_small_backbone(monkeypatch)
    keras.utils.set_random_seed(seed)  # with 8, a picture of plain noise leaves all four hidden units at 0
    # The snake reads patches of the second coarsest level, and nothing else here.
    heat = HeatMaps(build_crn(0, sequence="snake", pyramid=False)).compute(draw(), np.array([0, 1, 2]))
    assert heat.shape == (3, 4, 4) and heat.max() == pytest.approx(1) and not capsys.readouterr().out


def test_a_head_that_reads_only_what_is_frozen_has_dark_heat_maps_and_says_so(monkeypatch, capsys):
    use_small_backbone(monkeypatch)
    heat = HeatMaps(build_crn(1)).compute(draw(), np.array([0, 1, 2]))
    assert heat.shape == (3, 2, 2) and not heat.any()
    assert "reads no map above the freeze boundary" in capsys.readouterr().out


def test_looking_into_a_network_changes_no_prediction(monkeypatch):
    use_small_backbone(monkeypatch)
    network = build()
    before = np.asarray(build_classifier(network)(draw()))
    HeatMaps(network).compute(draw(), np.array([0, 0, 0]))
    np.testing.assert_array_equal(np.asarray(build_classifier(network)(draw())), before)

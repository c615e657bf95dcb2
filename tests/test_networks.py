import keras
import numpy as np
import pytest
import tensorflow as tf

from artstyle.errors import UserError
from artstyle.features import build_extractor
from artstyle.heads import freeze_normalisation, name_inputs
from artstyle.joint_backbone import build_backbones, cut_backbones
from artstyle.map_crop import set_crop
from artstyle.networks import Architecture, build_classifier, build_network
from tiny_run import CRN, HEAD, use_small_backbone


def describe(share: float = 0.5, **changed) -> Architecture:
    options = {"head": "stats", "head_options": HEAD, "classes": ["a", "b", "c"], **changed}
    px = 64 if options["head"] == "crn" else 32  # a sequence needs two rows in the coarsest map
    return Architecture(**{"backbone": "efficientnet-lite0", "picture_px": px, "freeze_share": share, **options})


def softmax(logits) -> np.ndarray:
    return np.asarray(keras.ops.softmax(logits))


@pytest.mark.parametrize("backbone", ["efficientnet-lite0", "efficientnet-lite0+efficientnet-lite2"])
@pytest.mark.parametrize("share", [0, 0.5, 1])
@pytest.mark.parametrize(("head", "covariances"), [("stats", False), ("stats", True), ("linear", False), ("crn", True)])
def test_head_tail_and_classifier_are_one_network(monkeypatch, backbone, share, head, covariances):
    use_small_backbone(monkeypatch)
    options = {**HEAD, "covariances": covariances, **({"crn": CRN} if head == "crn" else {})}
    channels = 8 if covariances else 0
    built = describe(share, head=head, head_options=options, covariance_channels=channels, backbone=backbone)
    network = build_network(built)
    px = network.backbone.lower.input.shape[1]
    pixels = np.random.default_rng(1).uniform(0, 255, (4, px, px, 3)).astype(np.float32)
    extractor = build_extractor(cut_backbones(build_backbones(backbone, px), share), channels)
    kept = {name: np.asarray(values) for name, values in extractor(pixels).items()}
    kept["lower_statistics"] = kept["pooled"][:, : network.tail.input["lower_statistics"].shape[1]]
    if covariances:
        kept["lower_covariances"] = kept["covariances"][:, : network.tail.input["lower_covariances"].shape[1]]
    by_head, by_tail = (
        softmax(model({name: kept[name] for name in name_inputs(model)})) for model in (network.head, network.tail)
    )
    by_classifier = np.asarray(build_classifier(network)(pixels))
    assert np.ptp(by_head, axis=0).max() > 1e-3
    np.testing.assert_allclose(by_tail, by_head, atol=1e-5)
    np.testing.assert_allclose(by_classifier, by_head, atol=1e-5)
    np.testing.assert_allclose(by_classifier.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("n", [1, 5])
@pytest.mark.parametrize(("head", "members"), [("stats", 1), ("stats", 2), ("crn", 1)])
def test_each_backbone_is_trained_on_the_works_of_its_members_alone(monkeypatch, n, head, members):
    use_small_backbone(monkeypatch)
    options = {**HEAD, "dropout": 0, "hidden": 32, "covariances": True, "covariance_dropout": 0, "members": members}
    options |= {"crn": {**CRN, "convlstm": False}} if head == "crn" else {}  # the maps of a small picture have one row
    both = "efficientnet-lite0+efficientnet-lite2"
    built = describe(backbone=both, head=head, head_options=options, covariance_channels=8)
    network = build_network(built)
    random = np.random.default_rng(4)
    shapes = {name: tensor.shape[1:] for name, tensor in network.tail.input.items()}
    inputs = {
        name: keras.ops.convert_to_tensor(random.uniform(0, 2, (n, *shape)), "float32")
        for name, shape in shapes.items()
    }
    with tf.GradientTape(persistent=True) as tape:
        logits = network.tail(inputs, training=True)
        total = tf.reduce_sum(tf.square(logits))
    for place, taught in ((1, True), (2, n > 1)):
        weights = network.backbone.upper.get_layer(f"upper_{place}").trainable_variables
        gradients = tape.gradient(total, [weight.value for weight in weights])
        assert any(np.abs(gradient).max() > 0 for gradient in gradients) == taught
    layer, n_all = network.head.get_layer("head_logits"), 2 * members
    kept = layer.get_weights()
    if head == "crn":
        return  # its convolutions are normalised by the works of the step in training
    for member in range(n_all):  # the logits of one member alone, from the mean with all others at zero
        layer.set_weights([w if i % n_all == member else np.zeros_like(w) for i, w in enumerate(kept)])
        alone = n_all * np.asarray(network.tail(inputs))
        np.testing.assert_allclose(np.asarray(logits)[member::n_all], alone[member::n_all], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("backbone", ["efficientnet-lite0", "efficientnet-lite0+efficientnet-lite2"])
@pytest.mark.parametrize(("head", "share"), [("stats", 0.5), ("stats", 1), ("crn", 0.5), ("crn", 0)])
def test_on_a_part_of_the_map_it_is_trained_like_a_network_for_smaller_pictures(monkeypatch, backbone, head, share):
    use_small_backbone(monkeypatch)
    options = {**HEAD, "dropout": 0, "covariances": True, "covariance_dropout": 0}
    options |= {"crn": CRN} if head == "crn" else {}
    built = {"backbone": backbone, "head": head, "head_options": options, "covariance_channels": 8}
    network, smaller = (build_network(describe(share, picture_px=side, **built)) for side in (96, 64))
    for one, other in zip(network.tail.weights, smaller.tail.weights, strict=True):
        # The table of positions is brought to the size of the map.
        other.assign(one if one.shape == other.shape else keras.ops.image.resize(one, other.shape[:2]))
    for each in (network, smaller):
        freeze_normalisation(each.head)
    random = np.random.default_rng(4)
    shapes = {name: tensor.shape[1:] for name, tensor in network.tail.input.items()}
    inputs = {name: random.uniform(0, 2, (4, *shape)).astype(np.float32) for name, shape in shapes.items()}
    set_crop(network.tail, 0.67)
    n_cells = 3 if head == "crn" else network.tail.input["boundary"].shape[1]  # the coarsest map has 3 cells a side
    sides = {name: (n_cells, each.shape[1]) for name, each in smaller.tail.input.items() if len(each.shape) == 4}
    room = n_cells - (2 if head == "crn" else sides["boundary"][1])
    assert room > 0
    places = [(top, left) for top in range(room + 1) for left in range(room + 1)]
    expected = [np.asarray(smaller.tail(cut_out(inputs, *place, sides), training=True)) for place in places]
    found = []
    for _ in range(12):
        logits = np.asarray(network.tail(inputs, training=True))
        found += [place for place, each in zip(places, expected, strict=True) if np.allclose(logits, each, atol=1e-4)]
    assert len(found) == 12  # one place each time
    assert len(set(found)) > 1
    whole = np.asarray(network.tail(inputs))
    assert not any(np.allclose(whole, each, atol=1e-4) for each in expected)


def cut_out(inputs: dict[str, np.ndarray], top: int, left: int, sides: dict[str, tuple[int, int]]) -> dict:
    """Return the inputs with parts of the maps: of each the cells of the map, and the side of the part in its own."""
    parts = dict(inputs)
    for name, (n_cells, side) in sides.items():
        factor = inputs[name].shape[1] // n_cells
        parts[name] = inputs[name][:, factor * top : factor * top + side, factor * left : factor * left + side]
    return parts


def test_the_parts_share_their_weights(monkeypatch):
    use_small_backbone(monkeypatch)
    network = build_network(describe())
    head, tail = ({id(weight) for weight in model.weights} for model in (network.head, network.tail))
    assert head < tail
    assert {id(weight) for weight in network.backbone.upper.weights} < tail
    assert tail < {id(weight) for weight in build_classifier(network).weights}


def test_an_architecture_comes_back_from_json():
    architecture = describe(head_options={**HEAD, "hidden": 8})
    assert Architecture(**architecture.as_json()) == architecture


def test_a_misspelt_option_of_the_head_is_named(monkeypatch):
    use_small_backbone(monkeypatch)
    with pytest.raises(UserError, match=r"train_phase1\.head has no parameter 'drop_out'"):
        build_network(describe(head_options={**HEAD, "drop_out": 0.1}))


def test_covariances_that_the_cache_does_not_have_are_refused_by_name(monkeypatch):
    use_small_backbone(monkeypatch)
    with pytest.raises(UserError, match=r"head\.covariances is true, but none are kept; set it to false, or extract_f"):
        build_network(describe(head_options={**HEAD, "covariances": True}))

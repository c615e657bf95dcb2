import functools

import keras
import numpy as np
import pytest

from artstyle import backbones
from artstyle.backbones import build_backbone, cut_backbone
from artstyle.errors import UserError

NAMES = ("efficientnet-lite0", "efficientnetv2-b0")
LEVELS = ("2", "4", "8", "16a", "16", "32a", "32")


def build_whole(name: str) -> keras.Model:
    model = _build_once(name)
    for layer in model.layers:  # a cut before has frozen some of them
        layer.trainable = True
    return model


def copy_whole(name: str) -> keras.Model:
    """Return a backbone of its own: a cut leaves further uses of the layers of the shared one behind."""
    model = build_whole(name)
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return copy


@functools.cache
def _build_once(name: str) -> keras.Model:
    model = build_backbone(name, 64, pretrained=False)
    random = np.random.default_rng(1)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([random.uniform(0.7, 1.3, weight.shape) for weight in layer.get_weights()])
    return model


def run(model: keras.Model, inputs) -> list[np.ndarray]:
    outputs = model(inputs, training=False)
    return [np.asarray(output) for output in (outputs if isinstance(outputs, list | tuple) else [outputs])]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_the_two_parts_make_the_whole(name, share):
    whole = build_whole(name)
    cut = cut_backbone(whole, share)
    pixels = np.random.default_rng(2).uniform(0, 255, (1, 64, 64, 3)).astype(np.float32)
    boundary, *lower = run(cut.lower, pixels)
    *upper, top = run(cut.upper, boundary)
    expected = run(whole, pixels)[0]
    assert np.abs(expected).max() > 0.01
    np.testing.assert_allclose(top, expected, atol=1e-5 * np.abs(expected).max())
    names = cut.lower_levels + cut.upper_levels
    assert names == tuple(name for name in LEVELS if name in names)
    assert [64 // level.shape[1] for level in (*lower, *upper)] == [int(name.rstrip("a")) for name in names]
    assert [level.shape[-1] for level in (*lower, *upper)] == [cut.channels[name][0] for name in names]
    assert len(lower) == len(cut.lower_levels)


@pytest.mark.parametrize(
    ("name", "channels"),
    [
        ("efficientnet-lite0", [16, 24, 40, 80, 112, 192, 320]),
        ("efficientnet-lite2", [16, 24, 48, 88, 120, 208, 352]),
        ("efficientnetv2-b0", [16, 32, 48, 96, 112, 192]),
        ("efficientnetv2-s", [24, 48, 64, 128, 160, 256]),
    ],
)
def test_each_stage_of_the_published_networks_is_a_level(name, channels):
    # Tan and Le, "EfficientNet" (ICML 2019), table 1: seven stages behind the stem, as in Lite0;
    # "EfficientNetV2" (ICML 2021), table 4, for V2-S, six stages. Lite2 and V2-B0 are scaled from these.
    cut = cut_backbone(build_backbone(name, 64, pretrained=False), 0.5)
    levels = [level for level in LEVELS if level != "32a" or len(channels) == 7]
    assert {level: size for level, (size,) in cut.channels.items()} == dict(zip(levels, channels, strict=True)) | {
        "top": 1280
    }


@pytest.mark.parametrize(("share", "n_below"), [(0, 0), (0.5, 4), (0.7, 5), (1, 7)])
def test_a_level_that_ends_at_the_cut_lies_below_it(share, n_below):
    cut = cut_backbone(build_whole("efficientnet-lite0"), share)
    assert (cut.lower_levels, cut.upper_levels) == (LEVELS[:n_below], LEVELS[n_below:])
    assert cut.boundary == {0: "pixels", 0.5: "block7_add", 0.7: "block10_add", 1: "top_relu"}[share]


@pytest.mark.parametrize(("share", "boundary"), [(0.45, "block6_add"), (0.5, "block7_add")])
def test_an_earlier_stage_that_is_cut_in_two_ends_at_the_cut(share, boundary):
    # Blocks 5, 6 and 7 have maps of one shape: where the cut is inside, the last one below it stands for them.
    cut = cut_backbone(copy_whole("efficientnet-lite0"), share)
    assert cut.boundary == boundary
    assert cut.lower_levels == ("2", "4", "8", "16a")
    assert cut.lower.outputs[-1] is cut.lower.outputs[0]
    assert cut.upper.outputs[0].shape[-1] == 112


def test_the_last_stage_of_a_stride_is_seen_at_its_end_wherever_the_cut_is():
    cut = cut_backbone(copy_whole("efficientnet-lite0"), 0.6)
    assert cut.boundary == "block8_project_bn"  # of a stage that goes on to block 10
    assert cut.lower_levels == ("2", "4", "8", "16a")
    assert cut.upper_levels == ("16", "32a", "32")


@pytest.mark.parametrize("name", NAMES)
def test_the_share_of_frozen_layers_is_kept(name):
    whole = build_whole(name)
    counts = [cut_backbone(whole, share).n_frozen for share in (0, 0.25, 0.5, 0.75, 1)]
    n = len(whole.layers)
    assert counts[0] == 1
    assert counts[-1] == n
    for count, share in zip(counts[1:-1], (0.25, 0.5, 0.75), strict=True):
        assert share * n - 16 <= count <= share * n  # the longest block has 15 layers


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_only_what_lies_above_the_cut_can_be_trained(name, share):
    whole = build_whole(name)
    cut = cut_backbone(whole, share)
    n = 0 if share == 0 else cut.n_frozen
    above = [layer for layer in whole.layers[n:] if not isinstance(layer, keras.layers.BatchNormalization)]
    expected = {id(weight) for layer in above for weight in layer.weights}
    assert {id(weight) for weight in cut.upper.trainable_weights} == expected
    assert cut.lower.trainable_weights == []
    assert (len(expected) == 0) == (share == 1)


def test_fit_moves_no_batch_normalisation():
    cut = cut_backbone(build_whole("efficientnet-lite0"), 0.95)
    norms = [layer for layer in cut.upper.layers if isinstance(layer, keras.layers.BatchNormalization)]
    before = [weight.copy() for layer in norms for weight in layer.get_weights()]
    kernel = cut.upper.get_layer("top_conv").get_weights()[0].copy()
    pooled = keras.layers.GlobalAveragePooling2D()(cut.upper.outputs[-1])
    model = keras.Model(cut.upper.input, pooled)
    model.compile("sgd", "mse")
    maps = np.random.default_rng(3).normal(5, 3, (4, *cut.upper.input.shape[1:])).astype(np.float32)
    model.fit(maps, np.zeros((4, 1280)), epochs=2, verbose=0)
    after = [weight for layer in norms for weight in layer.get_weights()]
    assert len(norms) >= 2
    assert all(np.array_equal(*pair) for pair in zip(before, after, strict=True))
    assert not np.array_equal(kernel, cut.upper.get_layer("top_conv").get_weights()[0])


def test_efficientnet_v2_scales_pixels_once():
    whole = build_whole("efficientnetv2-b0")
    seen = keras.Model(whole.input, whole.get_layer("stem_conv").input)
    pixels = np.zeros((1, 64, 64, 3), np.float32)
    pixels[0, 0, 1] = 255
    entering = np.asarray(seen(pixels))[0, 0, :2]
    mean, deviation = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    np.testing.assert_allclose(entering, [-mean / deviation, (1 - mean) / deviation], atol=1e-4)


@pytest.mark.parametrize(
    "error", [Exception("URL fetch failure on https://x: None -- [Errno -3]\n no name"), TimeoutError("timed out")]
)
def test_a_failed_download_is_one_line_with_the_alternative(monkeypatch, error):
    def fail(**options):
        raise error

    monkeypatch.setitem(backbones.APPLICATIONS, "efficientnetv2-s", fail)
    with pytest.raises(UserError, match=r"^backbone efficientnetv2-s: .*-S backbone=efficientnet-lite0$") as caught:
        build_backbone("efficientnetv2-s", 64)
    assert "\n" not in str(caught.value)


def test_another_failure_is_not_called_a_download(monkeypatch):
    def fail(**options):
        raise TypeError("wrong call")

    monkeypatch.setitem(backbones.APPLICATIONS, "efficientnetv2-s", fail)
    with pytest.raises(TypeError, match="wrong call"):
        build_backbone("efficientnetv2-s", 64)


@pytest.mark.parametrize(("px", "words"), [(100, "multiple of 32"), (16, "from 32 to 1024"), (64.0, "whole number")])
def test_an_impossible_side_is_refused(px, words):
    with pytest.raises(UserError, match=rf"extract_features\.picture_px is {px}; .*{words}"):
        build_backbone("efficientnet-lite0", px, pretrained=False)


def test_an_unknown_backbone_is_refused():
    with pytest.raises(UserError, match="backbone is 'resnet50'; allowed: efficientnet-lite0"):
        build_backbone("resnet50", 64)


@pytest.mark.parametrize("share", [-0.1, 1.5, "half"])
def test_an_impossible_share_is_refused(share):
    with pytest.raises(UserError, match=r"freeze_share is"):
        cut_backbone(build_whole("efficientnet-lite0"), share)

import keras
import numpy as np
import pytest

from artstyle.backbones import build_backbone, cut_backbone
from artstyle.errors import UserError
from artstyle.feature_layout import describe_members
from artstyle.joint_backbone import build_backbones, cut_backbones
from test_backbones import run
from tiny_run import build_small_backbone, use_small_backbone, write_features, write_tiny_run

BOTH = "efficientnet-lite0+efficientnet-lite2"


def draw_pixels() -> np.ndarray:
    return np.random.default_rng(2).uniform(0, 255, (2, 64, 64, 3)).astype(np.float32)


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_every_map_holds_the_channels_of_each_backbone_in_order(monkeypatch, share):
    use_small_backbone(monkeypatch)
    joint = cut_backbones(build_backbones(BOTH, 64), share)
    alone = [cut_backbone(build_small_backbone(name, 64), share) for name in BOTH.split("+")]
    below, (below_1, below_2) = run(joint.lower, draw_pixels()), [run(cut.lower, draw_pixels()) for cut in alone]
    above = run(joint.upper, below[0])
    above_1, above_2 = (run(cut.upper, maps[0]) for cut, maps in zip(alone, (below_1, below_2), strict=True))
    for joined, first, second in zip([*below, *above], [*below_1, *above_1], [*below_2, *above_2], strict=True):
        assert joined is below[0] or not np.allclose(first, second)
        np.testing.assert_allclose(joined, np.concatenate([first, second], axis=-1), atol=1e-5)
    assert (joint.lower_levels, joint.upper_levels) == (alone[0].lower_levels, alone[0].upper_levels)
    assert joint.boundary == {0: "pixels+pixels", 0.5: "block0_relu+b2-block0_relu", 1: "top_conv+b2-top_conv"}[share]
    assert joint.channels == {name: 2 * alone[0].channels[name] for name in alone[0].channels}
    assert (joint.n_layers, joint.n_frozen) == (2 * alone[0].n_layers, 2 * alone[0].n_frozen)


def test_all_that_lies_above_the_cut_can_be_trained_and_no_two_weights_share_a_path(monkeypatch):
    use_small_backbone(monkeypatch)
    joint = cut_backbones(build_backbones(BOTH, 64), 0.5)
    alone = cut_backbone(build_small_backbone("", 64), 0.5)
    assert len(joint.upper.trainable_weights) == 2 * len(alone.upper.trainable_weights) > 0
    assert joint.lower.trainable_weights == []
    paths = [weight.path for weight in (*joint.lower.weights, *joint.upper.weights)]
    assert len(set(paths)) == len(paths)


def test_fit_moves_no_batch_normalisation_of_either(monkeypatch):
    use_small_backbone(monkeypatch)
    upper = cut_backbones(build_backbones(BOTH, 32), 0.5).upper
    before = {weight.path: weight.numpy() for weight in upper.weights}
    model = keras.Model(upper.input, keras.layers.GlobalAveragePooling2D()(upper.outputs[-1]))
    model.compile(keras.optimizers.SGD(1e-3), "mse")
    maps = np.random.default_rng(3).normal(5, 3, (4, *upper.input.shape[1:])).astype(np.float32)
    model.fit(maps, np.zeros((4, 24)), epochs=2, verbose=0)
    moved = {weight.path for weight in upper.weights if not np.array_equal(weight.numpy(), before[weight.path])}
    assert moved == {weight.path for weight in upper.trainable_weights}
    assert not any("_bn" in path for path in moved)


def test_the_packaged_weights_reach_the_second_backbone():
    _, second = build_backbones(BOTH, 32)
    alone = build_backbone("efficientnet-lite2", 32)
    np.testing.assert_array_equal(second(draw_pixels()[:, :32, :32]), alone(draw_pixels()[:, :32, :32]))
    assert second.get_layer("b2-stem_conv").get_weights()[0].std() > 0


def test_the_real_backbones_can_be_joined_at_the_default_share():
    joint = cut_backbones(build_backbones(BOTH, 64, pretrained=False), 0.5)
    assert joint.lower.outputs[0].shape == (None, 4, 4, 168)
    assert [level.shape[-1] for level in joint.lower.outputs[1:]] == [32, 48, 88, 168]
    assert [level.shape[-1] for level in joint.upper.outputs] == [232, 400, 672, 2560]


def test_a_share_that_cuts_them_at_different_levels_is_refused():
    wholes = build_backbones(BOTH, 64, pretrained=False)
    with pytest.raises(UserError, match=r"freeze_share is 0\.7, .*after block10_add\+b2-block13_add; .*as with 0\.5$"):
        cut_backbones(wholes, 0.7)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("efficientnet-lite0+resnet", "backbone is 'resnet'; allowed: efficientnet-lite0"),
        ("efficientnet-lite0+", "backbone is ''; allowed"),
        ("efficientnet-lite0+efficientnet-lite0", "it names efficientnet-lite0 twice"),
        (7, "backbone is 7; allowed"),
    ],
)
def test_a_name_that_is_none_is_refused(name, words):
    with pytest.raises(UserError, match=words):
        build_backbones(name, 64, pretrained=False)


def test_the_cache_holds_the_features_of_each_where_its_members_look_for_them(monkeypatch, tmp_path):
    use_small_backbone(monkeypatch)
    project = write_tiny_run(tmp_path / "run")
    facts = write_features(project, backbone=BOTH, maps=True)
    maps = tuple(facts["maps"])
    names = ("pooled", "covariances", "boundary", *maps)
    both = {name: np.load(project.features / f"{name}.npy") for name in names}
    members = describe_members(cut_backbones(build_backbones(BOTH, 32), 0.5), facts["covariance_channels"])
    start = 0
    for backbone, member in zip(BOTH.split("+"), members, strict=True):
        n = write_features(project, backbone=backbone, maps=True)["boundary"]["shape"][-1]
        alone = {name: np.load(project.features / f"{name}.npy") for name in names}
        for name in ("pooled", "covariances", *maps):
            own = np.concatenate([both[name][..., a:b] for a, b in member[name]], axis=-1)
            np.testing.assert_allclose(own, alone[name], atol=1e-2)
        np.testing.assert_allclose(both["boundary"][..., start : start + n], alone["boundary"], atol=1e-2)
        start += n
    assert facts["n_columns"] == both["pooled"].shape[-1] == sum(b - a for m in members for a, b in m["pooled"])
    assert facts["backbone"] == BOTH

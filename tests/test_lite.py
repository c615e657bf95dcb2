import functools
import importlib.util

import keras
import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_image

from artstyle.errors import UserError
from artstyle.lite import VARIANTS, build_lite

NATIVE_PX = {"lite0": 224, "lite1": 240, "lite2": 260}
PALACE, MONASTERY, BELL_COTE, CASTLE, DAISY = 698, 663, 442, 483, 985
BEE, HONEYCOMB = 309, 599


@functools.cache
def build_classifier(variant: str) -> keras.Model:
    return build_lite(variant, NATIVE_PX[variant], pretrained=True, classify=True)


def rank_classes(variant: str, photograph: str) -> list[int]:
    """Return the ImageNet classes of the middle square of a photograph, most probable first."""
    picture = Image.fromarray(load_sample_image(photograph))
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    square = picture.crop((left, top, left + side, top + side))
    pixels = np.asarray(square.resize((NATIVE_PX[variant],) * 2, Image.Resampling.BICUBIC), np.float32)
    model = build_classifier(variant)
    return np.argsort(-np.asarray(model(pixels[None], training=False))[0]).tolist()


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_chinese_palace_is_one(variant):
    ranked = rank_classes(variant, "china.jpg")
    assert ranked[0] == PALACE
    assert len({MONASTERY, BELL_COTE, CASTLE} & set(ranked[1:4])) >= 2


@pytest.mark.parametrize("variant", ["lite0", "lite1"])
def test_a_flower_is_the_only_flower_of_imagenet_that_looks_like_it(variant):
    assert rank_classes(variant, "flower.jpg")[0] == DAISY


def test_lite2_sees_the_same_flower_as_a_honeycomb_with_a_bee():
    # ImageNet has no dahlia; the largest variant takes its cells for a comb, and PyTorch gives the same.
    ranked = rank_classes("lite2", "flower.jpg")
    assert ranked[0] == HONEYCOMB
    assert BEE in ranked[:3]


def test_pixels_are_scaled_once():
    model = build_lite("lite0", 32, pretrained=False)
    seen = keras.Model(model.input, model.get_layer("stem_conv").input)
    pixels = np.zeros((1, 32, 32, 3), np.float32)
    pixels[0, 0, :3] = [[0] * 3, [127] * 3, [255] * 3]
    entering = np.asarray(seen(pixels))[0, 0, :3, 0]
    np.testing.assert_allclose(entering, [-127 / 128, 0, 1], atol=1e-6)


@pytest.mark.parametrize(
    ("variant", "n_blocks", "channels"),
    [("lite0", 16, (24, 40, 80, 112, 192, 320)), ("lite1", 21, (24, 40, 80, 112, 192, 320)),
     ("lite2", 21, (24, 48, 88, 120, 208, 352))],
)  # fmt: skip
def test_depth_and_width_of_the_variants(variant, n_blocks, channels):
    model = build_lite(variant, 32, pretrained=False)
    projections = [layer for layer in model.layers if layer.name.endswith("project_conv")]
    widths = [layer.filters for layer in projections]
    assert len(projections) == n_blocks
    assert sorted(set(widths)) == sorted({16, *channels})
    assert model.get_layer("stem_conv").filters == 32
    assert model.output.shape == (None, 1, 1, 1280)


def test_lite0_has_the_published_number_of_parameters():
    model = build_classifier("lite0")
    assert sum(int(np.prod(weight.shape)) for weight in model.trainable_weights) == 4_652_008
    assert model.output.shape == (None, 1000)
    assert model.get_layer("top_relu").output.shape == (None, 7, 7, 1280)


def test_a_missing_weights_package_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(
        UserError, match=r"^backbone efficientnet-lite1: package efficientnet-lite1-\S+ is not installed$"
    ):
        build_lite("lite1", 32, pretrained=True)

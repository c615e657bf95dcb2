import keras
import numpy as np
import pytest
from keras import layers

from artstyle.backbones import cut_backbone
from artstyle.folding import Folded, fold_normalisation
from test_backbones import NAMES, copy_whole


def normalise(name: str, values: list[list[float]]) -> layers.BatchNormalization:
    layer = layers.BatchNormalization(epsilon=0.25, name=name)
    layer.build((None, 1, 1, len(values[0])))
    layer.set_weights([np.array(row, np.float32) for row in values])
    return layer


def test_kernel_and_bias_by_hand():
    # variance 3.75 + epsilon 0.25 has the root 2: scale 6 / 2 = 3, bias 1 - 0.5 * 3 = -0.5
    pixels = keras.Input((1, 1, 1))
    convolution = layers.Conv2D(1, 1, use_bias=False, name="a_conv")
    x = normalise("a_bn", [[6.0], [1.0], [0.5], [3.75]])(convolution(pixels))
    convolution.set_weights([np.full((1, 1, 1, 1), 2.0)])
    folded = fold_normalisation(keras.Model(pixels, x))
    kernel, bias = folded.get_layer("a_conv").get_weights()
    assert kernel.item() == pytest.approx(6.0)
    assert bias.item() == pytest.approx(-0.5)
    assert folded.predict(np.full((1, 1, 1, 1), 4.0), verbose=0).item() == pytest.approx(6 * 4 - 0.5)


def test_depthwise_channels_keep_their_own_scale():
    pixels = keras.Input((1, 1, 2))
    convolution = layers.DepthwiseConv2D(1, use_bias=False, name="d_conv")
    x = normalise("d_bn", [[2.0, 20.0], [0.0, 1.0], [0.0, 0.0], [0.75, 0.75]])(convolution(pixels))
    convolution.set_weights([np.ones((1, 1, 2, 1))])
    folded = fold_normalisation(keras.Model(pixels, x))
    outputs = folded.predict(np.array([[[[1.0, 3.0]]]]), verbose=0)
    np.testing.assert_allclose(outputs.ravel(), [2.0, 61.0], rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_backbone_stays_the_same_function(name):
    whole = copy_whole(name)
    folded = fold_normalisation(whole)
    assert [layer.name for layer in folded.layers[1:]] == [layer.name for layer in whole.layers[1:]]
    assert sum(isinstance(layer, Folded) for layer in folded.layers) > 10
    pictures = np.random.default_rng(1).uniform(0, 255, (2, 64, 64, 3)).astype(np.float32)
    expected = whole.predict(pictures, verbose=0)
    error = np.abs(folded.predict(pictures, verbose=0) - expected).max()
    assert error <= 1e-4 * np.abs(expected).max()


def test_a_map_that_something_else_reads_is_left_alone():
    pixels = keras.Input((2, 2, 3))
    x = layers.Conv2D(3, 1, use_bias=False, name="shared_conv")(pixels)
    y = layers.Add()([x, normalise("shared_bn", [[2.0] * 3, [1.0] * 3, [0.5] * 3, [3.75] * 3])(x)])
    model = keras.Model(pixels, y)
    folded = fold_normalisation(model)
    assert isinstance(folded.get_layer("shared_bn"), layers.BatchNormalization)
    pictures = np.random.default_rng(1).normal(size=(2, 2, 2, 3)).astype(np.float32)
    np.testing.assert_allclose(folded.predict(pictures, verbose=0), model.predict(pictures, verbose=0), rtol=1e-5)


def test_the_model_itself_does_not_change():
    whole = copy_whole(NAMES[0])
    before = [weight.copy() for weight in whole.get_weights()]
    fold_normalisation(whole)
    assert all(np.array_equal(old, new) for old, new in zip(before, whole.get_weights(), strict=True))


def test_a_model_whose_layers_another_one_uses_is_folded_as_a_whole():
    whole = copy_whole(NAMES[0])
    alone = sum(isinstance(layer, Folded) for layer in fold_normalisation(whole).layers)
    cut_backbone(whole, 0.5)  # the upper half is a model of the same layers
    folded = fold_normalisation(whole)
    assert sum(isinstance(layer, Folded) for layer in folded.layers) == alone
    assert not any(isinstance(layer, layers.BatchNormalization) for layer in folded.layers)

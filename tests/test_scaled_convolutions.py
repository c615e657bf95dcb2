import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from artstyle.folding import Folded
from artstyle.scaled_convolutions import ScaledConv2D, ScaledDepthwiseConv2D, scale_convolutions
from test_backbones import NAMES, copy_whole
from test_folding import normalise

# gamma, beta, mean, variance of two channels; with epsilon 0.25 the roots are 2 and 4: scales 3, 5 and shifts -0.5, 7
NORMALISATION = [[6.0, 20.0], [1.0, 2.0], [0.5, -1.0], [3.75, 15.75]]


def build_pair(layer: layers.Layer, n_channels: int = 2, side: int = 3) -> tuple[keras.Model, keras.Model]:
    pixels = keras.Input((side, side, n_channels))
    model = keras.Model(pixels, normalise("x_bn", NORMALISATION)(layer(pixels)))
    model.get_layer("x_bn").trainable = False
    return model, scale_convolutions(model)


def test_scale_and_shift_by_hand():
    model, scaled = build_pair(layers.Conv2D(2, 1, use_bias=False, name="x_conv"))
    model.get_layer("x_conv").set_weights([np.array([[[[1.0, 0.0], [2.0, 1.0]]]])])
    scaled = scale_convolutions(model)
    layer = scaled.get_layer("x_conv")
    assert isinstance(layer, ScaledConv2D) and isinstance(scaled.get_layer("x_bn"), Folded)
    np.testing.assert_allclose(layer.scale, [3.0, 5.0])
    np.testing.assert_allclose(layer.shift, [-0.5, 7.0])
    outputs = scaled.predict(np.tile([10.0, 1.0], (1, 3, 3, 1)), verbose=0)  # the convolution gives 12 and 1
    np.testing.assert_allclose(outputs, np.tile([3 * 12 - 0.5, 5 * 1 + 7.0], (1, 3, 3, 1)), rtol=1e-6)


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv2D(2, 1, use_bias=False, name="x_conv"),
        layers.Conv2D(2, 3, padding="same", use_bias=False, name="x_conv"),
        layers.Conv2D(2, 1, strides=2, use_bias=False, name="x_conv"),
        layers.DepthwiseConv2D(3, padding="same", use_bias=False, name="x_conv"),
    ],
    ids=["pixel", "square", "stride", "depthwise"],
)
def test_outputs_and_gradients_of_the_kernel_are_those_of_convolution_and_normalisation(layer):
    model, scaled = build_pair(layer)
    inputs = tf.constant(np.random.default_rng(1).normal(size=(4, 3, 3, 2)).astype(np.float32))
    seen = []
    for one in (model, scaled):
        assert [weight.shape for weight in one.trainable_weights] == [layer.kernel.shape]
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(inputs)
            outputs = one(inputs, training=True)
            total = tf.reduce_sum(outputs**2)
        kernel = one.get_layer("x_conv").kernel.value
        seen.append([outputs, tape.gradient(total, kernel), tape.gradient(total, inputs)])
    for plain, other in zip(*seen, strict=True):
        assert np.abs(plain).max() > 0.1
        np.testing.assert_allclose(other, plain, rtol=1e-4, atol=1e-4 * np.abs(plain).max())


@pytest.mark.parametrize("name", NAMES)
def test_a_backbone_stays_the_same_function_with_the_same_weights_to_train(name):
    whole = copy_whole(name)
    scaled = scale_convolutions(whole)
    assert [layer.name for layer in scaled.layers[1:]] == [layer.name for layer in whole.layers[1:]]
    kinds = {type(layer) for layer in scaled.layers}
    assert {ScaledConv2D, ScaledDepthwiseConv2D} <= kinds and layers.DepthwiseConv2D not in kinds
    assert layers.BatchNormalization not in kinds
    trained = [weight.path for weight in whole.trainable_weights if "_bn/" not in weight.path]
    assert [weight.path.split("/")[-2:] for weight in scaled.trainable_weights] == [p.split("/")[-2:] for p in trained]
    pictures = np.random.default_rng(1).uniform(0, 255, (2, 64, 64, 3)).astype(np.float32)
    expected = whole.predict(pictures, verbose=0)
    error = np.abs(scaled.predict(pictures, verbose=0) - expected).max()
    assert error <= 1e-4 * np.abs(expected).max()


def test_no_lot_is_drawn():
    whole = copy_whole(NAMES[0])
    drawn = []
    for build in (lambda: None, lambda: scale_convolutions(whole)):
        keras.utils.set_random_seed(3)
        build()
        layer = layers.Dense(4)
        layer.build((None, 4))
        drawn.append(layer.get_weights()[0])
    np.testing.assert_array_equal(*drawn)


def test_what_has_other_layers_around_it_is_left_alone():
    pixels = keras.Input((2, 2, 2))
    x = layers.Conv2D(2, 1, use_bias=False, name="shared_conv")(pixels)
    model = keras.Model(pixels, layers.Add()([x, normalise("shared_bn", NORMALISATION)(x)]))
    scaled = scale_convolutions(model)
    assert type(scaled.get_layer("shared_conv")) is layers.Conv2D
    assert isinstance(scaled.get_layer("shared_bn"), layers.BatchNormalization)
    pictures = np.random.default_rng(1).normal(size=(2, 2, 2, 2)).astype(np.float32)
    np.testing.assert_allclose(scaled.predict(pictures, verbose=0), model.predict(pictures, verbose=0), rtol=1e-5)


@pytest.mark.parametrize(
    "options",
    [{"use_bias": True}, {"activation": "relu"}, {"data_format": "channels_first"}],
    ids=lambda o: next(iter(o)),
)
@pytest.mark.parametrize("kind", [ScaledConv2D, ScaledDepthwiseConv2D])
def test_what_a_scaled_convolution_would_leave_out_is_refused(kind, options):
    size = (2, 1) if kind is ScaledConv2D else (1,)
    with pytest.raises(ValueError, match="x_conv: a scaled convolution has no bias and no activation"):
        kind(*size, **{"use_bias": False, "name": "x_conv", **options}).build((None, 3, 3, 3))

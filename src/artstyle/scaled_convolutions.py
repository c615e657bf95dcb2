"""Convolutions that carry the frozen normalisation behind them: the same function to train, in less time.

Normalisation that keeps its statistics and its scale is one factor and one summand a channel. Multiplying the factor
into the kernel in every step, instead of into the map, saves passes over memory, forward and back, and leaves the
trainable weights what they were: the gradient of a kernel is the same, so that rates and decay mean what they meant.
A convolution of one pixel runs as a product of matrices, whose gradient is faster than that of a convolution on a CPU.
"""

import keras
import numpy as np
from keras import layers, ops

from artstyle.folding import find_constants, replace_normalised


def _add_constants(layer: layers.Layer, n_channels: int) -> None:
    if layer.use_bias or layer.activation is not keras.activations.linear or layer.data_format != "channels_last":
        raise ValueError(f"{layer.name}: a scaled convolution has no bias and no activation, and channels last")
    layer.scale = layer.add_weight(name="scale", shape=(n_channels,), initializer="ones", trainable=False)
    layer.shift = layer.add_weight(name="shift", shape=(n_channels,), initializer="zeros", trainable=False)


@keras.saving.register_keras_serializable(package="artstyle")
class ScaledConv2D(layers.Conv2D):
    """(batch, height, width, channels) -> convolution times `scale` plus `shift`, (batch, height', width', filters).

    Arguments are those of keras Conv2D, with `use_bias=False`, no activation and channels last (ValueError otherwise).
    `scale` and `shift`, one number a filter, are not trained; 1 and 0 at first.
    """

    def build(self, input_shape):
        super().build(input_shape)
        _add_constants(self, self.filters)

    def call(self, inputs):
        kernel = self.kernel * self.scale  # (height, width, channels, filters)
        if self.kernel_size == (1, 1) and self.strides == (1, 1) and self.groups == 1:
            height, width, n_channels = inputs.shape[1:]
            pixels = ops.reshape(inputs, (-1, n_channels))  # (batch * height * width, channels)
            pixels = ops.matmul(pixels, kernel[0, 0])  # (batch * height * width, filters)
            return ops.reshape(pixels + self.shift, (-1, height, width, self.filters))
        return ops.conv(inputs, kernel, self.strides, self.padding, self.data_format, self.dilation_rate) + self.shift

    def save_own_variables(self, store):
        layers.Layer.save_own_variables(self, store)  # Conv2D knows of kernel and bias only

    def load_own_variables(self, store):
        layers.Layer.load_own_variables(self, store)


@keras.saving.register_keras_serializable(package="artstyle")
class ScaledDepthwiseConv2D(layers.DepthwiseConv2D):
    """(batch, height, width, channels) -> depthwise convolution times `scale` plus `shift`, of as many channels.

    Arguments are those of keras DepthwiseConv2D, as for `ScaledConv2D`. `scale` and `shift` are not trained; 1 and 0 at
    first.
    """

    def build(self, input_shape):
        super().build(input_shape)
        _add_constants(self, input_shape[-1] * self.depth_multiplier)

    def call(self, inputs):
        kernel = self.kernel * ops.reshape(self.scale, self.kernel.shape[-2:])  # (height, width, channels, multiplier)
        places = (self.strides, self.padding, self.data_format, self.dilation_rate)
        return ops.depthwise_conv(inputs, kernel, *places) + self.shift


_SCALED = {
    layers.Conv2D: (ScaledConv2D, "kernel_initializer"),
    layers.DepthwiseConv2D: (ScaledDepthwiseConv2D, "depthwise_initializer"),
}


def scale_convolutions(model: keras.Model) -> keras.Model:
    """Return a copy of a functional model whose normalised convolutions are scaled ones, for training and inference.

    Batch normalisation behind a convolution keeps its moving statistics, also in training, and is not trained; layers
    keep number and names. Normalisations behind other layers stay. Outputs agree to the rounding of float32.
    """
    return replace_normalised(model, _make_scaled, _weigh)


def _make_scaled(convolution: layers.Layer) -> layers.Layer:
    kind, initializer = _SCALED[type(convolution)]
    # No lot is drawn for weights that are there already: what is built next starts as it would without this.
    return kind.from_config({**convolution.get_config(), initializer: "zeros"})


def _weigh(convolution: layers.Layer, normalisation: layers.BatchNormalization) -> list[np.ndarray]:
    constants = (constant.astype(np.float32) for constant in find_constants(normalisation))
    return [*convolution.get_weights(), *constants]

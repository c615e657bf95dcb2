"""Fold batch normalisation into the convolutions before it: the same function, fewer passes over memory."""

from collections.abc import Callable

import keras
import numpy as np
from keras import layers

_CONVOLUTIONS = (layers.Conv2D, layers.DepthwiseConv2D)


@keras.saving.register_keras_serializable(package="artstyle")
class Folded(layers.Layer):
    """Stands where a batch normalisation stood, so that layers keep their number and names: x -> x."""

    def call(self, x, mask=None):
        return x

    def compute_output_shape(self, input_shape):
        return input_shape


def fold_normalisation(model: keras.Model) -> keras.Model:
    """Return a copy of a functional model, for inference only, with normalisation folded into the convolutions.

    A convolution followed by nothing but a batch normalisation in inference is a convolution with kernel k s and bias
    b - m s, where s = g / sqrt(v + epsilon) (Jacob et al., "Quantization and training of neural networks", CVPR 2018,
    section 3.2). Normalisations behind other layers stay. Outputs agree to the rounding of float32.
    """

    def make(convolution):
        return type(convolution).from_config({**convolution.get_config(), "use_bias": True})

    return replace_normalised(model, make, _join)


def replace_normalised(model: keras.Model, make: Callable, weigh: Callable) -> keras.Model:
    """Return a copy of a functional model in which other layers stand for convolutions with their normalisation.

    A convolution counts if nothing but a batch normalisation follows it; what stands for it keeps its name, and a layer
    that does nothing stands for the normalisation.

    Args:
        make: convolution -> layer of the same name that stands for it and its normalisation.
        weigh: convolution, normalisation -> weights of that layer, as `set_weights` takes them.
    """
    found = {
        convolution.name: layer
        for layer in model.layers
        if isinstance(layer, layers.BatchNormalization) and (convolution := _find_convolution(model, layer)) is not None
    }
    replaced = {layer.name for layer in found.values()}

    def copy(layer):
        if layer.name in replaced:
            return Folded(name=layer.name)
        return make(layer) if layer.name in found else type(layer).from_config(layer.get_config())

    clone = keras.models.clone_model(model, clone_function=copy)
    for layer in model.layers:
        if layer.name in found:
            clone.get_layer(layer.name).set_weights(weigh(layer, found[layer.name]))
        elif layer.name not in replaced and layer.weights:
            clone.get_layer(layer.name).set_weights(layer.get_weights())
    return clone


def find_constants(normalisation: layers.BatchNormalization) -> tuple[np.ndarray, np.ndarray]:
    """Return factor and summand of each channel, float64, that the normalisation is in inference."""
    gamma, beta, mean, variance = (np.asarray(weight, np.float64) for weight in normalisation.get_weights())
    scale = gamma / np.sqrt(variance + normalisation.epsilon)
    return scale, beta - mean * scale


def _find_convolution(model: keras.Model, normalisation: layers.BatchNormalization) -> layers.Layer | None:
    """Return the convolution whose output goes, inside the model, into this normalisation and nowhere else."""
    before = normalisation.input._keras_history.operation
    fits = isinstance(before, _CONVOLUTIONS) and not before.use_bias and before.activation is keras.activations.linear
    fits = fits and normalisation.axis in (-1, 3) and normalisation.scale and normalisation.center
    # Other models, such as a part that was cut out before, may share the layers and use them in their own way.
    own = [node for nodes in model._nodes_by_depth.values() for node in nodes]
    uses = [node for node in before._outbound_nodes if node in own]
    return before if fits and len(uses) == 1 else None


def _join(convolution: layers.Layer, normalisation: layers.BatchNormalization) -> list[np.ndarray]:
    scale, shift = find_constants(normalisation)
    kernel = convolution.get_weights()[0].astype(np.float64)
    if isinstance(convolution, layers.DepthwiseConv2D):
        kernel = kernel * scale.reshape(kernel.shape[-2:])  # (height, width, channels, multiplier)
    else:
        kernel = kernel * scale  # (height, width, channels, filters)
    return [kernel.astype(np.float32), shift.astype(np.float32)]

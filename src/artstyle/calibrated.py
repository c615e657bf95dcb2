"""Let a classifier look twice, give it calibrated probabilities, or take its logits.

The Keras side of `artstyle.temperature`.
"""

import keras
import numpy as np
from keras import layers

from artstyle.temperature import Calibration


def find_logits(classifier: keras.Model) -> keras.KerasTensor:
    """Return the logits (batch, classes) of `networks.build_classifier` or of what this module makes of it.

    Neither offsets nor temperature are in them.
    """
    names = [layer.name for layer in classifier.layers]
    return classifier.get_layer("calibrated_logits" if "calibrated_logits" in names else "probabilities").input


@keras.saving.register_keras_serializable(package="artstyle")
class MirrorPictures(layers.Layer):
    """Exchange left and right of pictures (batch, height, width, channels)."""

    def call(self, pictures):
        return keras.ops.flip(pictures, axis=2)

    def compute_output_shape(self, input_shape):
        return input_shape


def build_mirrored(classifier: keras.Model) -> keras.Model:
    """Return the classifier with the mean of its logits for a picture and for its mirror image; weights are shared.

    Style has no side, but a network's answers differ by a little between the two. Source: Krizhevsky, Sutskever and
    Hinton, "ImageNet classification with deep convolutional neural networks" (NIPS 2012), section 4.1, who average
    probabilities; logits go on to the calibration here.
    """
    look = keras.Model(classifier.input, find_logits(classifier), name="look")
    pictures = classifier.input
    sides = [look(pictures), look(MirrorPictures(name="mirror")(pictures))]
    logits = layers.Average(dtype="float32", name="both_sides")(sides)
    return keras.Model(pictures, layers.Softmax(dtype="float32", name="probabilities")(logits), name="classifier")


def build_calibrated(classifier: keras.Model, calibration: Calibration) -> keras.Model:
    """Return the classifier with softmax((logits + offsets) / temperature) as its probabilities; weights are shared."""
    scale = 1 / calibration.temperature
    shift = np.array(calibration.offsets) * scale
    calibrated = layers.Rescaling(scale, offset=shift, dtype="float32", name="calibrated_logits")
    probabilities = layers.Softmax(dtype="float32", name="probabilities")(calibrated(find_logits(classifier)))
    return keras.Model(classifier.input, probabilities, name="classifier")

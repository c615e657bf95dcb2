"""Give an exported classifier calibrated probabilities, or take its logits (Keras side of `artstyle.temperature`)."""

import keras
import numpy as np
from keras import layers

from artstyle.temperature import Calibration


def find_logits(classifier: keras.Model) -> keras.KerasTensor:
    """Return the logits (batch, classes) of `networks.build_classifier` or `build_calibrated`, as the network has them.

    Neither offsets nor temperature are in them.
    """
    names = [layer.name for layer in classifier.layers]
    return classifier.get_layer("calibrated_logits" if "calibrated_logits" in names else "probabilities").input


def build_calibrated(classifier: keras.Model, calibration: Calibration) -> keras.Model:
    """Return the classifier with softmax((logits + offsets) / temperature) as its probabilities; weights are shared."""
    scale = 1 / calibration.temperature
    shift = np.array(calibration.offsets) * scale
    calibrated = layers.Rescaling(scale, offset=shift, dtype="float32", name="calibrated_logits")
    probabilities = layers.Softmax(dtype="float32", name="probabilities")(calibrated(find_logits(classifier)))
    return keras.Model(classifier.input, probabilities, name="classifier")

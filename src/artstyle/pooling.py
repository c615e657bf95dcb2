"""Pool feature maps to vectors: what a level shows on average and how much it varies over the picture."""

import keras
from keras import layers

# Inside the root: the gradient of a square root at 0 is infinite.
EPSILON = 1e-5


@keras.saving.register_keras_serializable(package="artstyle")
class SpatialStatistics(layers.Layer):
    """Mean and standard deviation of each channel over all positions: (batch, h, w, c) -> (batch, 2 c).

    Texture carries style, and second-order statistics of feature maps describe texture (Gatys, Ecker and Bethge,
    "Image style transfer using convolutional neural networks", CVPR 2016; here only their diagonal).
    """

    def call(self, maps):
        mean = keras.ops.mean(maps, axis=(1, 2))  # (batch, channels)
        square = keras.ops.mean(keras.ops.square(maps - mean[:, None, None, :]), axis=(1, 2))
        return keras.ops.concatenate([mean, keras.ops.sqrt(square + EPSILON)], axis=-1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 2 * input_shape[-1])


def reduce_map(maps, shape: list[int], name: str):
    """Return a map (batch, h, w, c) averaged down to `shape` (h, w, c); as it is if it has that shape."""
    factor = maps.shape[1] // shape[0]
    return layers.AveragePooling2D(factor, name=name)(maps) if factor > 1 else maps

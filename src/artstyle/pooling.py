"""Pool feature maps to vectors: what a level shows on average, how much it varies, and what varies together."""

import keras
import numpy as np
from keras import layers

# Inside the root: the gradient of a square root at 0 is infinite.
EPSILON = 1e-5
# Of the matrix root; as many as its source takes.
ROOT_STEPS = 5


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


@keras.saving.register_keras_serializable(package="artstyle")
class ChannelCovariance(layers.Layer):
    """Root of the channels' covariance matrix: (batch, h, w, c) -> (batch, k (k + 1) / 2), k = min(c, channels).

    Which channels vary together over the positions describes texture beyond the deviation of each (Gatys, Ecker and
    Bethge, CVPR 2016). A few strong directions would drown all others; the square root of the matrix, not of its
    entries, brings them closer (Li et al., "Towards faster training of global covariance pooling networks by iterative
    matrix square root normalization", CVPR 2018). The matrix is divided by its trace first, so that contrast does not
    count, and its upper triangle comes out. A map with more channels is first projected on fixed random orthonormal
    directions.

    Args:
        channels: most channels of which covariances are taken.
    """

    def __init__(self, channels: int, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels
        self.projection = None

    def build(self, input_shape):
        if input_shape[-1] > self.channels:
            self.projection = self.add_weight(
                (input_shape[-1], self.channels), initializer=_draw_directions, trainable=False, name="projection"
            )

    def call(self, maps):
        _, height, width, _ = maps.shape
        centred = maps - keras.ops.mean(maps, axis=(1, 2), keepdims=True)
        if self.projection is not None:
            centred = keras.ops.matmul(centred, self.projection)
        k = centred.shape[-1]
        rows = keras.ops.reshape(centred, (-1, height * width, k))
        covariance = keras.ops.matmul(keras.ops.transpose(rows, (0, 2, 1)), rows) / (height * width)  # (batch, k, k)
        root = take_root(covariance)
        row, column = np.triu_indices(k)
        return keras.ops.take(keras.ops.reshape(root, (-1, k * k)), row * k + column, axis=1)

    def compute_output_shape(self, input_shape):
        k = min(input_shape[-1], self.channels)
        return (input_shape[0], k * (k + 1) // 2)

    def get_config(self):
        return {**super().get_config(), "channels": self.channels}


def take_root(matrices):
    """Return the square roots of covariance matrices (batch, k, k), each divided by its trace before.

    By `ROOT_STEPS` coupled Newton-Schulz steps (Li et al., CVPR 2018, section 3.1), which need no eigenvalues and have
    a gradient everywhere. Eigenvalues below some hundredths of the trace come out smaller than their root: they are
    mostly noise. A matrix of zeros stays one.
    """
    trace = keras.ops.trace(matrices, axis1=1, axis2=2)[:, None, None]
    root, inverse = matrices / (trace + EPSILON**2), keras.ops.eye(matrices.shape[-1])[None]
    for _ in range(ROOT_STEPS):
        step = 1.5 * keras.ops.eye(matrices.shape[-1]) - 0.5 * keras.ops.matmul(inverse, root)  # (batch, k, k)
        root, inverse = keras.ops.matmul(root, step), keras.ops.matmul(step, inverse)
    return root


def _draw_directions(shape, dtype=None) -> np.ndarray:
    """Return orthonormal columns (c, channels), the same for each shape; a model carries them among its weights."""
    directions, _ = np.linalg.qr(np.random.default_rng(0).normal(size=tuple(shape)))
    return directions.astype(dtype or "float32")


def list_covariances(levels: list, sizes: list[tuple[int, ...]], channels: int, prefix: str) -> list:
    """Return the `ChannelCovariance` of each level, of the channels of each backbone for themselves.

    Args:
        levels: maps (batch, h, w, c).
        sizes: channels of each backbone, for each level.
        prefix: of the names of the layers.
    """
    parts = [part for level, counts in zip(levels, sizes, strict=True) for part in split_channels(level, counts)]
    return [ChannelCovariance(channels, name=f"{prefix}_covariance_{i}")(part) for i, part in enumerate(parts)]


def split_channels(maps, sizes: tuple[int, ...]) -> list:
    """Return the parts of an array (..., channels) that have so many channels each, in order."""
    return keras.ops.split(maps, np.cumsum(sizes)[:-1].tolist(), axis=-1) if len(sizes) > 1 else [maps]


def reduce_map(maps, shape: list[int], name: str):
    """Return a map (batch, h, w, c) averaged down to `shape` (h, w, c); as it is if it has that shape."""
    factor = maps.shape[1] // shape[0]
    return layers.AveragePooling2D(factor, name=name)(maps) if factor > 1 else maps

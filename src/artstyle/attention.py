"""Self-attention over the positions of a feature map."""

import keras
from keras import layers


@keras.saving.register_keras_serializable(package="artstyle")
class PositionEncoding(layers.Layer):
    """Add a learned vector to each position: (batch, positions, channels) -> the same shape.

    Dosovitskiy et al., "An image is worth 16x16 words" (ICLR 2021), section 3.1.
    """

    def build(self, input_shape):
        self.table = self.add_weight(shape=input_shape[1:], initializer="random_normal", name="table")

    def call(self, positions):
        return positions + self.table

    def compute_output_shape(self, input_shape):
        return input_shape


def attend_to_positions(maps, n_heads: int):
    """Return the map after self-attention with a skip and layer normalisation, in the same shape (batch, h, w, c).

    Vaswani et al., "Attention is all you need" (NeurIPS 2017), section 3.2; positions are encoded.

    Args:
        maps: Keras tensor; c is a multiple of `n_heads`.
        n_heads: attention heads, each of c / n_heads channels.
    """
    _, height, width, channels = maps.shape
    x = layers.Reshape((height * width, channels), name="attention_positions")(maps)
    x = PositionEncoding(name="attention_encoding")(x)
    attention = layers.MultiHeadAttention(n_heads, channels // n_heads, name="attention")
    x = layers.Add(name="attention_skip")([x, attention(x, x)])
    x = layers.LayerNormalization(name="attention_norm")(x)
    return layers.Reshape((height, width, channels), name="attention_map")(x)

"""Self-attention over the positions of a feature map."""

import keras
from keras import layers


@keras.saving.register_keras_serializable(package="artstyle")
class PositionEncoding(layers.Layer):
    """Add a learned vector to each position: (batch, h, w, channels) -> the same shape.

    Maps of another size, as parts of them in training, get the table brought to theirs (Dosovitskiy et al., "An image
    is worth 16x16 words", ICLR 2021, section 3.1, and 3.2 for other sizes; here bilinear).
    """

    def build(self, input_shape):
        self.table = self.add_weight(shape=input_shape[1:], initializer="random_normal", name="table")

    def call(self, maps):
        size, table = tuple(maps.shape[1:3]), self.table
        if size != tuple(table.shape[:2]):
            table = keras.ops.image.resize(table, size, interpolation="bilinear", data_format="channels_last")
        return maps + table

    def compute_output_shape(self, input_shape):
        return input_shape


def attend_to_positions(maps, n_heads: int, ending: str = ""):
    """Return the map after self-attention with a skip and layer normalisation, in the same shape (batch, h, w, c).

    Vaswani et al., "Attention is all you need" (NeurIPS 2017), section 3.2; positions are encoded.

    Args:
        maps: Keras tensor; c is a multiple of `n_heads`.
        n_heads: attention heads, each of c / n_heads channels.
        ending: of the names of all layers.
    """
    channels = maps.shape[-1]
    x = PositionEncoding(name=f"attention_encoding{ending}")(maps)
    attention = layers.MultiHeadAttention(
        n_heads, channels // n_heads, attention_axes=(1, 2), name=f"attention{ending}"
    )
    x = layers.Add(name=f"attention_skip{ending}")([x, attention(x, x)])
    return layers.LayerNormalization(name=f"attention_norm{ending}")(x)

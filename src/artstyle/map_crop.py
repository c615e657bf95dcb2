"""Let training see a part of each boundary map, another one in every step."""

import keras
from keras import layers, ops

from artstyle.parameters import check_number


@keras.saving.register_keras_serializable(package="artstyle")
class MapCrop(layers.Layer):
    """In training a square part of maps, otherwise all of them: (batch, h, w, c) -> (batch, side, side, c).

    Where the part lies is drawn anew in every step, for all works of the step at once. A part of a painting is in its
    style as well, and the layers above cost as much less as the part is smaller. What they see at its edges is the
    border that they see at the edges of a picture.

    Args:
        share: side of the part, of the side of the map, above 0, at most 1 (all of it, also in training).
    """

    def __init__(self, share: float = 1.0, **options):
        super().__init__(**options)
        self.share = share
        self.generator = keras.random.SeedGenerator()

    def call(self, maps, training=False):
        height, width, n_channels = maps.shape[1:]
        rows, columns = (max(1, round(self.share * length)) for length in (height, width))
        if not training or (rows, columns) == (height, width):
            return maps
        drawn = keras.random.uniform((2,), seed=self.generator)
        room = ops.convert_to_tensor([height - rows + 1, width - columns + 1], "float32")
        top, left = ops.unstack(ops.cast(ops.floor(drawn * room), "int32"))
        part = ops.slice(maps, (0, top, left, 0), (ops.shape(maps)[0], rows, columns, n_channels))
        return ops.reshape(part, (-1, rows, columns, n_channels))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "share": self.share}


def set_crop(model: keras.Model, share: float) -> None:
    """Let a network above the freeze boundary see so much of the maps in training; one without a crop sees them whole.

    To be called before the model is compiled: a step that is traced already stays as it is.
    """
    for layer in model.layers:
        if isinstance(layer, MapCrop):
            layer.share = share


def check_crop(section: str, share: float) -> None:
    """Check the parameter `crop` of a section of params.yaml.

    Raises:
        UserError: it is no number from 0.25 to 1.
    """
    check_number(f"{section}.crop", share, 0.25, 1)

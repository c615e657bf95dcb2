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
        cells: a list of maps of different sizes comes in, whose sides are multiples of so many cells; the same part is
            taken of each, in whole cells, and at least two a side where there are two: a head that reads rows as a
            sequence never gets a single one. None: one map, whose cells are its own.
    """

    def __init__(self, share: float = 1.0, cells: int | None = None, **options):
        super().__init__(**options)
        self.share, self.cells = share, cells
        self.generator = keras.random.SeedGenerator()

    def call(self, maps, training=False):
        height, width = (self.cells, self.cells) if self.cells else maps.shape[1:3]
        least = 2 if self.cells else 1
        rows, columns = (min(length, max(least, round(self.share * length))) for length in (height, width))
        if not training or (rows, columns) == (height, width):
            return maps
        drawn = keras.random.uniform((2,), seed=self.generator)
        room = ops.convert_to_tensor([height - rows + 1, width - columns + 1], "float32")
        top, left = ops.unstack(ops.cast(ops.floor(drawn * room), "int32"))
        if not self.cells:
            return _cut(maps, top, left, rows, columns)
        factors = [each.shape[1] // self.cells for each in maps]
        return [_cut(each, *(f * n for n in (top, left, rows, columns))) for each, f in zip(maps, factors, strict=True)]

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "share": self.share, "cells": self.cells}


def _cut(maps, top, left, rows: int, columns: int):
    part = ops.slice(maps, (0, top, left, 0), (ops.shape(maps)[0], rows, columns, maps.shape[-1]))
    return ops.reshape(part, (-1, rows, columns, maps.shape[-1]))


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

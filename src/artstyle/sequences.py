"""Read a feature map as a sequence, and put it together again: rows from top to bottom, or patches along a snake."""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable(package="artstyle")
class MapToRows(layers.Layer):
    """Rows of a map from top to bottom: (batch, h, w, c) -> (batch, h, 1, w, c)."""

    def call(self, maps):
        return maps[:, :, None]

    def compute_output_shape(self, input_shape):
        return (*input_shape[:2], 1, *input_shape[2:])


@keras.saving.register_keras_serializable(package="artstyle")
class RowsToMap(layers.Layer):
    """The inverse of `MapToRows`: (batch, h, 1, w, c) -> (batch, h, w, c)."""

    def call(self, rows):
        return ops.squeeze(rows, axis=2)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:2], *input_shape[3:])


@keras.saving.register_keras_serializable(package="artstyle")
class MapToSnake(layers.Layer):
    """Patches of a map along a snake: (batch, h, w, c) -> (batch, grid * grid, h / grid, w / grid, c).

    Even rows of patches run left to right, odd ones right to left, so that each patch touches the one before it.

    Args:
        grid: patches a side; divides height and width.
    """

    def __init__(self, grid: int, **options):
        super().__init__(**options)
        self.grid = grid

    def call(self, maps):
        _, height, width, channels = maps.shape
        g = self.grid
        x = ops.reshape(maps, (-1, g, height // g, g, width // g, channels))
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))  # (batch, row, column, h, w, c)
        return ops.reshape(_turn_odd_rows(x), (-1, g * g, height // g, width // g, channels))

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (batch, self.grid**2, height // self.grid, width // self.grid, channels)

    def get_config(self):
        return {**super().get_config(), "grid": self.grid}


@keras.saving.register_keras_serializable(package="artstyle")
class SnakeToMap(layers.Layer):
    """The inverse of `MapToSnake`: (batch, grid * grid, h, w, c) -> (batch, grid * h, grid * w, c).

    Args:
        grid: patches a side.
    """

    def __init__(self, grid: int, **options):
        super().__init__(**options)
        self.grid = grid

    def call(self, patches):
        _, _, height, width, channels = patches.shape
        g = self.grid
        x = _turn_odd_rows(ops.reshape(patches, (-1, g, g, height, width, channels)))
        return ops.reshape(ops.transpose(x, (0, 1, 3, 2, 4, 5)), (-1, g * height, g * width, channels))

    def compute_output_shape(self, input_shape):
        batch, _, height, width, channels = input_shape
        return (batch, self.grid * height, self.grid * width, channels)

    def get_config(self):
        return {**super().get_config(), "grid": self.grid}


def _turn_odd_rows(x):
    """Reverse the order of the columns in every second row: (batch, row, column, ...)."""
    rows = [ops.flip(x[:, i], axis=1) if i % 2 else x[:, i] for i in range(x.shape[1])]
    return ops.stack(rows, axis=1)


def find_grid(side: int) -> int:
    """Return the fewest patches a side, at least 2, that divide a map of this side without rest."""
    return next(grid for grid in range(2, side + 1) if side % grid == 0)

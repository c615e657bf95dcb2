"""Convolutional-recurrent head: convolution, ConvLSTM over a sequence, self-attention, and a feature pyramid."""

from dataclasses import dataclass

import keras
from keras import layers

from artstyle.attention import attend_to_positions
from artstyle.errors import UserError
from artstyle.parameters import check_choice, check_number, check_switch
from artstyle.pooling import SpatialStatistics
from artstyle.sequences import MapToRows, MapToSnake, RowsToMap, SnakeToMap, find_grid

SEQUENCES = ("rows", "snake", "levels")
SECTION = "train_phase1.crn"


def describe_maps(
    levels: dict[str, keras.KerasTensor],
    pooled: keras.KerasTensor,
    *,
    width: int,
    sequence: str,
    n_heads: int,
    map_dropout: float,
    convlstm: bool,
    attention: bool,
    pyramid: bool,
    statistics: bool,
    ending: str = "",
) -> keras.KerasTensor:
    """Return what the convolutional-recurrent head says about a picture, before classification: (batch, numbers).

    Convolutions with batch normalisation bring the levels that the sequence is made of to one width; two ConvLSTM
    layers and self-attention follow. Mean and standard deviation of what comes out are joined by those of each level
    of the pyramid. Without ConvLSTM the coarsest level goes on from its convolution.

    Args:
        levels: feature maps (batch, h, w, c) by name, fine to coarse, at least two.
        pooled: pooled features (batch, columns), brought to one scale.
        width: channels of every layer; a multiple of `n_heads`, 4..512.
        sequence: what the ConvLSTM reads. rows: the map row by row from the top; snake: patches of the second coarsest
            level along a snake; levels: the levels from coarse to fine, brought to one size.
        n_heads: heads of the attention, 1..32.
        map_dropout: share of the channels of each level set to zero in training, 0..0.95 (Tompson et al., "Efficient
            object localization using convolutional networks", CVPR 2015, section 3.2).
        convlstm, attention, pyramid: false leaves the component out.
        statistics: true joins the pooled features of all levels, the finest included.
        ending: of the names of all layers, where a model has several such heads.

    Raises:
        UserError: a value out of range, or maps too small for a sequence of two steps.
    """
    check_number(f"{SECTION}.width", width, 4, 512, whole=True)
    check_number(f"{SECTION}.n_heads", n_heads, 1, 32, whole=True)
    check_number(f"{SECTION}.map_dropout", map_dropout, 0, 0.95)
    check_choice(f"{SECTION}.sequence", sequence, SEQUENCES)
    if width % n_heads:
        raise UserError(f"params.yaml: {SECTION}.width is {width}; expected a multiple of n_heads, {n_heads}")
    switches = {"convlstm": convlstm, "attention": attention, "pyramid": pyramid, "statistics": statistics}
    for name, switch in switches.items():
        check_switch(f"{SECTION}.{name}", switch)
    build = _Builder(width, ending)
    if map_dropout:
        levels = {name: build.drop(maps, map_dropout, name) for name, maps in levels.items()}
    x = build.read_sequence(levels, sequence) if convlstm else build.convolve_top(levels)
    if attention:
        x = attend_to_positions(x, n_heads, ending)
    parts = [SpatialStatistics(name=f"crn_statistics{ending}")(x)]
    if pyramid:
        parts += build.build_pyramid(levels)
    if statistics:
        parts.append(pooled)
    return layers.Concatenate(name=f"crn_vector{ending}")(parts) if len(parts) > 1 else parts[0]


@dataclass(frozen=True)
class _Builder:
    """Builds the components: all layers have `width` channels and the same `ending` of their names."""

    width: int
    ending: str

    def drop(self, maps, share: float, name: str):
        return layers.SpatialDropout2D(share, name=f"drop_{name}{self.ending}")(maps)

    def convolve(self, maps, kernel: int, name: str):
        x = layers.Conv2D(self.width, kernel, padding="same", use_bias=False, name=f"{name}_conv{self.ending}")(maps)
        x = layers.BatchNormalization(momentum=0.9, name=f"{name}_bn{self.ending}")(x)
        return layers.ReLU(name=f"{name}_relu{self.ending}")(x)  # (batch, h, w, width)

    def convolve_top(self, levels: dict):
        # Not `top`: the backbone has a layer of that name, whose rate would be taken for this one's.
        return self.convolve(list(levels.values())[-1], 3, "crn_top")

    def read_sequence(self, levels: dict, sequence: str):
        """Run two ConvLSTM layers (Shi et al., NeurIPS 2015) over a sequence and return a map (batch, h, w, width)."""
        side = list(levels.values())[-1].shape[1]
        if sequence == "levels":
            steps = [self._bring_to_size(maps, side, name) for name, maps in reversed(levels.items())]
            x = keras.ops.stack(steps, axis=1)  # (batch, levels, h, w, width)
            return self._run_convlstm(x, (3, 3), last_only=True)
        if side < 2:
            raise UserError(
                f"params.yaml: {SECTION}.sequence: the coarsest map has {side} row, a sequence needs two or more;"
                " use a larger extract_features.picture_px, or convlstm: false"
            )
        if sequence == "rows":
            rows = MapToRows(name=f"rows{self.ending}")(self.convolve_top(levels))  # (batch, h, 1, w, width)
            return RowsToMap(name=f"rows_map{self.ending}")(self._run_convlstm(rows, (1, 3)))
        name, finer = list(levels.items())[-2]
        grid = find_grid(finer.shape[1])
        patches = MapToSnake(grid, name=f"snake{self.ending}")(self.convolve(finer, 1, f"snake_{name}"))
        return SnakeToMap(grid, name=f"snake_map{self.ending}")(self._run_convlstm(patches, (3, 3)))

    def _run_convlstm(self, x, kernel: tuple[int, int], *, last_only: bool = False):
        for place, whole in ((1, True), (2, not last_only)):
            name = f"convlstm_{place}{self.ending}"
            layer = layers.ConvLSTM2D(self.width, kernel, padding="same", return_sequences=whole, name=name)
            # Without an initial state a layer keeps to the size of the maps that it was built with.
            start = keras.ops.zeros_like(x[:, 0])
            x = layer(x, initial_state=[start, start])
        return x

    def _bring_to_size(self, maps, side: int, name: str):
        factor = maps.shape[1] // side
        if factor > 1:
            maps = layers.AveragePooling2D(factor, name=f"step_{name}_pool{self.ending}")(maps)
        return self.convolve(maps, 1, f"step_{name}")  # (batch, side, side, width)

    def build_pyramid(self, levels: dict) -> list:
        """Return mean and deviation of each pyramid level, (batch, 2 width) each, coarse to fine.

        Lin et al., "Feature pyramid networks for object detection" (CVPR 2017), section 3: lateral 1x1 convolutions,
        each coarser map enlarged and added, 3x3 convolutions against aliasing.
        """
        parts, above, ending = [], None, self.ending
        for name, maps in reversed(levels.items()):
            x = layers.Conv2D(self.width, 1, name=f"lateral_{name}{ending}")(maps)
            if above is not None:
                factor = x.shape[1] // above.shape[1]
                larger = layers.UpSampling2D(factor, name=f"larger_{name}{ending}")(above) if factor > 1 else above
                x = layers.Add(name=f"merge_{name}{ending}")([x, larger])
            above = x
            smooth = self.convolve(x, 3, f"pyramid_{name}")
            parts.append(SpatialStatistics(name=f"pyramid_{name}_statistics{ending}")(smooth))
        return parts

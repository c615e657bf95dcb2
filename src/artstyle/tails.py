"""The trained part of a network: from the map at the freeze boundary to the logits."""

from typing import Any

import keras
from keras import layers

from artstyle.backbones import Backbone, as_list
from artstyle.heads import name_inputs
from artstyle.map_crop import MapCrop
from artstyle.members import OwnWorks, PutBack
from artstyle.pooling import ChannelCovariance, SpatialStatistics, list_covariances, reduce_map, split_channels


def build_tail(backbone: Backbone, layout: dict[str, Any], head: keras.Model, n_apart: int) -> keras.Model:
    """Return the tail: {boundary, lower_statistics, lower_covariances, maps below the cut} -> logits (batch, classes).

    Of several backbones whose members learn apart, each is run in training only on the works that teach it. What is
    not read by the head is no input.

    Args:
        layout: of the features, as `build_head` takes it, with `covariance_channels`.
        n_apart: backbones whose members learn apart; 1 if there are none.
    """
    boundary = keras.Input(backbone.lower.outputs[0].shape[1:], name="boundary")  # (batch, height, width, channels)
    n_lower, maps = layout["columns"]["lower_statistics"][1], layout["maps"]
    inputs = {"boundary": boundary, "lower_statistics": keras.Input((n_lower,), name="lower_statistics")}
    seen_maps = [name for name in name_inputs(head) if name in maps]
    above = [f"level_{name}" for name in backbone.upper_levels]
    inputs |= {name: keras.Input(maps[name], name=name) for name in seen_maps if name not in above}  # from the cache
    part, below = _crop(boundary, {name: inputs[name] for name in inputs if name in maps}, maps if seen_maps else {})
    _accept_parts(backbone.upper, head, seen_maps)
    *levels, top = _run_apart(backbone, part, n_apart) if n_apart > 1 else as_list(backbone.upper(part))
    pooled = [inputs["lower_statistics"]]
    pooled += [SpatialStatistics(name=f"tail_statistics_{i}")(level) for i, level in enumerate(levels)]
    pooled.append(layers.GlobalAveragePooling2D(name="tail_top_mean")(top))
    seen = {"pooled": layers.Concatenate(name="tail_pooled")(pooled)}
    if "covariances" in name_inputs(head):
        n_lower = layout["covariance_columns"]["lower_covariances"][1]
        inputs["lower_covariances"] = keras.Input((n_lower,), name="lower_covariances")
        sizes = [backbone.channels[name] for name in backbone.upper_levels]
        described = levels, sizes, layout["covariance_channels"], "tail"
        parts = _list_apart(*described, n_apart, boundary) if n_apart > 1 else list_covariances(*described)
        parts.insert(0, inputs["lower_covariances"])
        seen["covariances"] = layers.Concatenate(name="tail_covariances")(parts)
    levels = dict(zip(above, levels, strict=True))
    seen |= {name: reduce_map(levels[name], maps[name], f"tail_{name}") for name in seen_maps if name in levels}
    return keras.Model(inputs, head(seen | below), name="tail")


def _crop(boundary, below: dict, maps: dict[str, list[int]]) -> tuple[Any, dict]:
    """Return the boundary map and those below it, of all of which training sees the same part.

    Args:
        below: maps from the cache by name.
        maps: shapes of all maps if the head reads them: the part is made of cells of the coarsest.
    """
    if not maps:
        return MapCrop(name="tail_crop")(boundary), {}
    cells = min(shape[0] for shape in maps.values())
    part, *cut = MapCrop(cells=cells, name="tail_crop")([boundary, *below.values()])
    return part, dict(zip(below, cut, strict=True))


def _accept_parts(upper: keras.Model, head: keras.Model, maps: list[str]) -> None:
    """Let models take maps of any height and width: Keras holds one to those that it was built with."""
    for model in (upper, *(layer for layer in upper.layers if isinstance(layer, keras.Model))):
        model.input_spec = keras.InputSpec(shape=(None, None, None, model.input.shape[-1]))
    if maps:
        shapes = {tensor.name: tuple(tensor.shape) for tensor in head.inputs}
        shapes |= {name: (None, None, None, shapes[name][-1]) for name in maps}
        head.input_spec = [keras.InputSpec(shape=shapes[name], name=name) for name in sorted(shapes)]
    for layer in head.layers:
        if isinstance(layer, layers.ConvLSTM2D):
            layer.cell.input_spec = keras.InputSpec(ndim=4)


def _run_apart(backbone: Backbone, boundary, n_apart: int) -> list:
    """Return what `backbone.upper` gives, each of its networks trained on the works of its members alone.

    The maps of other works are zeros in training: no member that sees these channels is asked about them.
    """
    uppers = [backbone.upper.get_layer(f"upper_{place}") for place in range(1, n_apart + 1)]
    sizes = tuple(upper.input.shape[-1] for upper in uppers)
    outputs = []
    for place, (upper, maps) in enumerate(zip(uppers, split_channels(boundary, sizes), strict=True)):
        own = as_list(upper(OwnWorks(place, n_apart, name=f"own_{place}")(maps)))
        back = [PutBack(place, n_apart, name=f"back_{place}_{i}")([part, boundary]) for i, part in enumerate(own)]
        outputs.append(back)
    return [layers.Concatenate(name=f"tail_joined_{i}")(maps) for i, maps in enumerate(zip(*outputs, strict=True))]


def _list_apart(levels: list, sizes: list, channels: int, prefix: str, n_apart: int, step) -> list:
    """Return what `list_covariances` does, in training of each backbone on the works of its members alone.

    Args:
        step: a tensor of all works of the step.
    """
    pairs = zip(levels, sizes, strict=True)
    parts = [each for level, counts in pairs for each in enumerate(split_channels(level, counts))]
    outputs = []
    for i, (place, maps) in enumerate(parts):
        own = OwnWorks(place, n_apart, name=f"{prefix}_covariance_own_{i}")(maps)
        covariances = ChannelCovariance(channels, name=f"{prefix}_covariance_{i}")(own)
        outputs.append(PutBack(place, n_apart, name=f"{prefix}_covariance_back_{i}")([covariances, step]))
    return outputs

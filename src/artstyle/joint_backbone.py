"""Let several backbones look at the same picture: their maps side by side, behind the interface of one."""

import keras
from keras import layers

from artstyle.backbones import BACKBONES, Backbone, as_list, build_backbone, cut_backbone
from artstyle.errors import UserError
from artstyle.parameters import check_choice
from artstyle.pooling import split_channels

SEPARATOR = "+"


def build_backbones(name: str, picture_px: int, *, pretrained: bool = True) -> list[keras.Model]:
    """Return the whole backbones that a name such as `efficientnet-lite0+efficientnet-lite2` stands for, in its order.

    Networks that were trained alike but are built differently err on different works, so that features of two tell
    more than those of the better one. Layers of all but the first carry their place in their names.

    Raises:
        UserError: an unknown name, one that stands there twice, or what `build_backbone` refuses.
    """
    names = name.split(SEPARATOR) if isinstance(name, str) else [name]
    for part in names:
        check_choice("backbone", part, BACKBONES)
    twice = next((part for part in names if names.count(part) > 1), None)
    if twice:
        raise UserError(f"params.yaml: backbone is {name!r}; it names {twice} twice")
    wholes = [build_backbone(part, picture_px, pretrained=pretrained) for part in names]
    return wholes[:1] + [_rename_layers(whole, f"b{place}-") for place, whole in enumerate(wholes[1:], start=2)]


def cut_backbones(wholes: list[keras.Model], freeze_share: float) -> Backbone:
    """Cut each backbone as `cut_backbone` does and join them: one boundary map, one map a level, channels in order.

    Raises:
        UserError: the share cuts them at maps of different sizes, or between different levels.
    """
    cuts = [cut_backbone(whole, freeze_share) for whole in wholes]
    if len(cuts) == 1:
        return cuts[0]
    places = {(cut.lower.outputs[0].shape[1:3], cut.lower_levels, cut.upper_levels) for cut in cuts}
    boundary = SEPARATOR.join(cut.boundary for cut in cuts)
    if len(places) > 1:
        raise UserError(
            f"params.yaml: extract_features.freeze_share is {freeze_share}, which cuts the backbones after {boundary};"
            " they can be joined where their maps have one size and the same levels lie below, as with 0.5"
        )
    n_layers, n_frozen = sum(cut.n_layers for cut in cuts), sum(cut.n_frozen for cut in cuts)
    parts = _join_lower(cuts), _join_upper(cuts), cuts[0].lower_levels, cuts[0].upper_levels
    channels = {name: sum((cut.channels[name] for cut in cuts), ()) for name in cuts[0].channels}
    return Backbone(*parts, boundary, n_layers, n_frozen, channels)


def _rename_layers(model: keras.Model, prefix: str) -> keras.Model:
    # Names must differ within a model, and the paths of the weights follow from them.
    def copy(layer):
        return type(layer).from_config({**layer.get_config(), "name": prefix + layer.name})

    clone = keras.models.clone_model(model, clone_function=copy)
    for layer in model.layers:
        if layer.weights:
            clone.get_layer(prefix + layer.name).set_weights(layer.get_weights())
    return clone


def _join_lower(cuts: list[Backbone]) -> keras.Model:
    pixels = keras.Input(cuts[0].lower.input.shape[1:], name="pixels")  # (batch, px, px, 3)
    lower = keras.Model(pixels, _run_side_by_side(cuts, "lower", [pixels] * len(cuts)), name="lower")
    lower.trainable = False
    return lower


def _join_upper(cuts: list[Backbone]) -> keras.Model:
    shapes = [cut.lower.outputs[0].shape[1:] for cut in cuts]
    boundary = keras.Input((*shapes[0][:2], sum(shape[-1] for shape in shapes)), name="boundary")
    parts = split_channels(boundary, tuple(shape[-1] for shape in shapes))
    return keras.Model(boundary, _run_side_by_side(cuts, "upper", parts), name="upper")


def _run_side_by_side(cuts: list[Backbone], half: str, inputs: list) -> list:
    outputs = []
    for place, (cut, maps) in enumerate(zip(cuts, inputs, strict=True), start=1):
        model = getattr(cut, half)
        outputs.append(as_list(keras.Model(model.input, model.outputs, name=f"{half}_{place}")(maps)))
    joined = enumerate(zip(*outputs, strict=True))
    return [layers.Concatenate(name=f"{half}_joined_{i}")(maps) for i, maps in joined]

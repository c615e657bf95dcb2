"""Pretrained backbones behind one parameter, cut in two at the boundary between frozen and trained layers."""

from dataclasses import dataclass
from http.client import HTTPException
from string import ascii_lowercase

import keras

from artstyle.errors import UserError
from artstyle.feature_layout import TOP
from artstyle.lite import build_lite
from artstyle.parameters import check_choice, check_number

LITE = {f"efficientnet-{variant}": variant for variant in ("lite0", "lite1", "lite2")}
APPLICATIONS = {
    "efficientnetv2-s": keras.applications.EfficientNetV2S,
    "efficientnetv2-b0": keras.applications.EfficientNetV2B0,
}
BACKBONES = (*LITE, *APPLICATIONS)
LEVEL_STRIDES = (2, 4, 8, 16, 32)


@dataclass(frozen=True)
class Backbone:
    """A backbone cut at the freeze boundary.

    Attributes:
        lower: pixels (batch, px, px, 3) in 0..255 -> [boundary map, `lower_levels`...]; never trained.
        upper: boundary map -> [`upper_levels`..., top map]; trained from phase 2 on.
        lower_levels, upper_levels: names of the feature levels on either side, fine to coarse. `16` is the last map of
            stride 16, `16a` the last one of an earlier stage of that stride.
        boundary: name of the last layer below the cut.
        n_layers, n_frozen: layers in all and below the cut.
        channels: of each backbone that stands behind this one, in the order of a map's channels; by the name of the
            level, `TOP` for the top map.
    """

    lower: keras.Model
    upper: keras.Model
    lower_levels: tuple[str, ...]
    upper_levels: tuple[str, ...]
    boundary: str
    n_layers: int
    n_frozen: int
    channels: dict[str, tuple[int, ...]]


def build_backbone(name: str, picture_px: int, *, pretrained: bool = True) -> keras.Model:
    """Return the whole backbone, pixels (batch, px, px, 3) in 0..255 -> (batch, px / 32, px / 32, channels).

    Pixels are scaled inside the model to the range that its weights were trained with, once.

    Raises:
        UserError: an unknown name, a side that is not a multiple of 32, or weights that cannot be had.
    """
    check_choice("backbone", name, BACKBONES)
    check_number("extract_features.picture_px", picture_px, 32, 1024, whole=True)
    if picture_px % 32:
        raise UserError(f"params.yaml: extract_features.picture_px is {picture_px}; expected a multiple of 32")
    if name in LITE:
        return build_lite(LITE[name], picture_px, pretrained=pretrained)
    shape = (picture_px, picture_px, 3)
    weights = "imagenet" if pretrained else None
    try:
        return APPLICATIONS[name](include_top=False, weights=weights, input_shape=shape, include_preprocessing=True)
    except Exception as error:  # Keras tells of most failed downloads with this class and no other
        if not isinstance(error, OSError | HTTPException) and "URL fetch failure" not in str(error):
            raise
        raise _no_download(name, error) from None


def _no_download(name: str, error: Exception) -> UserError:
    reason = " ".join(str(error).split())[:160]
    return UserError(f"backbone {name}: no download of its weights ({reason}); use -S backbone=efficientnet-lite0")


def cut_backbone(model: keras.Model, freeze_share: float) -> Backbone:
    """Cut a backbone at the last block boundary below `freeze_share` of its layers (0 = nothing frozen, 1 = all).

    Batch normalisation above the cut keeps its statistics and its scale: the layers themselves are not trainable,
    because `fit` would otherwise override `training=False` and move them.
    """
    check_number("freeze_share", freeze_share, 0, 1)
    units = _block_ends(model)
    n_layers = len(model.layers)
    n_frozen = max((end for end in units if end <= freeze_share * n_layers + 1e-9), default=1)
    boundary = model.layers[n_frozen - 1]
    levels = _find_levels(model, units, n_frozen)
    below = tuple(name for name, end in levels.items() if end <= n_frozen and n_frozen > 1)
    above = tuple(name for name in levels if name not in below)
    outputs = {name: model.layers[end - 1].output for name, end in levels.items()}
    lower = keras.Model(model.input, [boundary.output, *(outputs[name] for name in below)], name="lower")
    upper = _build_upper(boundary.output, [*(outputs[name] for name in above), model.output])
    lower.trainable = False
    for layer in upper.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    channels = {name: (level.shape[-1],) for name, level in outputs.items()} | {TOP: (model.output.shape[-1],)}
    return Backbone(lower, upper, below, above, boundary.name, n_layers, n_frozen, channels)


def _build_upper(boundary, outputs: list) -> keras.Model:
    if outputs[-1] is boundary:  # everything is frozen: nothing is left above the cut
        top = keras.Input(boundary.shape[1:], name="top")
        return keras.Model(top, [keras.layers.Identity(name="top_map")(top)], name="upper")
    return keras.Model(boundary, outputs, name="upper")


def as_list(value) -> list:
    """Return the outputs of a model as a list, also where it has only one."""
    return list(value) if isinstance(value, list | tuple) else [value]


def _block_ends(model: keras.Model) -> list[int]:
    """Number of layers up to and with the last layer of each block: the places where one tensor carries everything."""
    blocks = [layer.name.split("_")[0] for layer in model.layers]
    return [i + 1 for i in range(len(blocks)) if i + 1 == len(blocks) or blocks[i + 1] != blocks[i]]


def _find_levels(model: keras.Model, units: list[int], n_frozen: int) -> dict[str, int]:
    """Return the end of each feature level by name, fine to coarse: that of every stage but the stem.

    A stage is a run of blocks with maps of one shape; the 1x1 convolution on top is none. An earlier stage of a stride
    that is cut in two ends at the cut: what comes from there never moves, and backbones that are cut in the same stage
    have the same levels on either side.
    """
    side = model.input.shape[1]
    stages: dict[tuple[int, int], list[int]] = {}
    for end in units[:-1]:
        _, height, _, channels = model.layers[end - 1].output.shape
        stages.setdefault((side // height, channels), []).append(end)
    levels = {}
    for stride in LEVEL_STRIDES:
        *earlier, last = [ends for (own, _), ends in stages.items() if own == stride] or [None]
        for letter, ends in zip(ascii_lowercase, earlier if stride > LEVEL_STRIDES[0] else [], strict=False):
            levels[f"{stride}{letter}"] = n_frozen if ends[0] <= n_frozen < ends[-1] else ends[-1]
        if last:
            levels[f"{stride}"] = last[-1]
    return levels

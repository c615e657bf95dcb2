"""Put backbone and head together: the trained part above the freeze boundary, and the whole classifier."""

from dataclasses import asdict, dataclass
from typing import Any

import keras
from keras import layers

from artstyle.backbones import Backbone, as_list
from artstyle.feature_layout import describe_columns, describe_covariances, describe_maps, describe_members
from artstyle.heads import build_head, name_inputs
from artstyle.joint_backbone import build_backbones, cut_backbones
from artstyle.members import APART
from artstyle.parameters import call
from artstyle.pooling import SpatialStatistics, list_covariances, reduce_map
from artstyle.scaled_convolutions import scale_convolutions
from artstyle.tails import build_tail


@dataclass(frozen=True)
class Architecture:
    """Everything that is needed to build a network again; the class order is written here and nowhere else.

    Attributes:
        backbone, picture_px, freeze_share: as `features.json` has them.
        head: name of the head.
        head_options: its options.
        classes: class names in the order of the logits.
        covariance_channels: as `features.json` has it.
    """

    backbone: str
    picture_px: int
    freeze_share: float
    head: str
    head_options: dict[str, Any]
    classes: list[str]
    covariance_channels: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Network:
    """A network in parts that share their weights.

    Attributes:
        head: {pooled features (batch, columns), covariances and maps of the levels if it reads them} -> logits
            (batch, classes).
        tail: {boundary map, lower statistics, lower covariances and maps below the cut if the head reads them} ->
            logits; head included.
        backbone: the cut backbone.
        covariance_channels: most channels of a level of which covariances are taken.
    """

    head: keras.Model
    tail: keras.Model
    backbone: Backbone
    covariance_channels: int = 0


def build_network(architecture: Architecture, *, pretrained: bool = True) -> Network:
    """Build a network; its head is fresh, its backbone pretrained unless told otherwise.

    Raises:
        UserError: a choice or number out of range, or weights that cannot be had.
    """
    wholes = build_backbones(architecture.backbone, architecture.picture_px, pretrained=pretrained)
    backbone = cut_backbones([scale_convolutions(whole) for whole in wholes], architecture.freeze_share)
    channels = architecture.covariance_channels
    layout = {**describe_columns(backbone), **describe_covariances(backbone, channels), "maps": describe_maps(backbone)}
    layout["members"] = describe_members(backbone, channels)
    head = call(
        build_head,
        architecture.head,
        layout,
        len(architecture.classes),
        section="train_phase1.head",
        values=architecture.head_options,
    )
    n_apart = len(layout["members"]) if architecture.head in APART else 1
    return Network(head, build_tail(backbone, layout, head, n_apart), backbone, channels)


def build_classifier(network: Network) -> keras.Model:
    """Return the whole classifier: pixels (batch, px, px, 3) in 0..255 -> class probabilities (batch, classes)."""
    pixels = keras.Input(network.backbone.lower.input.shape[1:], name="picture")
    logits = build_logits(network, pixels)
    return keras.Model(pixels, layers.Softmax(dtype="float32", name="probabilities")(logits), name="classifier")


def build_logits(network: Network, pixels) -> keras.KerasTensor:
    """Return the logits (batch, classes) of a Keras tensor of pixels (batch, px, px, 3) in 0..255."""
    boundary, *levels = as_list(network.backbone.lower(pixels))
    statistics = [SpatialStatistics(name=f"lower_statistics_{i}")(level) for i, level in enumerate(levels)]
    inputs = {"boundary": boundary, "lower_statistics": _join(boundary, statistics, "lower_statistics")}
    maps, seen = describe_maps(network.backbone), name_inputs(network.tail)
    if "lower_covariances" in seen:
        sizes = [network.backbone.channels[name] for name in network.backbone.lower_levels]
        parts = list_covariances(levels, sizes, network.covariance_channels, "lower")
        inputs["lower_covariances"] = _join(boundary, parts, "lower_covariances")
    for own, level in zip(network.backbone.lower_levels, levels, strict=True):
        if (name := f"level_{own}") in seen:
            inputs[name] = reduce_map(level, maps[name], f"lower_{name}")
    return network.tail(inputs)


def _join(boundary, vectors: list, name: str):
    if not vectors:  # nothing is frozen: every level lies above the cut
        return layers.GlobalAveragePooling2D(name=f"no_{name}")(boundary)[:, :0]  # (batch, 0)
    return layers.Concatenate(name=name)(vectors) if len(vectors) > 1 else vectors[0]

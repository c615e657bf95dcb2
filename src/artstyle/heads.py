"""Classification heads on cached features: from the features of a picture to one logit a class."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers

from artstyle.cache_needs import NO_COVARIANCES
from artstyle.crn import describe_maps
from artstyle.errors import UserError
from artstyle.feature_store import FeatureStore
from artstyle.members import APART, MemberLogits, OwnWorks, PutBack
from artstyle.parameters import call, check_choice, check_number, check_switch

HEADS = ("linear", "stats", "crn")


def build_head(
    name: str,
    layout: dict[str, Any],
    n_classes: int,
    *,
    dropout: float,
    hidden: int,
    covariances: bool,
    covariance_dropout: float,
    members: int,
    crn: dict | None = None,
) -> keras.Model:
    """Return the head as a model {pooled (batch, columns), covariances, maps...} -> (batch, n_classes) float32 logits.

    Args:
        name: `linear` sees the mean of the top map only; `stats` sees mean and deviation of every level as well,
            each column divided by the root of its variance, which `standardise` stores, plus 0.001 (so that most
            covariances, which vary by less, stay smaller than the rest); `crn` sees the maps of the levels
            themselves, see `artstyle.crn`.
        layout: `columns` and `covariance_columns` as `features.json` gives them; `maps`: shape of each level's map,
            fine to coarse, inputs of `crn` only; `members` as `describe_members` gives them.
        dropout: share of columns set to zero in training, 0..0.95.
        hidden: units of one hidden layer (0 = none), 0..4096.
        covariances: `stats` and `crn` see the covariances of channels too; `linear` never does.
        covariance_dropout: share of them set to zero in training, 0..0.95.
        members: classifiers whose logits are averaged, 1..16, see `artstyle.members`. With `stats` and `crn` on
            several backbones so many for each of them, which see the features of that one; with `linear` all see
            everything.
        crn: options of `describe_maps`.

    Raises:
        UserError: an unknown head, a value out of range, or covariances that the cache does not have.
    """
    check_choice("head", name, HEADS)
    check_number("train_phase1.head.dropout", dropout, 0, 0.95)
    check_number("train_phase1.head.hidden", hidden, 0, 4096, whole=True)
    check_switch("train_phase1.head.covariances", covariances)
    check_number("train_phase1.head.covariance_dropout", covariance_dropout, 0, 0.95)
    check_number("train_phase1.head.members", members, 1, 16, whole=True)
    inputs = {"pooled": keras.Input((max(end for _, end in layout["columns"].values()),), name="pooled")}
    x = inputs["pooled"]
    if name == "linear":
        start, end = layout["columns"]["top_mean"]
        x = x[:, start:end]  # (batch, top channels)
    x = _scale(x, "head_bn")
    maps = {level: keras.Input(shape, name=level) for level, shape in layout["maps"].items()} if name == "crn" else {}
    inputs |= maps
    seen = {"pooled": x, **maps}
    if covariances and name != "linear":
        inputs["covariances"] = _find_covariances(layout["covariance_columns"])
        seen["covariances"] = _scale(inputs["covariances"], "head_covariances_bn")
    views = layout["members"] if name in APART and len(layout["members"]) > 1 else [{}]
    parts = _Parts({"pooled": dropout, "covariances": covariance_dropout}, hidden, tuple(maps), crn)
    return keras.Model(inputs, _classify(seen, parts, views * members, n_classes), name="head")


@dataclass(frozen=True)
class _Parts:
    """What each classifier of a head is made of: dropout of its vectors, hidden units, maps that it reads and how."""

    rates: dict[str, float]
    hidden: int
    maps: tuple[str, ...]
    crn: dict | None


def _classify(
    seen: dict[str, keras.KerasTensor], parts: _Parts, views: list[dict[str, list[list[int]]]], n_classes: int
) -> keras.KerasTensor:
    """Return the logits of one classifier for each view; of several, each runs in training on its own works alone.

    Args:
        seen: vectors (batch, columns) and maps (batch, h, w, c) by name.
        views: ranges of the columns or channels of each that a classifier sees; all of them where there are none.
    """
    if len(views) == 1:
        x = _see(seen, parts, views[0], "")
        return layers.Dense(n_classes, dtype="float32", name="head_logits")(x)
    outputs, n = [], len(views)
    for place, view in enumerate(views):
        ending = f"_{place + 1}"
        own = {name: OwnWorks(place, n, name=f"head_own_{name}{ending}")(x) for name, x in seen.items()}
        x = _see(own, parts, view, ending)
        outputs.append(PutBack(place, n, name=f"head_back{ending}")([x, seen["pooled"]]))
    x = layers.Concatenate(name="head_members")(outputs)
    return MemberLogits(n_classes, [each.shape[-1] for each in outputs], dtype="float32", name="head_logits")(x)


def _see(seen: dict[str, keras.KerasTensor], parts: _Parts, view: dict[str, list[list[int]]], ending: str):
    """Return what the last layer of a classifier sees: (works, columns), or its hidden layer (works, hidden)."""
    own = {name: _take_ranges(x, view.get(name), f"head_{name}{ending}") for name, x in seen.items()}
    maps = {name: own.pop(name) for name in parts.maps}
    if maps:
        own["pooled"] = call(
            describe_maps, maps, own["pooled"], section="train_phase1.crn", values=parts.crn, ending=ending
        )
    dropped = [layers.Dropout(parts.rates[name], name=f"head_{name}_dropout{ending}")(x) for name, x in own.items()]
    x = layers.Concatenate(name=f"head_vector{ending}")(dropped) if len(dropped) > 1 else dropped[0]
    if parts.hidden:
        x = layers.Dense(parts.hidden, activation="relu", name=f"head_hidden{ending}")(x)
        x = layers.Dropout(parts.rates["pooled"], name=f"head_hidden_dropout{ending}")(x)
    return x


def _take_ranges(x, ranges: list[list[int]] | None, name: str):
    if ranges is None:
        return x
    cuts = [x[..., start:end] for start, end in ranges]
    return layers.Concatenate(name=name)(cuts) if len(cuts) > 1 else cuts[0]


def _scale(x, name: str):
    # Not trained and not running: running averages would trail behind the features while the backbone below moves.
    return layers.BatchNormalization(center=False, scale=False, trainable=False, name=name)(x)


def _find_covariances(columns: dict[str, list[int]]) -> keras.KerasTensor:
    if not columns:
        raise UserError(NO_COVARIANCES)
    return keras.Input((max(end for _, end in columns.values()),), name="covariances")


def name_inputs(model: keras.Model) -> list[str]:
    """Return the names of a model's inputs: what has to be read from the feature cache for it."""
    return [tensor.name for tensor in model.inputs]


def standardise(head: keras.Model, store: FeatureStore, rows: np.ndarray) -> None:
    """Store mean and variance of each column over the training works (rows of the store) in a head, for good."""
    for name, layer_name in (("pooled", "head_bn"), ("covariances", "head_covariances_bn")):
        if layer_name not in [layer.name for layer in head.layers]:
            continue  # a head that leaves these out
        layer = head.get_layer(layer_name)
        n_seen = layer.input.shape[-1]  # `linear` sees the last columns only
        layer.set_weights([values[-n_seen:] for values in store.measure(name, rows)])


def freeze_normalisation(head: keras.Model) -> None:
    """Keep statistics and scale of every batch normalisation in a head as they are, once the backbone below moves."""
    for layer in head.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.trainable = False

"""Classification heads on cached features: from the features of a picture to one logit a class."""

import keras
import numpy as np
from keras import layers

from artstyle.crn import describe_maps
from artstyle.parameters import call, check_choice, check_number

HEADS = ("linear", "stats", "crn")


def build_head(
    name: str,
    columns: dict[str, list[int]],
    maps: dict[str, list[int]],
    n_classes: int,
    *,
    dropout: float,
    hidden: int,
    crn: dict | None = None,
) -> keras.Model:
    """Return the head as a model {pooled (batch, columns), maps...} -> (batch, n_classes) logits in float32.

    Args:
        name: `linear` sees the mean of the top map only; `stats` sees mean and deviation of every level as well,
            each column brought to one scale by the statistics that `standardise` stores; `crn` sees the maps of
            the levels themselves, see `artstyle.crn`.
        columns: column ranges of the pooled features, as `features.json` gives them.
        maps: shape of each level's map, fine to coarse; inputs of `crn` only.
        dropout: share of columns set to zero in training, 0..0.95.
        hidden: units of one hidden layer (0 = none), 0..4096.
        crn: options of `describe_maps`.

    Raises:
        UserError: an unknown head or a value out of range.
    """
    check_choice("head", name, HEADS)
    check_number("train_phase1.head.dropout", dropout, 0, 0.95)
    check_number("train_phase1.head.hidden", hidden, 0, 4096, whole=True)
    n_columns = max(end for _, end in columns.values())
    inputs = {"pooled": keras.Input((n_columns,), name="pooled")}
    x = inputs["pooled"]
    if name == "linear":
        start, end = columns["top_mean"]
        x = x[:, start:end]  # (batch, top channels)
    # Not trained and not running: running averages would trail behind the features while the backbone below moves.
    x = layers.BatchNormalization(center=False, scale=False, trainable=False, name="head_bn")(x)
    if name == "crn":
        inputs |= {level: keras.Input(shape, name=level) for level, shape in maps.items()}
        levels = {level: inputs[level] for level in maps}
        x = call(describe_maps, levels, x, section="train_phase1.crn", values=crn)
    x = layers.Dropout(dropout, name="head_dropout")(x)
    if hidden:
        x = layers.Dense(hidden, activation="relu", name="head_hidden")(x)
        x = layers.Dropout(dropout, name="head_hidden_dropout")(x)
    logits = layers.Dense(n_classes, dtype="float32", name="head_logits")(x)  # (batch, classes)
    return keras.Model(inputs, logits, name="head")


def name_inputs(model: keras.Model) -> list[str]:
    """Return the names of a model's inputs: what has to be read from the feature cache for it."""
    return [tensor.name for tensor in model.inputs]


def standardise(head: keras.Model, pooled: np.ndarray) -> None:
    """Store mean and variance of each column of the training features (n, pooled columns) in a head, for good."""
    try:
        layer = head.get_layer("head_bn")
    except ValueError:  # a head that leaves the pooled features out
        return
    used = pooled[:, -layer.input.shape[-1] :]  # `linear` sees the last columns only
    layer.set_weights([used.mean(axis=0, dtype=np.float64), used.var(axis=0, dtype=np.float64)])


def freeze_normalisation(head: keras.Model) -> None:
    """Keep statistics and scale of every batch normalisation in a head as they are, once the backbone below moves."""
    for layer in head.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.trainable = False

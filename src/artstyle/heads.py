"""Classification heads on pooled features: from one vector a picture to one logit a class."""

import keras
import numpy as np
from keras import layers

from artstyle.parameters import check_choice, check_number

HEADS = ("linear", "stats")


def build_head(name: str, columns: dict[str, list[int]], n_classes: int, *, dropout: float, hidden: int) -> keras.Model:
    """Return the head as a model (batch, pooled columns) -> (batch, n_classes) logits in float32.

    Args:
        name: `linear` sees the mean of the top map only; `stats` sees mean and deviation of every level as well,
            each column brought to one scale by the statistics that `standardise` stores.
        columns: column ranges of the pooled features, as `features.json` gives them.
        dropout: share of columns set to zero in training, 0..0.95.
        hidden: units of one hidden layer (0 = none).

    Raises:
        UserError: an unknown head or a value out of range.
    """
    check_choice("head", name, HEADS)
    check_number("train_phase1.head.dropout", dropout, 0, 0.95)
    check_number("train_phase1.head.hidden", hidden, 0, 4096, whole=True)
    n_columns = max(end for _, end in columns.values())
    pooled = keras.Input((n_columns,), name="pooled")
    x = pooled
    if name == "linear":
        start, end = columns["top_mean"]
        x = x[:, start:end]  # (batch, top channels)
    # Not trained and not running: running averages would trail behind the features while the backbone below moves.
    x = layers.BatchNormalization(center=False, scale=False, trainable=False, name="head_bn")(x)
    x = layers.Dropout(dropout, name="head_dropout")(x)
    if hidden:
        x = layers.Dense(hidden, activation="relu", name="head_hidden")(x)
        x = layers.Dropout(dropout, name="head_hidden_dropout")(x)
    logits = layers.Dense(n_classes, dtype="float32", name="head_logits")(x)  # (batch, classes)
    return keras.Model(pooled, logits, name="head")


def standardise(head: keras.Model, pooled: np.ndarray) -> None:
    """Store mean and variance of each column of the training features (n, pooled columns) in a head, for good."""
    layer = head.get_layer("head_bn")
    used = pooled[:, -layer.input.shape[-1] :]  # `linear` sees the last columns only
    layer.set_weights([used.mean(axis=0, dtype=np.float64), used.var(axis=0, dtype=np.float64)])

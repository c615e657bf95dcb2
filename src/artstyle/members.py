"""Several small networks in one head, each trained on works of its own: their mean is better than each.

Of the works of a training step each goes to one member, by its place in the step: the first to the first, the second to
the second, and round again. Steps are drawn anew in every epoch, so that this is a lot. Mixup mixes neighbours, so that
with it a member gets a share of the works of another.
"""

from typing import Any

import keras
from keras import layers, ops

from artstyle.errors import UserError
from artstyle.pooling import split_channels

# Heads that have a classifier of its own for each of several backbones.
APART = ("stats", "crn")


@keras.saving.register_keras_serializable(package="artstyle")
class MemberLogits(layers.Layer):
    """Mean of the logits of several linear classifiers, each of its own columns: (batch, columns) -> (batch, classes).

    In training the logits of a work are those of its member alone: members are trained apart and on different works, as
    in bagging (Breiman, "Bagging predictors", Machine Learning 24, 1996). Afterwards the mean of the logits stands for
    the normalised geometric mean of the members' probabilities.

    Args:
        n_classes: logits that come out.
        sizes: columns of each member, in the order of the input.
    """

    def __init__(self, n_classes: int, sizes: list[int], **options):
        super().__init__(**options)
        self.n_classes, self.sizes = n_classes, list(sizes)

    def build(self, input_shape):
        if input_shape[-1] != sum(self.sizes):
            raise ValueError(f"{self.name}: members see {sum(self.sizes)} columns, the input has {input_shape[-1]}")
        shapes = [(size, self.n_classes) for size in self.sizes]
        self.kernels = [self.add_weight(shape=shape, name=f"kernel_{i}") for i, shape in enumerate(shapes)]
        self.biases = [
            self.add_weight(shape=(self.n_classes,), initializer="zeros", name=f"bias_{i}") for i in range(len(shapes))
        ]

    def call(self, columns, training=False):
        parts = zip(split_channels(columns, tuple(self.sizes)), self.kernels, self.biases, strict=True)
        logits = [ops.matmul(part, kernel) + bias for part, kernel, bias in parts]
        stacked = ops.stack(logits, axis=1)  # (batch, members, classes)
        if not training:
            return ops.mean(stacked, axis=1)
        member = ops.arange(ops.shape(columns)[0]) % len(self.sizes)
        return ops.sum(stacked * ops.one_hot(member, len(self.sizes))[:, :, None], axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.n_classes)

    def get_config(self):
        return {**super().get_config(), "n_classes": self.n_classes, "sizes": self.sizes}


def check_members(head: keras.Model, n: int, section: str) -> None:
    """Make sure that every member of a head has works to learn from in a step.

    Args:
        n: works of a step.
        section: dotted place of `batch` in params.yaml, for the message.

    Raises:
        UserError: there are more members than works: those without would stay as they were drawn.
    """
    members = [len(layer.sizes) for layer in head.layers if isinstance(layer, MemberLogits)]
    check_step(members[0] if members else 1, n, section)


def count_members(head: str, options: Any, backbone: str) -> int:
    """Return how many members a head would have, before it is built; 1 where its options are not as they must be.

    Args:
        head, options: name and `train_phase1.head`.
        backbone: one name or several, joined by `+`.
    """
    members = options.get("members", 1) if isinstance(options, dict) else 1
    n_apart = backbone.count("+") + 1 if head in APART else 1
    return members * n_apart if isinstance(members, int) else 1


def check_step(n_members: int, n: int, section: str) -> None:
    """As `check_members`, where the number of members is known before there is a head."""
    if n < n_members:
        raise UserError(
            f"params.yaml: {section}.batch: a step of {n} works for {n_members} classifiers, each of which learns from"
            " works of its own (train_phase1.head.members, for each backbone); it needs as many or more"
        )


class _Dealt(layers.Layer):
    """A layer that, in training, knows which works of a step are those of one of several.

    Args:
        place: which of them, from 0.
        n_places: how many there are.
    """

    def __init__(self, place: int, n_places: int, **options):
        super().__init__(**options)
        self.place, self.n_places = place, n_places

    def find_first(self, step):
        """Return where one's own works begin: at the last in a step with too few, for maps of none have no shape."""
        return ops.minimum(self.place, ops.shape(step)[0] - 1)

    def get_config(self):
        return {**super().get_config(), "place": self.place, "n_places": self.n_places}


@keras.saving.register_keras_serializable(package="artstyle")
class OwnWorks(_Dealt):
    """In training the works of a step that are one's own, otherwise all: (batch, ...) -> (own works, ...)."""

    def call(self, works, training=False):
        return works[self.find_first(works) :: self.n_places] if training else works

    def compute_output_shape(self, input_shape):
        return (None, *input_shape[1:])


@keras.saving.register_keras_serializable(package="artstyle")
class PutBack(_Dealt):
    """Put what `OwnWorks` took to its place in the step again: [(own works, ...), step] -> (batch, ...).

    Elsewhere are zeros. The second input, (batch, ...), only tells how many works the step has.
    """

    def call(self, inputs, training=False):
        own, step = inputs
        if not training:
            return own
        n = ops.shape(step)[0]
        places = ops.arange(self.find_first(step), n, self.n_places)
        return ops.scatter(places[:, None], own, (n, *own.shape[1:]))

    def compute_output_shape(self, input_shape):
        own, step = input_shape
        return (step[0], *own[1:])

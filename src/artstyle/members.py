"""Several small networks in one head: they err on different works, and their mean is better than each."""

import keras
from keras import layers

from artstyle.pooling import split_channels


@keras.saving.register_keras_serializable(package="artstyle")
class MemberLogits(layers.Layer):
    """Mean of the logits of several linear classifiers, each of its own columns: (batch, columns) -> (batch, classes).

    In training every work of a step goes to one of them, by lot: they are trained apart and on different works, as in
    bagging (Breiman, "Bagging predictors", Machine Learning 24, 1996). Afterwards the mean of the logits stands for
    the normalised geometric mean of the members' probabilities.

    Args:
        n_classes: logits that come out.
        sizes: columns of each member, in the order of the input.
        seed: of the lots; None follows `keras.utils.set_random_seed`.
    """

    def __init__(self, n_classes: int, sizes: list[int], seed: int | None = None, **options):
        super().__init__(**options)
        self.n_classes, self.sizes, self.seed = n_classes, list(sizes), seed
        self.seed_generator = keras.random.SeedGenerator(seed)

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
        logits = [keras.ops.matmul(part, kernel) + bias for part, kernel, bias in parts]
        stacked = keras.ops.stack(logits, axis=1)  # (batch, members, classes)
        if not training:
            return keras.ops.mean(stacked, axis=1)
        n = keras.ops.shape(columns)[0]
        lots = keras.random.randint((n,), 0, len(self.sizes), seed=self.seed_generator)
        return keras.ops.sum(stacked * keras.ops.one_hot(lots, len(self.sizes))[:, :, None], axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.n_classes)

    def get_config(self):
        return {**super().get_config(), "n_classes": self.n_classes, "sizes": self.sizes, "seed": self.seed}

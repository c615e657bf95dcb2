"""Learn from unlabelled pictures by agreeing with oneself: a plain view labels an augmented one in every step.

Sohn et al., "FixMatch" (NeurIPS 2020), equations 3 and 4, with the distribution alignment of Berthelot et al.,
"ReMixMatch" (ICLR 2020), section 3.1. Views come from the feature cache: view 0 is the weak one, the others are strong.
"""

from typing import Any

import keras
import numpy as np
from keras import ops

from artstyle.batches import FeatureBatches


def align(probabilities, shares, mean):
    """Return predictions times wanted over mean shares, made to sum to 1 again, (n, classes).

    Args:
        probabilities: predictions, (n, classes).
        shares: class shares that they should have on average, (classes,).
        mean: what they have on average, (classes,).
    """
    aligned = probabilities * shares / ops.maximum(mean, 1e-6)
    return aligned / ops.sum(aligned, axis=-1, keepdims=True)


class ConsistencyModel(keras.Model):
    """A network that is trained on labelled inputs, and on unlabelled ones whose names start with weak_ and strong_.

    Args:
        network: {inputs by name} -> logits (batch, classes).
        shares: class shares that the labels of the unlabelled works should have on average, (classes,).
        weight: weight of the unlabelled part of the loss.
        threshold: lowest aligned probability of a label that is learnt from, 0..1.
        momentum: of the running mean of the predictions, 0..0.9999.
    """

    def __init__(self, network: keras.Model, shares: np.ndarray, weight: float, threshold: float, momentum: float):
        super().__init__(name="consistency")
        self.network, self.unlabelled_weight = network, weight
        self.threshold, self.momentum = threshold, momentum
        self.names = [tensor.name for tensor in network.inputs]
        self.shares = np.asarray(shares, np.float32)
        self.mean_prediction = keras.Variable(self.shares, trainable=False, name="mean_prediction")

    def call(self, inputs: dict[str, Any], training: bool | None = None):
        return self.network({name: inputs[name] for name in self.names}, training=training)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Return the loss of the labelled part plus the weighted one of the unlabelled part."""
        loss = super().compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=training)
        weak = {name: x[f"weak_{name}"] for name in self.names}
        strong = {name: x[f"strong_{name}"] for name in self.names}
        labels, taken = self.label(ops.softmax(self.network(weak, training=False)))
        errors = keras.losses.sparse_categorical_crossentropy(
            labels, self.network(strong, training=True), from_logits=True
        )
        return loss + self.unlabelled_weight * ops.mean(errors * taken)

    def label(self, probabilities):
        """Return class indices (n,) and 1 for those that are certain enough, else 0, (n,); moves the running mean.

        Args:
            probabilities: predictions for the plain views, (n, classes).
        """
        mean = self.momentum * self.mean_prediction + (1 - self.momentum) * ops.mean(probabilities, axis=0)
        self.mean_prediction.assign(mean)
        aligned = ops.stop_gradient(align(probabilities, self.shares, mean))
        return ops.argmax(aligned, axis=-1), ops.cast(ops.max(aligned, axis=-1) >= self.threshold, "float32")


class ConsistencyBatches(FeatureBatches):
    """Labelled batches as `FeatureBatches` gives them, with two views each of works of the pool beside.

    The labelled part is the same as without the pool, batch by batch.

    Args:
        pool: rows of the unlabelled works, int (n,), at least one.
        n_for_each: unlabelled works for each labelled one.
    """

    def __init__(self, store, *arguments, pool: np.ndarray, n_for_each: int, seed: int, **options):
        super().__init__(store, *arguments, seed=seed, **options)
        self.pool, self.n_for_each = pool, n_for_each
        self.pool_random = np.random.default_rng([seed, 1])
        self._draw_pool()

    def _draw_pool(self) -> None:
        n = len(self) * self.batch * self.n_for_each
        rounds = -(-n // len(self.pool))
        order = np.concatenate([self.pool_random.permutation(self.pool) for _ in range(rounds)])
        self.pool_order = order[:n]
        self.pool_views = self.pool_random.integers(1, self.store.facts["n_views"], size=n)

    def __getitem__(self, index: int):
        inputs, labels, weights = super().__getitem__(index)
        n = self.batch * self.n_for_each
        part = slice(index * n, (index + 1) * n)
        rows, views = self.pool_order[part], self.pool_views[part]
        for prefix, chosen in (("weak", np.zeros_like(views)), ("strong", views)):
            read = self.store.read_inputs(self.names, rows, chosen)
            inputs |= {f"{prefix}_{name}": values for name, values in read.items()}
        return inputs, labels, weights

    def start_epoch(self, epoch: int) -> None:
        super().start_epoch(epoch)
        self._draw_pool()

"""Serve training batches from cached features, each picture in another of its augmented views every epoch."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
import pandas as pd
from scipy.special import softmax

from artstyle.balancing import Balancing, draw_by_class
from artstyle.feature_store import FeatureStore, iterate_plain_views
from artstyle.inference import predict_batches
from artstyle.mixing import draw_mixes


@dataclass(frozen=True)
class Samples:
    """Pictures to learn from.

    Attributes:
        rows: row of each sample in the feature store, int64 (n,).
        labels: class index of each sample, int64 (n,).
        weights: weight of each sample in the loss, float32 (n,), above 0.
    """

    rows: np.ndarray
    labels: np.ndarray
    weights: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    def joined(self, other: "Samples") -> "Samples":
        """Return both one after the other."""
        pairs = ((self.rows, other.rows), (self.labels, other.labels), (self.weights, other.weights))
        return Samples(*(np.concatenate(pair) for pair in pairs))


class FeatureBatches(keras.utils.PyDataset):
    """Shuffled batches (inputs by name, one-hot labels, weights); same seed, same batches.

    A sample that comes round again comes in its next view. An epoch may be longer than the samples (`n_an_epoch`):
    they then come round again, shuffled anew, which lets a control run make as many steps. `balancing` weighs the
    samples of each class and says how often they are drawn; it is told how many `epochs` the phase has.

    With `mixup` or `cutmix` above 0, parameters of symmetric Beta distributions, every batch is mixed with itself
    shifted by one, see `artstyle.mixing`; with both, by one or the other in half of the steps each.
    """

    def __init__(
        self,
        store: FeatureStore,
        samples: Samples,
        n_classes: int,
        *,
        batch: int,
        seed: int,
        names: Sequence[str],
        n_an_epoch: int | None = None,
        mixup: float = 0.0,
        cutmix: float = 0.0,
        balancing: Balancing | None = None,
        epochs: int = 1,
    ):
        super().__init__(workers=0)
        self.store, self.samples, self.batch, self.names = store, samples, batch, names
        self.one_hot = np.eye(n_classes, dtype=np.float32)
        self.n_an_epoch, self.mixup, self.cutmix = n_an_epoch or len(samples), mixup, cutmix
        self.balancing = balancing or Balancing(np.ones(n_classes), "natural", 0.0)
        self.epochs = epochs
        self.random = np.random.default_rng(seed)
        self.next_view = self.random.integers(store.facts["n_views"], size=len(samples))
        self.epoch = 0
        self._draw()

    def _draw(self) -> None:
        labels = self.samples.labels
        counts = np.bincount(labels, minlength=len(self.one_hot))
        shares = self.balancing.share_classes(counts, self.epoch, self.epochs)
        if shares is None:
            rounds = math.ceil(self.n_an_epoch / len(labels))
            order = np.concatenate([self.random.permutation(len(labels)) for _ in range(rounds)])
            self.order = order[: self.n_an_epoch]
        else:
            self.order = draw_by_class(labels, shares, self.n_an_epoch, self.random)
        turns = pd.Series(self.order).groupby(self.order).cumcount().to_numpy()
        self.views = (self.next_view[self.order] + turns) % self.store.facts["n_views"]
        self.next_view += np.bincount(self.order, minlength=len(labels))
        self.weights = self.samples.weights * self.balancing.weigh(labels, self.epoch, self.epochs)
        self.mixes = draw_mixes(self.random, len(self), self.mixup, self.cutmix)

    def __len__(self) -> int:
        return math.ceil(self.n_an_epoch / self.batch)

    def __getitem__(self, index: int):
        part = slice(index * self.batch, (index + 1) * self.batch)
        chosen = self.order[part]
        inputs = self.store.read_inputs(self.names, self.samples.rows[chosen], self.views[part])
        labels, weights = self.one_hot[self.samples.labels[chosen]], self.weights[chosen]
        return self.mixes[index](inputs, labels, weights)

    def start_epoch(self, epoch: int) -> None:
        """Draw the samples of an epoch, counted from 0; called by a callback.

        Not `on_epoch_end`: Keras calls that once more, before the first epoch.
        """
        self.epoch = epoch
        self._draw()


def predict_rows(model: keras.Model, store: FeatureStore, rows: np.ndarray) -> np.ndarray:
    """Return class probabilities float32 (n, classes) of rows in their plain view, from a model that gives logits."""
    names = [tensor.name for tensor in model.inputs]
    return softmax(predict_batches(model, iterate_plain_views(store, names, rows)), axis=-1)

"""Serve training batches from cached features, each picture in another of its augmented views every epoch."""

import math
from dataclasses import dataclass

import keras
import numpy as np

from artstyle.feature_store import FeatureStore


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


def read_inputs(store: FeatureStore, rows: np.ndarray, views: np.ndarray, *, pooled_only: bool):
    """Return the model inputs of the given rows and views as float32.

    Args:
        pooled_only: pooled features (n, columns) for the head alone; else boundary map and lower statistics.
    """
    if pooled_only:
        return np.asarray(store.pooled[rows, views], dtype=np.float32)
    start, end = store.facts["columns"]["lower_statistics"]
    lower = np.asarray(store.pooled[rows, views, start:end], dtype=np.float32)
    return {"boundary": np.asarray(store.boundary[rows, views], dtype=np.float32), "lower_statistics": lower}


class FeatureBatches(keras.utils.PyDataset):
    """Shuffled batches (inputs, one-hot labels, weights); same seed, same batches.

    In as many epochs as there are views every sample is seen once in each view. An epoch may be longer than the
    samples (`n_an_epoch`): they then come round again, shuffled anew, which lets a control run make as many steps.
    """

    def __init__(
        self,
        store: FeatureStore,
        samples: Samples,
        n_classes: int,
        *,
        batch: int,
        seed: int,
        pooled_only: bool,
        n_an_epoch: int | None = None,
    ):
        super().__init__(workers=0)
        self.store, self.samples, self.batch, self.pooled_only = store, samples, batch, pooled_only
        self.one_hot = np.eye(n_classes, dtype=np.float32)
        self.n_an_epoch = n_an_epoch or len(samples)
        self.random = np.random.default_rng(seed)
        self.first_view = self.random.integers(store.facts["n_views"], size=len(samples))
        self.epoch = 0
        self._draw()

    def _draw(self) -> None:
        rounds = math.ceil(self.n_an_epoch / len(self.samples))
        order = np.concatenate([self.random.permutation(len(self.samples)) for _ in range(rounds)])
        turn = np.repeat(np.arange(rounds), len(self.samples)) + self.epoch * rounds
        self.order = order[: self.n_an_epoch]
        self.views = (self.first_view[self.order] + turn[: self.n_an_epoch]) % self.store.facts["n_views"]

    def __len__(self) -> int:
        return math.ceil(self.n_an_epoch / self.batch)

    def __getitem__(self, index: int):
        part = slice(index * self.batch, (index + 1) * self.batch)
        chosen = self.order[part]
        inputs = read_inputs(self.store, self.samples.rows[chosen], self.views[part], pooled_only=self.pooled_only)
        return inputs, self.one_hot[self.samples.labels[chosen]], self.samples.weights[chosen]

    def on_epoch_end(self) -> None:
        self.epoch += 1
        self._draw()


def predict_rows(model: keras.Model, store: FeatureStore, rows: np.ndarray, *, pooled_only: bool) -> np.ndarray:
    """Return class probabilities float32 (n, classes) of rows in their plain view, from a model that gives logits."""
    batch, parts = 128, []
    for start in range(0, len(rows), batch):
        part = rows[start : start + batch]
        inputs = read_inputs(store, part, np.zeros(len(part), dtype=np.int64), pooled_only=pooled_only)
        parts.append(keras.ops.convert_to_numpy(keras.ops.softmax(model.predict_on_batch(inputs), axis=-1)))
    return np.concatenate(parts) if parts else np.zeros((0, model.output.shape[-1]), dtype=np.float32)

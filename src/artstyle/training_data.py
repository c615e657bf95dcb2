"""Turn the split table and the cached features into what the training phases need."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from artstyle.artists import name_artists, weigh_by_artist
from artstyle.batches import Samples
from artstyle.errors import UserError
from artstyle.feature_store import FeatureStore, open_features
from artstyle.objectives import Objective
from artstyle.tables import read_json, read_table
from artstyle.training import Validation

_USED = ("train", "validation", "test", "pool")


@dataclass(frozen=True)
class TrainingData:
    """Cached features with the split.

    Attributes:
        store: cached features.
        works: the split table; `label` is a class name, `artist` may be empty, `split` is a side.
        classes: class names in the model's order.
    """

    store: FeatureStore
    works: pd.DataFrame
    classes: list[str]

    def select(self, side: str) -> pd.DataFrame:
        """Return the works of one side, in table order."""
        return self.works[self.works["split"] == side]

    def encode(self, works: pd.DataFrame) -> np.ndarray:
        """Return the class index of each work, int64 (n,); -1 for a work of the pool without a label."""
        index = {"": -1} | {name: i for i, name in enumerate(self.classes)}
        return np.array([index[label] for label in works["label"]], dtype=np.int64)

    def training_samples(self, artist_exponent: float = 0.0) -> Samples:
        """Return the training works, each as often as it was drawn.

        Args:
            artist_exponent: how much less works of artists with many count, see `weigh_by_artist`; 0: all count 1.
        """
        works = self.select("train")
        works = works.loc[works.index.repeat(works["n_draws"])]
        labels = self.encode(works)
        weights = weigh_by_artist(name_artists(works), labels, artist_exponent).astype(np.float32)
        return Samples(self.store.find_rows(works["painting"]), labels, weights)

    def count_training_works(self) -> np.ndarray:
        """Return the number of training works of each class, repeated draws counted, int64 (classes,)."""
        return np.bincount(self.training_samples().labels, minlength=len(self.classes))

    def count_distinct_works(self) -> np.ndarray:
        """Return the number of training works of each class, each counted once, int64 (classes,)."""
        return np.bincount(self.encode(self.select("train")), minlength=len(self.classes))

    def validation(self, names: Sequence[str], objective: Objective) -> Validation:
        """Return the validation works, of which the named inputs are read, to be judged by what training aims at.

        Where it balances classes in any way, each counts as much as in training, although `split.train_skew` and
        repeated draws give that other class sizes. Where it does not, validation works count alike.
        """
        works = self.select("validation")
        labels = self.encode(works)
        offsets, weights = np.asarray(objective.loss.offsets), objective.weigh_classes()
        if offsets.any() or not np.allclose(weights, 1):
            sizes = np.bincount(labels, minlength=len(self.classes))
            weights = weights * objective.counts / np.maximum(sizes, 1)
        return Validation(self.store, names, self.store.find_rows(works["painting"]), labels, offsets, weights)


def read_training_data(features: Path, paintings: Path, works: Path, classes: Path) -> TrainingData:
    """Read what the stages before wrote.

    Raises:
        UserError: a file is missing, the features belong to another table, a side has no works, or a label is no class.
    """
    store = open_features(features, read_table(paintings, ["painting"]))
    table = read_table(works, ["painting", "label", "artist", "split", "n_draws"])
    data = TrainingData(store, table, read_json(classes))
    for side in ("train", "validation"):
        if data.select(side).empty:
            raise UserError(f"{works}: no works in '{side}'; change split.shares or add pictures")
    for label, side in data.works.loc[data.works["split"].isin(_USED), ["label", "split"]].drop_duplicates().to_numpy():
        if label not in data.classes and (label, side) != ("", "pool"):
            raise UserError(f"{works}: label {label!r} is not among the classes of {classes}")
    return data

"""Open the cached features of `extract_features` and check that they belong to the table in use (no TensorFlow)."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from artstyle.arrays import open_array, take_views
from artstyle.cache_needs import NO_COVARIANCES, explain_missing_map
from artstyle.errors import UserError
from artstyle.tables import read_json

_CHUNK = 512  # works read at a time; only memory depends on it
BATCH = 128  # works predicted at a time; only speed and memory depend on it


@dataclass(frozen=True)
class FeatureStore:
    """Cached features: arrays opened as memory maps, of which batches are read, see `take_views`.

    Attributes:
        boundary: float16 (paintings, views, height, width, channels), the maps at the freeze boundary.
        pooled: float16 (paintings, views, columns), pooled features; view 0 is the picture as it is.
        maps: float16 (paintings, views, height, width, channels) by name: the levels, where they were kept.
        covariances: float16 (paintings, views, columns), covariances of channels, where they were kept.
        facts: backbone, shapes and column ranges: `columns` (`lower_statistics`, `upper_statistics`, `top_mean`) of
            the pooled features, `covariance_columns` (`lower_covariances`, `upper_covariances`) of the covariances.
        rows: painting id -> row.
    """

    boundary: np.ndarray
    pooled: np.ndarray
    facts: dict[str, Any]
    rows: dict[str, int]
    maps: dict[str, np.ndarray] = field(default_factory=dict)
    covariances: np.ndarray | None = None

    def find_rows(self, paintings: pd.Series) -> np.ndarray:
        """Return the rows (int64) of painting ids.

        Raises:
            UserError: an id that has no features.
        """
        try:
            return np.array([self.rows[painting] for painting in paintings], dtype=np.int64)
        except KeyError as error:
            raise UserError(f"{error.args[0]}: this painting has no cached features; run `dvc repro`") from None

    def read_columns(self, name: str, rows: np.ndarray, view: int = 0) -> np.ndarray:
        """Return float32 (rows, columns of that name) of one view."""
        views, columns = np.full(len(rows), view), tuple(self.facts["columns"][name])
        return take_views(self.pooled, rows, views, columns).astype(np.float32)

    def read_inputs(self, names: Iterable[str], rows: np.ndarray, views: np.ndarray) -> dict[str, np.ndarray]:
        """Return model inputs by name as float32, one row for each pair of a row and a view.

        Args:
            names: `pooled`, `covariances`, one of their column ranges, `boundary`, or the name of a level.

        Raises:
            UserError: a level or covariances that were not kept.
        """
        return {name: self._read(name, rows, views) for name in names}

    def measure(self, name: str, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and variance (columns,) of an input that is a vector, over rows and all views, in float64.

        Raises:
            UserError: covariances that were not kept.
        """
        totals, n_views = [0.0, 0.0], self.facts["n_views"]
        for start in range(0, len(rows), _CHUNK):
            part = np.repeat(rows[start : start + _CHUNK], n_views)
            views = np.tile(np.arange(n_views), len(part) // n_views)
            values = self._read(name, part, views).astype(np.float64)
            totals = [totals[0] + values.sum(axis=0), totals[1] + np.square(values).sum(axis=0)]
        mean = totals[0] / (len(rows) * n_views)
        return mean, np.maximum(totals[1] / (len(rows) * n_views) - mean**2, 0)

    def _read(self, name: str, rows: np.ndarray, views: np.ndarray) -> np.ndarray:
        if name in self.facts["columns"]:
            array, columns = self.pooled, tuple(self.facts["columns"][name])
        elif name in self.facts.get("covariance_columns", {}):
            array, columns = self.covariances, tuple(self.facts["covariance_columns"][name])
        else:
            arrays = {"pooled": self.pooled, "boundary": self.boundary, "covariances": self.covariances, **self.maps}
            array, columns = arrays.get(name), None
        if array is None:
            raise UserError(NO_COVARIANCES if "covariances" in name else explain_missing_map(name))
        return take_views(array, rows, views, columns).astype(np.float32)


def iterate_plain_views(store: Any, names: Sequence[str], rows: np.ndarray) -> Iterator[dict[str, np.ndarray]]:
    """Yield model inputs by name for rows in their plain view, a batch at a time: memory does not grow with the rows.

    Args:
        store: a `FeatureStore`, or what else has `read_inputs`.
        names: as in `FeatureStore.read_inputs`.
    """
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        yield store.read_inputs(names, part, np.zeros(len(part), dtype=np.int64))


def open_features(folder: Path, paintings: pd.DataFrame) -> FeatureStore:
    """Open the folder written by `extract_features` for the table of paintings that it was made from.

    Raises:
        UserError: files are missing, or made from another table.
    """
    facts = read_json(folder / "features.json")
    if facts["n_paintings"] != len(paintings):
        raise UserError(f"{folder}: made for {facts['n_paintings']} paintings, the table has {len(paintings)}")
    if facts["paintings_md5"] != hash_paintings(paintings):
        raise UserError(f"{folder}: made for other paintings, or in another order, than the table has; run `dvc repro`")
    arrays = [open_array(folder / f"{name}.npy", "extract_features") for name in ("boundary", "pooled")]
    rows = {painting: row for row, painting in enumerate(paintings["painting"])}
    maps = {name: open_array(folder / f"{name}.npy", "extract_features") for name in facts["maps"]}
    covariances = open_array(folder / "covariances.npy", "extract_features") if facts["covariance_columns"] else None
    return FeatureStore(*arrays, facts, rows, maps, covariances)


def hash_paintings(paintings: pd.DataFrame) -> str:
    """Return the MD5 of all painting ids in order: ties the rows of the arrays to the rows of the table."""
    return hashlib.md5("\n".join(paintings["painting"]).encode(), usedforsecurity=False).hexdigest()

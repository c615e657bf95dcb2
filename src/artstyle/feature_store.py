"""Open the cached features of `extract_features` and check that they belong to the table in use (no TensorFlow)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from artstyle.errors import UserError
from artstyle.tables import read_json


@dataclass(frozen=True)
class FeatureStore:
    """Cached features, memory-mapped.

    Attributes:
        boundary: float16 (paintings, views, height, width, channels), the maps at the freeze boundary.
        pooled: float16 (paintings, views, columns), pooled features; view 0 is the picture as it is.
        maps: float16 (paintings, views, height, width, channels) by name: the levels, where they were kept.
        facts: backbone, shapes and column ranges (`lower_statistics`, `upper_statistics`, `top_mean`).
        rows: painting id -> row.
    """

    boundary: np.ndarray
    pooled: np.ndarray
    facts: dict[str, Any]
    rows: dict[str, int]
    maps: dict[str, np.ndarray] = field(default_factory=dict)

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
        start, end = self.facts["columns"][name]
        return np.asarray(self.pooled[rows, view, start:end], dtype=np.float32)

    def read_inputs(self, names: Iterable[str], rows: np.ndarray, views: np.ndarray) -> dict[str, np.ndarray]:
        """Return model inputs by name as float32, one row for each pair of a row and a view.

        Args:
            names: `pooled`, `lower_statistics`, `boundary`, or the name of a level.

        Raises:
            UserError: a level that was not kept.
        """
        return {name: self._read(name, rows, views) for name in names}

    def _read(self, name: str, rows: np.ndarray, views: np.ndarray) -> np.ndarray:
        if name == "pooled":
            return np.asarray(self.pooled[rows, views], dtype=np.float32)
        if name in self.facts["columns"]:
            start, end = self.facts["columns"][name]
            return np.asarray(self.pooled[rows, views, start:end], dtype=np.float32)
        if name == "boundary":
            return np.asarray(self.boundary[rows, views], dtype=np.float32)
        if name not in self.maps:
            raise UserError(
                f"head: crn needs the map {name}, which was not kept; set extract_features.maps to true"
                " (dvc exp run -S extract_features.maps=true -S head=crn)"
            )
        return np.asarray(self.maps[name][rows, views], dtype=np.float32)


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
    arrays = [_open_array(folder / f"{name}.npy") for name in ("boundary", "pooled")]
    rows = {painting: row for row, painting in enumerate(paintings["painting"])}
    maps = {name: _open_array(folder / f"{name}.npy") for name in facts["maps"]}
    return FeatureStore(*arrays, facts, rows, maps)


def hash_paintings(paintings: pd.DataFrame) -> str:
    """Return the MD5 of all painting ids in order: ties the rows of the arrays to the rows of the table."""
    return hashlib.md5("\n".join(paintings["painting"]).encode(), usedforsecurity=False).hexdigest()


def _open_array(path: Path) -> np.ndarray:
    try:
        return np.load(path, mmap_mode="r")
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except ValueError as error:
        raise UserError(f"{path}: damaged ({error}); run `dvc repro -f extract_features`") from None


def describe_columns(backbone) -> dict[str, Any]:
    """Return the column ranges of the pooled features: statistics below the cut, above the cut, mean of the top map."""
    lower = sum(2 * level.shape[-1] for level in backbone.lower.outputs[1:])
    upper = sum(2 * level.shape[-1] for level in backbone.upper.outputs[:-1])
    top = backbone.upper.outputs[-1].shape[-1]
    ends = [0, lower, lower + upper, lower + upper + top]
    names = ("lower_statistics", "upper_statistics", "top_mean")
    return {"columns": {name: [ends[i], ends[i + 1]] for i, name in enumerate(names)}, "n_columns": ends[-1]}


# Strides of the levels whose maps the convolutional-recurrent head reads.
MAP_STRIDES = (8, 16, 32)


def describe_maps(backbone) -> dict[str, list[int]]:
    """Return the shape (h, w, c) of each level's map as it is kept, by name, fine to coarse.

    A map more than twice as large as the coarsest is averaged down to twice its size: the cache would grow fourfold
    with each level otherwise, and the fine texture is in the pooled statistics.
    """
    shapes = {}
    strides = (*backbone.lower_strides, *backbone.upper_strides)
    for stride, level in zip(strides, find_levels(backbone), strict=True):
        if stride in MAP_STRIDES:
            shapes[f"level_{stride}"] = list(level.shape[1:])
    largest = 2 * min(height for height, _, _ in shapes.values())
    return {name: [min(h, largest), min(w, largest), c] for name, (h, w, c) in shapes.items()}


def find_levels(backbone) -> list:
    """Return the outputs of a cut backbone that are feature levels, fine to coarse."""
    return [*backbone.lower.outputs[1:], *backbone.upper.outputs[:-1]]

"""Open the cached features of `extract_features` and check that they belong to the table in use (no TensorFlow)."""

import hashlib
from dataclasses import dataclass
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
        facts: backbone, shapes and column ranges (`lower_statistics`, `upper_statistics`, `top_mean`).
        rows: painting id -> row.
    """

    boundary: np.ndarray
    pooled: np.ndarray
    facts: dict[str, Any]
    rows: dict[str, int]

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
    return FeatureStore(*arrays, facts, rows)


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

"""Train through the pixels: pictures in place of cached features, augmented anew in every epoch."""

from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import pandas as pd

from artstyle.augmentation import build_augmentation
from artstyle.features import load_picture
from artstyle.networks import Network, build_logits
from artstyle.parameters import call


@dataclass(frozen=True)
class PictureStore:
    """Pictures behind the interface of `FeatureStore`: rows of a table, read by name.

    Attributes:
        pack: 1-D uint8 array of all pictures.
        paintings: where each lies: offset, pack_height_px, pack_width_px.
        side_px: side of the square that the backbone sees.
        rows: painting id -> row.
        facts: `n_views` is 1, because every reading is augmented anew by the model.
    """

    pack: np.ndarray
    paintings: pd.DataFrame
    side_px: int
    rows: dict[str, int]
    facts: dict[str, Any] = field(default_factory=lambda: {"n_views": 1})

    def find_rows(self, paintings: pd.Series) -> np.ndarray:
        """Return the rows (int64) of painting ids."""
        return np.array([self.rows[painting] for painting in paintings], dtype=np.int64)

    def read_inputs(self, names: list[str], rows: np.ndarray, views: np.ndarray) -> dict[str, np.ndarray]:
        """Return {"picture": uint8 (n, side, side, 3)} of the given rows."""
        del names, views
        chosen = self.paintings.iloc[rows].itertuples(index=False)
        return {"picture": np.stack([load_picture(self.pack, row, self.side_px) for row in chosen])}


def open_pictures(pack: np.ndarray, paintings: pd.DataFrame, side_px: int) -> PictureStore:
    """Return the pictures of a table with painting, offset, pack_height_px and pack_width_px."""
    rows = {painting: row for row, painting in enumerate(paintings["painting"])}
    return PictureStore(pack, paintings, side_px, rows)


def build_pixel_model(network: Network, augmentation: dict, seed: int) -> keras.Model:
    """Return the network from pixels on: {picture (batch, px, px, 3) in 0..255} -> logits (batch, classes).

    Pictures are augmented in training only, differently each time. Weights are those of the network.

    Args:
        augmentation: section `extract_features.augmentation` of params.yaml.
        seed: of the augmentation.
    """
    augment = call(build_augmentation, section="extract_features.augmentation", values=augmentation, seed=seed)
    picture = keras.Input(network.backbone.lower.input.shape[1:], name="picture")
    return keras.Model({"picture": picture}, build_logits(network, augment(picture)), name="pixels")

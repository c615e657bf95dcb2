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
        facts: `n_views`, in which the works come round as they do from the cache.
    """

    pack: np.ndarray
    paintings: pd.DataFrame
    side_px: int
    rows: dict[str, int]
    facts: dict[str, Any] = field(default_factory=lambda: {"n_views": 2})

    def find_rows(self, paintings: pd.Series) -> np.ndarray:
        """Return the rows (int64) of painting ids."""
        return np.array([self.rows[painting] for painting in paintings], dtype=np.int64)

    def read_inputs(self, names: list[str], rows: np.ndarray, views: np.ndarray) -> dict[str, np.ndarray]:
        """Return {"picture": float32 (n, side, side, 3) in 0..255, "changed": float32 (n, 1)} of the given rows.

        View 0 is the picture as it is (changed 0), as in the cache; all others are to be augmented anew (changed 1).
        """
        del names
        chosen = self.paintings.iloc[rows].itertuples(index=False)
        # Keras takes the type from the first steps: mixed pictures after whole ones would be cut to whole levels.
        pictures = np.stack([load_picture(self.pack, row, self.side_px) for row in chosen]).astype(np.float32)
        return {"picture": pictures, "changed": (np.asarray(views)[:, None] > 0).astype(np.float32)}


def open_pictures(pack: np.ndarray, paintings: pd.DataFrame, side_px: int, n_views: int = 2) -> PictureStore:
    """Return the pictures of a table with painting, offset, pack_height_px and pack_width_px.

    Args:
        n_views: of the cache, so that as large a share of the pictures that are learned from is plain; at least 2, for
            nothing would be augmented otherwise.
    """
    rows = {painting: row for row, painting in enumerate(paintings["painting"])}
    return PictureStore(pack, paintings, side_px, rows, {"n_views": max(n_views, 2)})


def build_pixel_model(network: Network, augmentation: dict, seed: int) -> keras.Model:
    """Return the network from pixels on: {picture (batch, px, px, 3) in 0..255, changed (batch, 1)} -> logits.

    Pictures whose `changed` is at least 0.5 are augmented in training, differently each time; the others stay as they
    are, for those that the network is asked about later are plain too. Weights are those of the network.

    Args:
        augmentation: section `extract_features.augmentation` of params.yaml.
        seed: of the augmentation.
    """
    augment = call(build_augmentation, section="extract_features.augmentation", values=augmentation, seed=seed)
    picture = keras.Input(network.backbone.lower.input.shape[1:], name="picture")
    changed = keras.Input((1,), name="changed")
    seen = keras.ops.where(changed[:, :, None, None] >= 0.5, augment(picture), picture)  # (batch, px, px, 3)
    return keras.Model({"picture": picture, "changed": changed}, build_logits(network, seen), name="pixels")

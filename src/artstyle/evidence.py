"""Everything about the works that does not depend on their labels, so that other labels are judged again quickly."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from artstyle.errors import UserError
from artstyle.feature_store import FeatureStore
from artstyle.forests import check_finite
from artstyle.label_features import log_aspect
from artstyle.neighbours import find_neighbours
from artstyle.out_of_fold import Fold, assign_folds, find_judgeable, prepare_folds, reduce_features
from artstyle.parameters import check_choice, check_number
from artstyle.picture_statistics import measure_pictures


@dataclass(frozen=True)
class Evidence:
    """Works that can be judged, n rows, and what is known of them without their labels.

    Attributes:
        works: sorted by painting, with the sizes of their pictures.
        labels: class indices that were given, int (n,).
        n_classes: number of classes.
        folds: for the judges, no artist on both sides.
        points: float64 (n, d), principal components in which likeness is measured.
        nearest: int (n, k), rows of the most similar works of other artists, see `find_neighbours`.
        looks: saturation, lightness, colourfulness, edge_density, aspect, component_*; n rows.
    """

    works: pd.DataFrame
    labels: np.ndarray
    n_classes: int
    folds: list[Fold]
    points: np.ndarray
    nearest: np.ndarray
    looks: pd.DataFrame

    @property
    def artists(self) -> np.ndarray:
        """Names of the artists, (n,)."""
        return self.works["artist"].to_numpy(str)

    @property
    def trusted(self) -> np.ndarray:
        """Works that others may be compared with, bool (n,): all but those that stand in two styles."""
        return find_trusted(self.works)


def find_trusted(works: pd.DataFrame) -> np.ndarray:
    """Return the works that stand in one style only, bool (n,)."""
    return (works["conflict"] == 0).to_numpy()


def encode_labels(works: pd.DataFrame, class_names: list[str]) -> np.ndarray:
    """Return the class index of each work, int64 (n,)."""
    return works["label"].map({name: index for index, name in enumerate(class_names)}).to_numpy(np.int64)


def place_works(works: pd.DataFrame, class_names: list[str], *, n_folds: int, seed: int) -> pd.DataFrame:
    """Return the works that can be judged, with their fold; see `assign_folds` and `find_judgeable`.

    Raises:
        UserError: there are none.
    """
    labels = encode_labels(works, class_names)
    folds = assign_folds(labels, works["artist"].to_numpy(str), n_folds=n_folds, seed=seed)
    judgeable = find_judgeable(folds, labels, find_trusted(works))
    if not judgeable.any():
        raise UserError(
            "outliers: no label can be judged, because every class has the works of one artist only"
            " (with target: artist, that is always so)"
        )
    return works.assign(fold=folds)[judgeable].reset_index(drop=True)


def read_vectors(works: pd.DataFrame, store: FeatureStore, features: str) -> np.ndarray:
    """Return cached features of the works, float32 (n, d).

    Args:
        features: name of the columns to judge by, a key of `columns` in features.json.

    Raises:
        UserError: unknown features, or a feature that is not finite (names the painting).
    """
    check_choice("outliers.judge.features", features, store.facts["columns"])
    vectors = store.read_columns(features, store.find_rows(works["painting"]))
    check_finite(pd.DataFrame(vectors), works["painting"].to_numpy())
    return vectors


def measure_looks(works: pd.DataFrame, pack: np.ndarray) -> pd.DataFrame:
    """Return colour, texture and format of each picture, n rows."""
    return measure_pictures(pack, works).assign(aspect=log_aspect(works))


def gather_evidence(
    works: pd.DataFrame,
    vectors: np.ndarray,
    looks: pd.DataFrame,
    class_names: list[str],
    n_reduced: int,
    *,
    n_neighbours: int,
    n_dimensions: int,
    n_components: int,
) -> Evidence:
    """Prepare everything that judging needs besides labels.

    Args:
        works, vectors, looks: from `place_works`, `read_vectors` and `measure_looks`, n rows each.
        n_reduced: principal components that the judges see.
        n_neighbours: similar works that vote on a label.
        n_dimensions: principal components in which likeness is measured.
        n_components: leading ones of them that the forests see, standardised within the given class.
    """
    check_number("outliers.describe.n_neighbours", n_neighbours, 1, 10_000, whole=True)
    check_number("outliers.describe.n_dimensions", n_dimensions, 1, 100_000, whole=True)
    check_number("outliers.describe.n_components", n_components, 0, n_dimensions, whole=True)
    artists, trusted = works["artist"].to_numpy(str), find_trusted(works)
    folds = prepare_folds(vectors, works["fold"].to_numpy(), trusted, n_reduced)
    points = reduce_features(vectors, n_dimensions)
    nearest = find_neighbours(points, artists, trusted, n_neighbours)
    leading = {f"component_{i + 1}": points[:, i] for i in range(min(n_components, points.shape[1]))}
    looks = looks.reset_index(drop=True).assign(**leading)
    return Evidence(works, encode_labels(works, class_names), len(class_names), folds, points, nearest, looks)

"""From cached features and given labels to a ranked list of suspects: the steps of the stage `outliers`."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from artstyle.errors import UserError
from artstyle.feature_store import FeatureStore
from artstyle.forests import Forests, check_finite
from artstyle.label_features import describe_confidence, log_aspect, measure_centre_distance, standardise_within
from artstyle.neighbours import compare_with_neighbours
from artstyle.out_of_fold import predict_out_of_fold, reduce_features
from artstyle.parameters import check_choice, check_number
from artstyle.picture_statistics import measure_pictures
from artstyle.reasons import explain_scores, word_reasons

SIZES = ["width_px", "height_px", "pack_width_px", "pack_height_px", "offset"]
RANKED = ["rank", "painting", "artist", "label", "likely", "split", "conflict", "flagged"]


@dataclass(frozen=True)
class Judgement:
    """Works and what a model that has not seen their artists thinks of them.

    Attributes:
        works: the works that can be judged, sorted by painting, with the sizes of their pictures; n rows.
        vectors: float32 (n, d), their cached features.
        labels: given class indices, int (n,).
        probabilities: float64 (n, k), out of fold.
        not_judged: class name -> number of works left out, because no other fold has this class.
    """

    works: pd.DataFrame
    vectors: np.ndarray
    labels: np.ndarray
    probabilities: np.ndarray
    not_judged: dict[str, int]

    @property
    def artists(self) -> np.ndarray:
        """Names of the artists, (n,)."""
        return self.works["artist"].to_numpy(str)

    @property
    def trusted(self) -> np.ndarray:
        """Works that others may be compared with, bool (n,): all but those that stand in two styles."""
        return (self.works["conflict"] == 0).to_numpy()


def gather_works(works: pd.DataFrame, paintings: pd.DataFrame, class_names: list[str]) -> pd.DataFrame:
    """Return all labelled works with their sizes, sorted by painting, so that the order of rows has no say.

    Raises:
        UserError: a label that is no class, or a work without a picture.
    """
    gathered = works.sort_values("painting", kind="stable").merge(paintings[["painting", *SIZES]], how="left")
    for row in gathered[gathered["offset"].isna()].itertuples():
        raise UserError(f"{row.painting}: in the table of works, but not among the filtered paintings; run `dvc repro`")
    for row in gathered[~gathered["label"].isin(class_names)].itertuples():
        raise UserError(f"{row.painting}: label {row.label!r} is no class; run `dvc repro`")
    return gathered.reset_index(drop=True)


def judge_labels(
    works: pd.DataFrame,
    store: FeatureStore,
    class_names: list[str],
    *,
    features: str,
    n_folds: int,
    n_components: int,
    c: float,
    max_iter: int,
    seed: int,
) -> Judgement:
    """Judge every given label out of fold, see `predict_out_of_fold`.

    Args:
        works: from `gather_works`.
        features: name of the cached features to judge by, a key of `columns` in features.json.

    Raises:
        UserError: unknown features, a feature that is not finite (names the painting), or too few artists.
    """
    check_choice("outliers.judge.features", features, store.facts["columns"])
    vectors = store.read_columns(features, store.find_rows(works["painting"]))
    check_finite(pd.DataFrame(vectors), works["painting"].to_numpy())
    labels = works["label"].map({name: index for index, name in enumerate(class_names)}).to_numpy(np.int64)
    trusted = (works["conflict"] == 0).to_numpy()
    options = {"n_folds": n_folds, "n_components": n_components, "c": c, "max_iter": max_iter, "seed": seed}
    artists = works["artist"].to_numpy(str)
    probabilities = predict_out_of_fold(vectors, labels, artists, trusted, len(class_names), **options)
    known = np.isfinite(probabilities[np.arange(len(labels)), labels])
    left_out = works.loc[~known, "label"].value_counts().sort_index()
    kept = works[known].reset_index(drop=True)
    return Judgement(kept, vectors[known], labels[known], np.nan_to_num(probabilities[known]), left_out.to_dict())


def describe_works(
    judgement: Judgement, pack: np.ndarray, *, n_neighbours: int, n_dimensions: int, n_components: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return readable features and the facts behind them, n rows each.

    Args:
        pack: 1-D uint8 array of all pictures.
        n_neighbours: similar works that vote on a label.
        n_dimensions: principal components in which likeness is measured.
        n_components: leading ones of them that the forests see, standardised within the given class.

    Returns:
        features: own_probability, margin, rank, entropy, agreement, centre_distance as they are; saturation, lightness,
        colourfulness, edge_density, aspect and component_* in standard deviations from the given class.
        neighbours: columns neighbour_label (index) and neighbour_share.
    """
    check_number("outliers.describe.n_neighbours", n_neighbours, 1, 10_000, whole=True)
    check_number("outliers.describe.n_dimensions", n_dimensions, 1, 100_000, whole=True)
    check_number("outliers.describe.n_components", n_components, 0, n_dimensions, whole=True)
    works, labels, n_classes = judgement.works, judgement.labels, judgement.probabilities.shape[1]
    points = reduce_features(judgement.vectors, n_dimensions)
    surroundings = (labels, judgement.artists, judgement.trusted)
    neighbours = compare_with_neighbours(points, *surroundings, n_classes, n_neighbours)
    features = describe_confidence(labels, judgement.probabilities)
    features["agreement"] = neighbours["agreement"]
    features["centre_distance"] = measure_centre_distance(points, *surroundings)
    relative = measure_pictures(pack, works).assign(aspect=log_aspect(works))
    for component in range(min(n_components, points.shape[1])):
        relative[f"component_{component + 1}"] = points[:, component]
    return features.join(standardise_within(relative, labels)), neighbours.drop(columns="agreement")


def rank_suspects(judgement: Judgement, scores: pd.DataFrame, flagged: np.ndarray, names: list[str]) -> pd.DataFrame:
    """Return the list of all judged works, most suspicious first; the index is the row in `judgement`."""
    likely = np.asarray(names, object)[judgement.probabilities.argmax(1)]
    ranked = judgement.works[["painting", "artist", "label", "split", "conflict"]].assign(likely=likely)
    ranked = ranked.assign(flagged=flagged.astype(int)).join(scores)
    order = ["combined", "self_confidence", "painting"]
    ranked = ranked.sort_values(order, ascending=[False, False, True], kind="stable")
    return ranked.assign(rank=np.arange(1, len(ranked) + 1))[[*RANKED, *scores.columns]]


def add_reasons(
    ranked: pd.DataFrame,
    judgement: Judgement,
    forests: Forests,
    seen: pd.DataFrame,
    features: pd.DataFrame,
    neighbours: pd.DataFrame,
    class_names: list[str],
    *,
    n_explained: int,
) -> pd.DataFrame:
    """Return the list with three reasons in words for its first `n_explained` works; the others have empty cells.

    Args:
        ranked: from `rank_suspects`.
        seen: the features that the forests were fitted on.
        features, neighbours: from `describe_works`, what the words tell.
    """
    check_number("outliers.explain.n_explained", n_explained, 1, 10_000_000, whole=True)
    rows = ranked.index[:n_explained].to_numpy()
    facts = features.join(neighbours).join(judgement.works["label"])
    by_class = features.groupby(judgement.labels)[["own_probability", "agreement"]].transform("median")
    facts = facts.assign(usual_probability=by_class["own_probability"], usual_agreement=by_class["agreement"])
    facts["likely"] = np.asarray(class_names, object)[judgement.probabilities.argmax(1)]
    facts["likely_probability"] = judgement.probabilities.max(1)
    facts["neighbour_label"] = np.asarray(class_names, object)[facts["neighbour_label"]]
    reasons = word_reasons(explain_scores(forests, seen, rows), facts.loc[rows])
    return ranked.join(reasons.set_index(rows))

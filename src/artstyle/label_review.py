"""Judge given labels: from evidence and labels to a ranked list of suspects with reasons."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from artstyle.errors import UserError
from artstyle.evidence import Evidence
from artstyle.forests import Forests, fit_forests
from artstyle.label_features import clip_to_usual, describe_confidence, measure_centre_distance, standardise_within
from artstyle.neighbours import count_votes
from artstyle.out_of_fold import judge_folds
from artstyle.outlier_scores import list_suspicions
from artstyle.parameters import call, check_number
from artstyle.reasons import explain_scores, word_reasons

SIZES = ["width_px", "height_px", "pack_width_px", "pack_height_px", "offset"]
RANKED = ["rank", "painting", "artist", "label", "likely", "split", "conflict", "flagged"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """How labels are judged; the parameters `outliers.judge` and `outliers.forest`.

    Attributes:
        features, n_folds, n_components: cached features that the judges see, groups of artists, principal components.
        c, max_iter: see `judge_folds`.
        forest: parameters of `fit_forests`.
    """

    features: str
    n_folds: int
    n_components: int
    c: float
    max_iter: int
    forest: dict[str, Any]


@dataclass(frozen=True)
class Review:
    """What models that have not seen their artists think of given labels; n rows each.

    Attributes:
        labels: the labels that were judged, class indices, int (n,).
        probabilities: float64 (n, k), out of fold.
        features: own_probability, margin, rank, entropy, agreement, centre_distance as they are; saturation, lightness,
            colourfulness, edge_density, aspect and component_* in standard deviations from the given class.
        seen: the same as the forests see it, see `clip_to_usual`.
        neighbours: columns neighbour_label (index) and neighbour_share.
        forests: fitted on `seen`.
        suspicions: from `list_suspicions`, one column each, higher is more suspicious.
    """

    labels: np.ndarray
    probabilities: np.ndarray
    features: pd.DataFrame
    seen: pd.DataFrame
    neighbours: pd.DataFrame
    forests: Forests
    suspicions: pd.DataFrame


def gather_works(works: pd.DataFrame, paintings: pd.DataFrame, class_names: list[str]) -> pd.DataFrame:
    """Return all labelled works with their sizes, sorted by painting, so that the order of rows has no say.

    Raises:
        UserError: a label that is no class, or a work without a picture.
    """
    works = works[works["label"] != ""]  # some of the pool may have none
    gathered = works.sort_values("painting", kind="stable").merge(paintings[["painting", *SIZES]], how="left")
    for row in gathered[gathered["offset"].isna()].itertuples():
        raise UserError(f"{row.painting}: in the table of works, but not among the filtered paintings; run `dvc repro`")
    for row in gathered[~gathered["label"].isin(class_names)].itertuples():
        raise UserError(f"{row.painting}: label {row.label!r} is no class; run `dvc repro`")
    return gathered.reset_index(drop=True)


def review_labels(evidence: Evidence, labels: np.ndarray, options: Options, seed: int) -> Review:
    """Judge labels that the works were given, or could have been given.

    Args:
        labels: class indices, int (n,).
        seed: of the forests.
    """
    probabilities = judge_folds(evidence.folds, labels, evidence.n_classes, c=options.c, max_iter=options.max_iter)
    neighbours = count_votes(evidence.nearest, labels, evidence.n_classes)
    features = describe_confidence(labels, probabilities)
    features["agreement"] = neighbours["agreement"]
    features["centre_distance"] = measure_centre_distance(evidence.points, labels, evidence.artists, evidence.trusted)
    features = features.join(standardise_within(evidence.looks, labels))
    seen = clip_to_usual(features, labels)
    fitted = (seen, labels, evidence.works["painting"].to_numpy())
    forests = call(fit_forests, *fitted, section="outliers.forest", values=options.forest, seed=seed)
    suspicions = list_suspicions(features, forests.scores)
    return Review(labels, probabilities, features, seen, neighbours.drop(columns="agreement"), forests, suspicions)


def rank_suspects(
    evidence: Evidence, review: Review, scores: pd.DataFrame, flagged: np.ndarray, names: list[str]
) -> pd.DataFrame:
    """Return the list of all judged works, most suspicious first; the index is the row in `evidence`."""
    likely = np.asarray(names, object)[review.probabilities.argmax(1)]
    ranked = evidence.works[["painting", "artist", "label", "split", "conflict"]].assign(likely=likely)
    ranked = ranked.assign(flagged=flagged.astype(int)).join(scores)
    order = ["combined", "self_confidence", "painting"]
    ranked = ranked.sort_values(order, ascending=[False, False, True], kind="stable")
    return ranked.assign(rank=np.arange(1, len(ranked) + 1))[[*RANKED, *scores.columns]]


def add_reasons(ranked: pd.DataFrame, review: Review, class_names: list[str], *, n_explained: int) -> pd.DataFrame:
    """Return the list with three reasons in words for its first `n_explained` works; the others have empty cells.

    Args:
        ranked: from `rank_suspects`.
    """
    check_number("outliers.explain.n_explained", n_explained, 1, 10_000_000, whole=True)
    rows, names = ranked.index[:n_explained].to_numpy(), np.asarray(class_names, object)
    facts = review.features.join(review.neighbours).assign(label=names[review.labels])
    by_class = review.features.groupby(review.labels)[["own_probability", "agreement"]].transform("median")
    facts = facts.assign(usual_probability=by_class["own_probability"], usual_agreement=by_class["agreement"])
    facts["likely"] = names[review.probabilities.argmax(1)]
    facts["likely_probability"] = review.probabilities.max(1)
    facts["neighbour_label"] = names[facts["neighbour_label"]]
    reasons = word_reasons(explain_scores(review.forests, review.seen, rows), facts.loc[rows])
    return ranked.join(reasons.set_index(rows))


def list_explained(ranked: pd.DataFrame, works: pd.DataFrame) -> pd.DataFrame:
    """Return the suspects that have reasons, in order, with the places of their pictures in the pack.

    Args:
        ranked: from `add_reasons`.
        works: from `gather_works`.
    """
    explained = ranked[ranked["shap_1"].notna()]
    return explained.join(works.set_index("painting")[SIZES], on="painting")

"""Find the labels that are most likely wrong: judge, choose a rule, score, explain, compare with what is known."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from artstyle.combination import choose_weights
from artstyle.evidence import Evidence, gather_evidence, measure_looks, place_works, read_vectors
from artstyle.feature_store import FeatureStore
from artstyle.forests import flag_outliers
from artstyle.label_review import Options, Review, add_reasons, rank_suspects, review_labels
from artstyle.noise_benchmark import MOST_TRACED, measure_noise, measure_truths, score_labels
from artstyle.outlier_report import summarise_outliers
from artstyle.outlier_truth import list_truths
from artstyle.parameters import call
from artstyle.planted_draws import plant_draws
from artstyle.rank_quality import trace_precision

TUNED_ON = ("train", "validation")


@dataclass(frozen=True)
class Suspects:
    """What the stage writes.

    Attributes:
        ranked: all judged works, most suspicious first: rank, painting, artist, label, likely, split, conflict,
            flagged, the three scores, reason_1, shap_1 .. reason_3, shap_3.
        metrics: scores by kind of truth, and counts; plain numbers and words only.
        curves: truth (planted noise included), score, n, precision.
    """

    ranked: pd.DataFrame
    metrics: dict
    curves: pd.DataFrame


def find_suspects(
    works: pd.DataFrame,
    store: FeatureStore,
    pack: np.ndarray,
    class_names: list[str],
    planted: pd.DataFrame | None,
    *,
    judge: dict,
    describe: dict,
    forest: dict,
    combine: dict,
    flag: dict,
    noise: dict,
    explain: dict,
    seed: int,
) -> Suspects:
    """Rank all works by how suspicious their given label is.

    Args:
        works: from `gather_works`.
        store: cached features.
        pack: 1-D uint8 array of all pictures.
        class_names: in the model's order.
        planted: wrong labels that are known (painting, true_style) or None; only scored against.
        judge, forest: parameters of `Options`.
        describe, flag, explain: parameters of `gather_evidence`, `flag_outliers` and `add_reasons`.
        combine, noise: parameters of `plant_draws`, for the choice of the rule and for the report.
    """
    options = call(Options, section="outliers.judge", values=judge, forest=forest)
    # One thread: sums in the same order whatever the machine, and no threads that wait for each other on a busy one.
    with threadpool_limits(1):
        looks = measure_looks(works, pack).set_index(works["painting"])
        gather = partial(_gather, store, looks, class_names, options, describe, seed)
        weights, tuned = _choose_rule(gather(works[works["split"].isin(TUNED_ON)]), options, combine, seed)
        evidence = gather(works)
        review = review_labels(evidence, evidence.labels, options, seed)
        truths = list_truths(evidence.works, planted)
        noise_measured, noise_facts, noise_curves = _plant_noise(
            evidence, review, truths, options, noise, weights, seed
        )
    scores = score_labels(review.suspicions, weights)
    flagged = call(flag_outliers, scores["combined"].to_numpy(), review.labels, section="outliers.flag", values=flag)
    ranked = rank_suspects(evidence, review, scores, flagged, class_names)
    ranked = call(add_reasons, ranked, review, class_names, section="outliers.explain", values=explain)
    measured, facts = measure_truths(truths, scores, evidence.artists, seed)
    metrics = {**measured, **noise_measured, "truths": {**facts, **noise_facts}}
    metrics |= {"rule": {"weights": weights, "average_precision": tuned}}
    metrics |= summarise_outliers(works, evidence, review, flagged, class_names)
    curves = pd.concat([trace_precision(truths, scores, MOST_TRACED), noise_curves], ignore_index=True)
    return Suspects(ranked, metrics, curves)


def _gather(
    store: FeatureStore,
    looks: pd.DataFrame,
    class_names: list[str],
    options: Options,
    describe: dict,
    seed: int,
    works: pd.DataFrame,
) -> Evidence:
    placed = place_works(works, class_names, n_folds=options.n_folds, seed=seed)
    vectors = read_vectors(placed, store, options.features)
    inputs = (placed, vectors, looks.loc[placed["painting"]], class_names, options.n_components)
    return call(gather_evidence, *inputs, section="outliers.describe", values=describe)


def _choose_rule(evidence: Evidence, options: Options, combine: dict, seed: int) -> tuple[dict, dict]:
    """Choose the weights on noise planted in training and validation works; other labels play no part."""
    review = review_labels(evidence, evidence.labels, options, seed)
    inputs = (evidence, review, evidence.trusted, options, "combine")
    return choose_weights(list(call(plant_draws, *inputs, section="outliers.combine", values=combine, seed=seed)))


def _plant_noise(
    evidence: Evidence, review: Review, truths: dict, options: Options, noise: dict, weights: dict, seed: int
) -> tuple[dict, dict, pd.DataFrame]:
    """Measure the scores on noise planted in labels that nobody doubts."""
    fit = evidence.trusted.copy()
    for wrong, _ in truths.values():
        fit &= ~wrong
    inputs = (evidence, review, fit, options, "noise")
    return measure_noise(call(plant_draws, *inputs, section="outliers.noise", values=noise, seed=seed), weights)

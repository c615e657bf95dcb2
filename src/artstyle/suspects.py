"""Find the labels that are most likely wrong: judge, describe, score, explain, and compare with what is known."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from artstyle.feature_store import FeatureStore
from artstyle.forests import fit_forests, flag_outliers
from artstyle.label_features import clip_to_usual
from artstyle.label_review import add_reasons, describe_works, judge_labels, rank_suspects
from artstyle.outlier_report import summarise_outliers
from artstyle.outlier_scores import list_truths, score_labels, trace_precision
from artstyle.parameters import call

MOST_TRACED = 500  # works on the horizontal axis of the figure: more than a curator looks through in a day


@dataclass(frozen=True)
class Suspects:
    """What the stage writes.

    Attributes:
        ranked: all judged works, most suspicious first: rank, painting, artist, label, likely, split, conflict,
            flagged, the three scores, reason_1, shap_1 .. reason_3, shap_3.
        metrics: counts and scores, plain numbers only.
        curves: truth, score, n, precision.
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
    flag: dict,
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
        judge, describe, forest, flag, explain: parameters of `judge_labels`, `describe_works`, `fit_forests`,
            `flag_outliers` and `add_reasons`.
    """
    # One thread: sums in the same order whatever the machine, and no threads that wait for each other on a busy one.
    with threadpool_limits(1):
        judgement = call(judge_labels, works, store, class_names, section="outliers.judge", values=judge, seed=seed)
        features, neighbours = call(describe_works, judgement, pack, section="outliers.describe", values=describe)
    paintings, labels = judgement.works["painting"].to_numpy(), judgement.labels
    seen = clip_to_usual(features, labels)
    forests = call(fit_forests, seen, labels, paintings, section="outliers.forest", values=forest, seed=seed)
    scores = score_labels(features["own_probability"].to_numpy(), forests.scores)
    flagged = call(flag_outliers, scores["combined"].to_numpy(), labels, section="outliers.flag", values=flag)
    ranked = rank_suspects(judgement, scores, flagged, class_names)
    told = (ranked, judgement, forests, seen, features, neighbours, class_names)
    ranked = call(add_reasons, *told, section="outliers.explain", values=explain)
    truths = list_truths(judgement.works, planted)
    metrics = summarise_outliers(judgement, scores, flagged, forests, truths, class_names)
    return Suspects(ranked, metrics, trace_precision(truths, scores, MOST_TRACED))

"""How well do the scores find labels that are known to be wrong? One answer for each kind of truth."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from artstyle.combination import combine
from artstyle.outlier_scores import SCORES
from artstyle.planted_draws import Draw
from artstyle.rank_quality import average_draws, find_levels, measure_levels, measure_with_resamples, trace_precision

N_RESAMPLES = 500
MOST_TRACED = 500  # works on the horizontal axis of the figure: more than a curator looks through in a day
_STEP = 10  # of the curves over draws, which are smooth


def score_labels(suspicions: pd.DataFrame, weights: dict[str, float]) -> pd.DataFrame:
    """Return the three scores that are reported, higher = more suspicious, n rows; see `SCORES`."""
    return suspicions.assign(combined=combine(suspicions, weights))[list(SCORES)]


def measure_truths(
    truths: dict[str, tuple[np.ndarray, np.ndarray]], scores: pd.DataFrame, artists: np.ndarray, seed: int
) -> tuple[dict[str, dict], dict[str, dict]]:
    """Measure the scores of the given labels against labels that are known to be wrong.

    Args:
        truths: from `list_truths`.
        scores: from `score_labels`.
        artists: names (n,).

    Returns:
        kind -> score -> measure -> mean, low, high; and kind -> facts about the kind.
    """
    measured, facts = {}, {}
    for kind, (wrong, considered) in truths.items():
        known = (scores[considered], wrong[considered], artists[considered])
        measured[kind] = measure_with_resamples(*known, n_resamples=N_RESAMPLES, seed=seed)
        facts[kind] = _describe(wrong, considered, f"95 % of {N_RESAMPLES} resamples of the artists")
    return measured, facts


def measure_noise(
    draws: Iterable[Draw], weights: dict[str, float]
) -> tuple[dict[str, dict], dict[str, dict], pd.DataFrame]:
    """Measure the scores against planted noise.

    Returns:
        kind -> score -> measure -> mean, low, high over the draws of the kind; kind -> facts about the kind; and curves
        as `trace_precision` gives them, means over the draws.
    """
    by_kind: dict[str, list[dict]] = {}
    facts, curves = {}, []
    for draw in draws:
        scores, considered = score_labels(draw.suspicions, weights), draw.considered
        wrong = draw.wrong[considered]
        measures = {name: measure_levels(find_levels(scores.loc[considered, name]), wrong) for name in SCORES}
        by_kind.setdefault(draw.kind, []).append(measures)
        n = len(by_kind[draw.kind])
        facts[draw.kind] = _describe(draw.wrong, considered, f"95 % t-interval over {n} seeds" if n > 1 else "one seed")
        curves.append(trace_precision({draw.kind: (draw.wrong, considered)}, scores, MOST_TRACED, _STEP))
    mean = pd.concat(curves).groupby(["truth", "score", "n"], sort=False).mean().reset_index() if curves else None
    none = trace_precision({}, pd.DataFrame(), MOST_TRACED)
    return {kind: average_draws(found) for kind, found in by_kind.items()}, facts, none if mean is None else mean


def _describe(wrong: np.ndarray, considered: np.ndarray, interval: str) -> dict:
    return {"n_wrong": int(wrong[considered].sum()), "n_considered": int(considered.sum()), "interval": interval}

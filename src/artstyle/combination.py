"""Put suspicions together by weights that are chosen on noise planted for that purpose only."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd

from artstyle.outlier_scores import SUSPICIONS, rank_percentiles
from artstyle.planted_draws import Draw
from artstyle.rank_quality import find_levels, measure_levels

STEPS = 10  # weights are multiples of 1 / STEPS


def combine(suspicions: pd.DataFrame, weights: dict[str, float]) -> np.ndarray:
    """Return the weighted mean of the rank percentiles, float (n,) within 0..1, higher is more suspicious.

    Args:
        suspicions: from `list_suspicions`, n rows.
        weights: of each suspicion, 0..1, adding up to 1.
    """
    return _rank(suspicions) @ np.array([weights[name] for name in SUSPICIONS])


def _rank(suspicions: pd.DataFrame) -> np.ndarray:
    return np.column_stack([rank_percentiles(suspicions[name]) for name in SUSPICIONS])  # (n, suspicions)


def list_weights() -> np.ndarray:
    """Return all weights that are multiples of 1 / `STEPS` and add up to 1, float (rules, suspicions)."""
    counts = [c for c in product(range(STEPS, -1, -1), repeat=len(SUSPICIONS)) if sum(c) == STEPS]
    return np.array(counts) / STEPS


def choose_weights(draws: Sequence[Draw]) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Choose the weights with the highest average precision, the mean over kinds of planted noise.

    Only weights that lose to self-confidence alone on no kind are eligible, because nobody knows which kind of noise
    the given labels have. Of equals, the one with more weight on self-confidence is taken.

    Args:
        draws: noise that is planted for the choice and never reported on.

    Returns:
        weights: suspicion -> 0..1, adding up to 1.
        average_precision: kind -> of self_confidence alone and of the chosen weights (`combined`), on these draws.
            Without a draw (no label could be planted), self-confidence alone and an empty map.
    """
    rules = list_weights()
    if not draws:
        return dict(zip(SUSPICIONS, rules[0].tolist(), strict=True)), {}
    by_kind: dict[str, list[list[float]]] = {}
    for draw in draws:
        by_kind.setdefault(draw.kind, []).append(_measure_rules(draw, rules))
    measured = np.array([np.mean(values, axis=0) for values in by_kind.values()])  # (kinds, rules)
    alone = measured[:, :1]  # the first rule
    eligible = (measured >= alone).all(0)
    best = int(np.where(eligible, measured.mean(0), -1).argmax())
    weights = {name: float(weight) for name, weight in zip(SUSPICIONS, rules[best], strict=True)}
    found = {
        kind: {"self_confidence": float(values[0]), "combined": float(values[best])}
        for kind, values in zip(by_kind, measured, strict=True)
    }
    return weights, found


def _measure_rules(draw: Draw, rules: np.ndarray) -> list[float]:
    considered = draw.considered
    scores, wrong = _rank(draw.suspicions)[considered] @ rules.T, draw.wrong[considered]
    return [measure_levels(find_levels(scores[:, i]), wrong)["average_precision"] for i in range(len(rules))]

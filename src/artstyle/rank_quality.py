"""How well does a ranking put wrong labels first? With intervals over resampled artists or over seeds."""

import numpy as np
import pandas as pd
from scipy.stats import t

PRECISION_AT = (50, 200)
COVERAGE = 0.95


def find_levels(scores: np.ndarray) -> np.ndarray:
    """Return the place of each score among the different scores, 0 = the most suspicious, int (n,)."""
    return np.unique(-np.asarray(scores, float), return_inverse=True)[1]


def measure_levels(levels: np.ndarray, wrong: np.ndarray, weights: np.ndarray | None = None) -> dict[str, float]:
    """Measure how well a ranking puts the wrong labels first; all values 0..1, higher is better.

    Works of one level are not told apart: for them the expectation over all orders counts (AUROC, precision among the
    first) or they are looked at together (average precision, as in scikit-learn), so that the order of rows has no say.

    Args:
        levels: from `find_levels`, int (n,).
        wrong: bool (n,) with at least one True and one False.
        weights: how often each work counts, at least 0, (n,); None counts each once.

    Returns:
        auroc (0.5 = chance), average_precision (chance = share of wrong labels), precision_at_50 and precision_at_200
        (share of wrong labels among the first; of all works where there are fewer).
    """
    weights = np.ones(len(levels)) if weights is None else weights
    works = np.bincount(levels, weights)
    hits = np.bincount(levels, weights * wrong)
    works, hits = works[works > 0], hits[works > 0]
    n_looked, n_found = np.cumsum(works), np.cumsum(hits)
    n_right_after = (n_looked[-1] - n_found[-1]) - (n_looked - n_found)
    beaten = n_right_after + (works - hits) / 2
    precision = count_found(n_looked, n_found, list(PRECISION_AT)) / np.minimum(PRECISION_AT, n_looked[-1])
    return {
        "auroc": float(hits @ beaten / n_found[-1] / (n_looked[-1] - n_found[-1])),
        "average_precision": float(hits @ (n_found / n_looked) / n_found[-1]),
        **{f"precision_at_{n}": float(share) for n, share in zip(PRECISION_AT, precision, strict=True)},
    }


def count_found(n_looked: np.ndarray, n_found: np.ndarray, first: list[int]) -> np.ndarray:
    """Return how many wrong labels are expected among the `n` most suspicious works for each n of `first`, float.

    Args:
        n_looked, n_found: works and wrong labels down to each level, ascending.
    """
    return np.interp(first, [0, *n_looked], [0, *n_found])


def trace_precision(
    truths: dict[str, tuple[np.ndarray, np.ndarray]], scores: pd.DataFrame, most: int, step: int = 1
) -> pd.DataFrame:
    """Return rows truth, score, n, precision (0..1) for works looked at: what a curator would find.

    Args:
        truths: wrong labels and works that count, bool (n,) each, by name.
        most: the largest n; step: n are its multiples, and all works where there are fewer than `step`.
    """
    rows = []
    for truth, (wrong, considered) in truths.items():
        last = min(most, int(considered.sum()))
        n = np.arange(min(step, last), last + 1, step)
        for name in scores:
            levels = find_levels(scores.loc[considered, name])
            works, hits = np.bincount(levels), np.bincount(levels, wrong[considered])
            precision = count_found(np.cumsum(works), np.cumsum(hits), list(n)) / n
            rows.append(pd.DataFrame({"truth": truth, "score": name, "n": n, "precision": precision}))
    columns = ["truth", "score", "n", "precision"]
    return pd.concat(rows, ignore_index=True)[columns] if rows else pd.DataFrame(columns=columns)


def measure_with_resamples(
    scores: pd.DataFrame, wrong: np.ndarray, artists: np.ndarray, *, n_resamples: int, seed: int
) -> dict[str, dict[str, dict[str, float]]]:
    """Measure each score, with 95 % intervals over resamples of the artists (percentiles).

    Works of one painter stand or fall together, so painters are drawn, not works. A resample without a wrong or
    without a right label says nothing and is passed over.

    Args:
        scores: one column a score, n rows.
        wrong: bool (n,) with at least one True and one False.
        artists: names (n,).

    Returns:
        score -> measure -> mean (of the works as they are), low, high.
    """
    _, artist = np.unique(np.asarray(artists, str), return_inverse=True)
    n_artists = artist.max() + 1
    draws = np.random.default_rng(seed).integers(n_artists, size=(n_resamples, n_artists))
    counts = [np.bincount(draw, minlength=n_artists)[artist] for draw in draws]
    counts = [count for count in counts if 0 < count @ wrong < count.sum()]
    measured = {}
    for name in scores:
        levels = find_levels(scores[name])
        resampled = pd.DataFrame([measure_levels(levels, wrong, count) for count in counts])
        edges = resampled.quantile([(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
        measured[name] = {
            measure: {"mean": value, "low": float(edges[measure].iloc[0]), "high": float(edges[measure].iloc[1])}
            for measure, value in measure_levels(levels, wrong).items()
        }
    return measured


def average_draws(draws: list[dict[str, dict[str, float]]]) -> dict[str, dict[str, dict[str, float]]]:
    """Return mean and 95 % t-interval over draws of every score and measure, within 0..1; one draw has no width.

    Args:
        draws: score -> measure -> value, one a draw.
    """
    return {
        score: {measure: _interval(np.array([draw[score][measure] for draw in draws])) for measure in measures}
        for score, measures in draws[0].items()
    }


def _interval(values: np.ndarray) -> dict[str, float]:
    mean, half = float(values.mean()), 0.0
    if len(values) > 1:
        half = float(t.ppf((1 + COVERAGE) / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    return {"mean": mean, "low": max(0.0, mean - half), "high": min(1.0, mean + half)}

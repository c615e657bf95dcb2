"""Intervals and p-values that resample artists and seeds, from confusion counts of each artist.

Works of one artist resemble each other, and an artist stands in the test set of several seeds; works are therefore
not resampled one by one. In each resample the artists and the seeds are drawn with replacement, independently, and
an artist's works count in a seed as often as both were drawn: Owen, "The pigeonhole bootstrap" (Annals of Applied
Statistics 2007), section 3. Variants that are compared share the draws.
"""

import numpy as np

SCORES = ("accuracy", "macro_f1", "worst_recall")
_LIMITS = (0.025, 0.975)


def draw_weights(n: int, n_resamples: int, seed: int, purpose: str) -> np.ndarray:
    """Return how often each of `n` was drawn in each resample of size `n`, float32 (resamples, n).

    Args:
        purpose: what is drawn; equal numbers of artists and of seeds are drawn apart.
    """
    rng = np.random.default_rng([seed, n, *purpose.encode()])
    return rng.multinomial(n, np.full(n, 1 / n), size=n_resamples).astype(np.float32)


def weigh_counts(counts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the confusion counts of each resample, float32 (resamples, k, k).

    Args:
        counts: of each artist, int (artists, k, k), row = given class, column = predicted class.
        weights: of each artist, (resamples, artists).
    """
    n_artists, k, _ = counts.shape
    return (weights @ counts.reshape(n_artists, k * k).astype(np.float32)).reshape(-1, k, k)


def score_counts(counts: np.ndarray, expected: np.ndarray) -> dict[str, np.ndarray]:
    """Return accuracy, macro_f1 and worst_recall of each confusion matrix, 0..1; NaN where there are no works.

    A class that is expected and has lost all its works in a resample is left out of that resample's mean of F1, where
    it would count as 0 otherwise. A class without works in the test set itself counts as 0, as in all scores here.

    Args:
        counts: (..., k, k), row = given class.
        expected: classes with works in the test set itself, bool (k,).
    """
    right = np.diagonal(counts, axis1=-2, axis2=-1).astype(np.float64)
    given, predicted = counts.sum(axis=-1, dtype=np.float64), counts.sum(axis=-2, dtype=np.float64)
    n = given.sum(axis=-1)
    lost = (expected & (given == 0)).sum(axis=-1)
    f1 = 2 * right / np.maximum(given + predicted, 1)
    f1 = np.where(expected & (given == 0), 0, f1).sum(axis=-1) / np.maximum(len(expected) - lost, 1)
    recall = np.where(given > 0, right / np.maximum(given, 1), np.inf).min(axis=-1)
    values = (right.sum(axis=-1) / np.maximum(n, 1), f1, recall)
    return {name: np.where(n > 0, value, np.nan) for name, value in zip(SCORES, values, strict=True)}


def average_seeds(scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weighted mean over seeds of each resample, (resamples,); seeds without a score (NaN) do not count.

    Args:
        scores: (resamples, seeds).
        weights: how often each seed was drawn, (resamples, seeds).
    """
    weights = np.where(np.isnan(scores), 0, weights)
    total = weights.sum(axis=1)
    mean = (np.nan_to_num(scores) * weights).sum(axis=1) / np.maximum(total, 1)
    return np.where(total > 0, mean, np.nan)


def find_interval(resampled: np.ndarray) -> tuple[float, float]:
    """Return the limits between which 95 % of the resampled values lie."""
    low, high = np.nanquantile(resampled, _LIMITS)
    return float(low), float(high)


def find_p_value(resampled: np.ndarray) -> float:
    """Return the two-sided p-value of the resampled differences against 0: twice the share on the rarer side.

    One is added to count and number, so that it is never 0; Davison and Hinkley, "Bootstrap Methods and their
    Application" (1997), section 4.2.
    """
    values = resampled[~np.isnan(resampled)]
    rarer = min((values <= 0).sum(), (values >= 0).sum())
    return float(min(1.0, 2 * (rarer + 1) / (len(values) + 1)))


def correct_holm(p_values: np.ndarray) -> np.ndarray:
    """Return the p-values corrected for their number, as in Holm, "A simple sequentially rejective multiple test
    procedure" (Scandinavian Journal of Statistics 1979); NaN stays NaN and does not count.
    """
    known = np.flatnonzero(~np.isnan(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    corrected = np.full(len(p_values), np.nan)
    corrected[order] = np.minimum(np.maximum.accumulate(p_values[order] * np.arange(len(order), 0, -1)), 1)
    return corrected

"""Score many resamples of the same works at once: whole groups of works (such as artists) are drawn with replacement.

Scores are those of `artstyle.scores`, with the same rule for undefined values, computed from counts per group and the
number of times that each group was drawn.
"""

from dataclasses import dataclass

import numpy as np

from artstyle.calibration import N_BINS

N_RESAMPLES = 1000
CHUNK = 100  # resamples at a time where every work has a weight of its own; only memory depends on it


@dataclass(frozen=True)
class Resamples:
    """Draws of groups with replacement, as many groups as there are.

    Attributes:
        group: group of each work, int (n,).
        weights: how often each group was drawn, int (resamples, groups); every row adds up to the number of groups.
    """

    group: np.ndarray
    weights: np.ndarray


def draw_resamples(names: np.ndarray, seed: int, n_resamples: int = N_RESAMPLES) -> Resamples:
    """Draw groups with replacement; the order of the works changes nothing.

    Args:
        names: name of each work's group, (n,).
        seed: the same seed and groups give the same draws.
    """
    groups, group = np.unique(names, return_inverse=True)
    random = np.random.default_rng(seed)
    return Resamples(group, random.multinomial(len(groups), np.full(len(groups), 1 / len(groups)), size=n_resamples))


def resample_scores(resamples: Resamples, labels: np.ndarray, predicted: np.ndarray, n_classes: int) -> dict:
    """Return accuracy, macro_f1 and balanced_accuracy of every resample, each float (resamples,).

    A class that lost all its works in a resample is left out of the means of that resample: it would count as 0, which
    says nothing about the model. A class without works among the given ones counts as 0, as in all scores here.

    Args:
        labels, predicted: class indices, int (n,).
    """
    counts = _count_by_group(resamples, labels, predicted, n_classes)
    drawn = resamples.weights.astype(np.float64) @ counts.reshape(len(counts), -1)  # (resamples, 3 * classes)
    right, given, called = np.split(drawn, 3, axis=1)  # (resamples, classes) each
    lost = (given == 0) & (counts[:, 1].sum(axis=0) > 0)
    f1 = np.where(lost, 0, _divide(2 * right, given + called))
    n_given = np.maximum((given > 0).sum(axis=1), 1)
    return {
        "accuracy": _divide(right.sum(axis=1), given.sum(axis=1)),
        "macro_f1": f1.sum(axis=1) / np.maximum(n_classes - lost.sum(axis=1), 1),
        "balanced_accuracy": _divide(right, given).sum(axis=1) / n_given,
    }


def _count_by_group(resamples: Resamples, labels, predicted, n_classes: int) -> np.ndarray:
    """Count right, given and predicted works of each class, float64 (groups, 3, classes)."""
    n_groups = resamples.weights.shape[1]
    hit = labels == predicted
    counts = [
        np.bincount(resamples.group[rows] * n_classes + classes[rows], minlength=n_groups * n_classes)
        for rows, classes in ((hit, labels), (slice(None), labels), (slice(None), predicted))
    ]
    return np.stack([part.reshape(n_groups, n_classes) for part in counts], axis=1).astype(np.float64)


def resample_calibration_error(
    resamples: Resamples, labels: np.ndarray, probabilities: np.ndarray, n_bins: int = N_BINS
) -> np.ndarray:
    """Return `expected_calibration_error` of every resample, bins of equal mass drawn anew in each, (resamples,).

    Works of equal confidence share their mean accuracy, so that within them sums grow evenly, and sums up to the edge
    of a bin can be interpolated.
    """
    levels, level = np.unique(np.asarray(probabilities, np.float64).max(axis=1), return_inverse=True)
    hit = np.argmax(probabilities, axis=1) == labels
    order = np.argsort(level, kind="stable")
    starts = np.searchsorted(level[order], np.arange(len(levels)))
    errors = []
    for first in range(0, len(resamples.weights), CHUNK):
        weights = resamples.weights[first : first + CHUNK][:, resamples.group[order]].astype(np.float64)
        mass = np.add.reduceat(weights, starts, axis=1)  # (chunk, levels)
        hits = np.add.reduceat(weights * hit[order], starts, axis=1)
        errors += [_bin_gaps(*sums, n_bins) for sums in zip(mass, mass * levels - hits, strict=True)]
    return np.array(errors)


def _bin_gaps(mass: np.ndarray, gaps: np.ndarray, n_bins: int) -> float:
    """Mean absolute sum of confidence minus accuracy in bins of equal mass, from the sums at each confidence."""
    total = mass.sum()
    sizes = np.full(n_bins, total // n_bins) + (np.arange(n_bins) < total % n_bins)
    edges = np.concatenate([[0], np.cumsum(sizes)])
    reached = np.interp(edges, np.concatenate([[0], np.cumsum(mass)]), np.concatenate([[0], np.cumsum(gaps)]))
    return float(np.abs(np.diff(reached)).sum() / total)


def _divide(upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    return np.divide(upper, lower, out=np.zeros_like(upper), where=lower > 0)

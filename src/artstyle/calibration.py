"""Does a probability of 0.8 come true in 8 of 10 cases? Reliability in bins that hold equally many works."""

import numpy as np
import pandas as pd

N_BINS = 15


def bin_confidences(labels: np.ndarray, probabilities: np.ndarray, n_bins: int = N_BINS) -> pd.DataFrame:
    """Sort works by confidence into bins of equal mass and compare confidence with accuracy.

    Works of equal confidence share their mean accuracy, so that the order of rows cannot move a work to another bin.

    Args:
        labels: given class indices, int (n,).
        probabilities: (n, k), rows sum to 1.
        n_bins: number of bins; fewer are returned when there are fewer works.

    Returns:
        One row a bin, ascending: bin (from 1), n, confidence (mean top probability), accuracy (both 0..1).
    """
    confidence = np.asarray(probabilities, np.float64).max(1)
    hit = np.argmax(probabilities, 1) == labels
    levels, level, n_at_level = np.unique(confidence, return_inverse=True, return_counts=True)
    accuracy = np.bincount(level, weights=hit, minlength=len(levels)) / n_at_level
    rows = []
    for members in np.array_split(np.sort(level), n_bins):
        if len(members):
            rows.append((len(rows) + 1, len(members), levels[members].mean(), accuracy[members].mean()))
    return pd.DataFrame(rows, columns=["bin", "n", "confidence", "accuracy"])


def expected_calibration_error(labels: np.ndarray, probabilities: np.ndarray, n_bins: int = N_BINS) -> float:
    """Return the mean gap between confidence and accuracy over bins of equal mass, 0..1, lower is better.

    Source: Guo et al., "On Calibration of Modern Neural Networks" (ICML 2017), section 3, with equal-mass bins after
    Nguyen and O'Connor, "Posterior calibration and exploratory analysis for NLP models" (EMNLP 2015).
    """
    bins = bin_confidences(labels, probabilities, n_bins)
    return float(np.average((bins["confidence"] - bins["accuracy"]).abs(), weights=bins["n"]))

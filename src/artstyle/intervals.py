"""Intervals of scores and of gains, from resamples of the test works.

Works of one artist resemble each other: right or wrong, they go together. Resampling artists keeps them together;
resampling single works would count them as independent and give intervals that are too narrow.

Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), section 13.3 (percentile intervals); clusters
as the units after Field and Welsh, "Bootstrapping clustered data" (JRSS B, 2007), section 2.
"""

import numpy as np

from artstyle.artists import name_artists
from artstyle.predictions import Predictions
from artstyle.resampling import Resamples, draw_resamples, resample_calibration_error, resample_scores
from artstyle.scores import score_predictions

LEVEL = 0.95
FEW_WORKS = 5


def measure_intervals(part: Predictions, seed: int) -> dict[str, dict[str, float]]:
    """Return {score: {low, high}} of accuracy, macro_f1, balanced_accuracy and ece; 95 %, artists resampled.

    A resample repeats works, which widens the gaps in its bins: the interval of ece lies a little too high. That of
    macro_f1 reaches lower than higher: where a class is left with few works, wrong answers of others count more.
    """
    resamples = draw_resamples(name_artists(part.table), seed)
    scores = _resample(resamples, part)
    scores["ece"] = resample_calibration_error(resamples, part.labels, part.probabilities)
    return {name: _cut(values) for name, values in scores.items()}


def measure_intervals_by_picture(part: Predictions, seed: int) -> dict[str, dict[str, float]]:
    """Return {score: {low, high}} of accuracy and macro_f1; 95 %, single pictures resampled, for comparison."""
    scores = _resample(draw_resamples(part.table["painting"].to_numpy(str), seed), part)
    return {name: _cut(scores[name]) for name in ("accuracy", "macro_f1")}


def measure_gain(later: Predictions, earlier: Predictions, seed: int) -> dict[str, dict[str, float]]:
    """Return {score: {gain, low, high}} of accuracy and macro_f1 of one model over another on the same works.

    Both are scored on the same resamples of artists, so that what makes a work hard for both cancels out.

    Raises:
        ValueError: the works differ.
    """
    later, earlier = later.sort(), earlier.sort()
    if later.table["painting"].tolist() != earlier.table["painting"].tolist():
        raise ValueError("a gain needs predictions of the same works by both models")
    resamples = draw_resamples(name_artists(later.table), seed)
    drawn = [_resample(resamples, part) for part in (later, earlier)]
    whole = [_score(part) for part in (later, earlier)]
    return {
        name: {"gain": whole[0][name] - whole[1][name], **_cut(drawn[0][name] - drawn[1][name])}
        for name in ("accuracy", "macro_f1")
    }


def score_by_artist_size(part: Predictions, few: int = FEW_WORKS) -> dict[str, dict[str, float]]:
    """Return the accuracy on works of artists with few (at most 5) and with many works among the given ones.

    Returns:
        {few, many}: {n_artists, n_works, accuracy (0 where there are no works)}.
    """
    _, artist, n_works = np.unique(name_artists(part.table), return_inverse=True, return_counts=True)
    hit = part.probabilities.argmax(axis=1) == part.labels
    scores = {}
    for name, chosen in (("few", n_works <= few), ("many", n_works > few)):
        rows = chosen[artist]
        scores[name] = {
            "n_artists": int(chosen.sum()),
            "n_works": int(rows.sum()),
            "accuracy": float(hit[rows].mean()) if rows.any() else 0.0,
        }
    return scores


def _resample(resamples: Resamples, part: Predictions) -> dict[str, np.ndarray]:
    return resample_scores(resamples, part.labels, part.probabilities.argmax(axis=1), len(part.class_names))


def _score(part: Predictions) -> dict[str, float]:
    scores = score_predictions(part.labels, part.probabilities, part.class_names)
    return {"accuracy": scores["accuracy"], "macro_f1": scores["macro"]["f1"]}


def _cut(values: np.ndarray) -> dict[str, float]:
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return {"low": float(low), "high": float(high)}

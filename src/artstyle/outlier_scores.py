"""Scores of how suspicious a label is, and how they are put together."""

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from artstyle.scores import MIN_PROBABILITY

SCORES = ("self_confidence", "isolation_forest", "combined")
SUSPICIONS = ("self_confidence", "likelihood_ratio", "agreement", "isolation_forest")


def list_suspicions(features: pd.DataFrame, isolation: np.ndarray) -> pd.DataFrame:
    """Return the suspicions that a combination may use, higher = more suspicious, n rows.

    self_confidence is 1 - the out-of-fold probability of the given label (Northcutt et al., "Confident Learning", JAIR
    2021), likelihood_ratio the log of the best other probability over that of the given label, agreement the share of
    the most similar works with another label, isolation_forest the anomaly score as it is.

    Args:
        features: columns own_probability, margin (best other probability less the own one), agreement.
        isolation: anomaly score of the forest of the given class, float (n,).
    """
    own = features["own_probability"]
    other = own + features["margin"]
    columns = {
        "self_confidence": 1 - own,
        "likelihood_ratio": np.log(np.maximum(other, MIN_PROBABILITY) / np.maximum(own, MIN_PROBABILITY)),
        "agreement": 1 - features["agreement"],
        "isolation_forest": isolation,
    }
    return pd.DataFrame(columns)[list(SUSPICIONS)]


def rank_percentiles(scores: np.ndarray) -> np.ndarray:
    """Return the share of works ranked below each, float (n,) within 0..1; equal scores share their mean rank."""
    return (rankdata(scores) - 0.5) / len(scores)

import numpy as np
import pandas as pd
import pytest

from artstyle.outlier_scores import list_suspicions, rank_percentiles


def test_suspicions_of_a_small_example_are_as_computed_by_hand():
    features = pd.DataFrame({"own_probability": [0.9, 0.1], "margin": [-0.8, 0.5], "agreement": [1.0, 0.25]})
    found = list_suspicions(features, np.array([0.4, 0.6]))
    assert found["self_confidence"].tolist() == pytest.approx([0.1, 0.9])
    # Best other probabilities: 0.1 and 0.6.
    assert found["likelihood_ratio"].tolist() == pytest.approx([np.log(1 / 9), np.log(6)])
    assert found["agreement"].tolist() == [0.0, 0.75]
    assert found["isolation_forest"].tolist() == [0.4, 0.6]


def test_percentiles_count_ranks_less_one_half():
    assert rank_percentiles(np.array([0.1, 0.9, 0.5, 0.5])).tolist() == [0.5 / 4, 3.5 / 4, 2 / 4, 2 / 4]
    assert rank_percentiles(np.array([5.0, 5.0])).tolist() == [0.5, 0.5]


def test_a_probability_of_0_is_very_suspicious_and_not_infinite():
    features = pd.DataFrame({"own_probability": [0.0, 1.0], "margin": [1.0, -1.0], "agreement": [0.0, 1.0]})
    ratio = list_suspicions(features, np.zeros(2))["likelihood_ratio"]
    assert np.isfinite(ratio).all()
    assert ratio[0] > 16 and ratio[1] < -16

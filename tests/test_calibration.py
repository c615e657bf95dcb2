import numpy as np
import pytest

from artstyle.calibration import bin_confidences, expected_calibration_error


def test_bins_hold_equally_many_works_in_ascending_confidence():
    confidence = np.array([0.9, 0.6, 0.7, 0.8])
    probabilities = np.stack([confidence, 1 - confidence], 1)
    bins = bin_confidences(np.array([0, 1, 0, 1]), probabilities, n_bins=2)
    assert bins["n"].tolist() == [2, 2]
    assert bins["confidence"].tolist() == pytest.approx([0.65, 0.85])
    assert bins["accuracy"].tolist() == pytest.approx([0.5, 0.5])
    error = expected_calibration_error(np.array([0, 1, 0, 1]), probabilities, n_bins=2)
    assert error == pytest.approx((0.15 + 0.35) / 2)


def test_fewer_works_than_bins_and_uneven_bins():
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3]])
    assert len(bin_confidences(np.zeros(3, int), probabilities)) == 3
    bins = bin_confidences(np.zeros(3, int), probabilities, n_bins=2)
    assert bins["n"].tolist() == [2, 1]
    error = expected_calibration_error(np.zeros(3, int), probabilities, n_bins=2)
    assert error == pytest.approx((2 * 0.25 + 1 * 0.1) / 3)


def test_ties_across_the_edge_of_a_bin_do_not_depend_on_the_order_of_rows():
    probabilities = np.array([[0.8, 0.2]] * 4)
    labels = np.array([0, 0, 1, 1])
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [0, 2, 1, 3]):
        bins = bin_confidences(labels[order], probabilities, n_bins=2)
        assert bins["accuracy"].tolist() == [0.5, 0.5]


def test_perfectly_calibrated_probabilities_have_a_small_error():
    random = np.random.default_rng(0)
    own = random.uniform(0.5, 1, 20_000)
    labels = (random.random(20_000) > own).astype(int)
    assert expected_calibration_error(labels, np.stack([own, 1 - own], 1)) < 0.015
    overconfident = np.stack([np.full(20_000, 0.99), np.full(20_000, 0.01)], 1)
    assert expected_calibration_error(labels, overconfident) == pytest.approx(0.99 - np.mean(labels == 0))

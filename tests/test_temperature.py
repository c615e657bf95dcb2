import math

import numpy as np
import pytest

from artstyle.errors import UserError
from artstyle.temperature import (
    Calibration,
    build_prior,
    find_calibration,
    fit_temperature,
    read_calibration,
    recover_temperature,
)

COUNTS = np.array([200, 100, 100])
SHARES = np.array([0.5, 0.25, 0.25])
LOGITS = np.array([[2.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def build(loss_offsets=(0, 0, 0), prior="natural", tau=1.0):
    return build_prior(np.array(loss_offsets, float), COUNTS, prior=prior, prior_tau=tau)


def test_the_temperature_of_two_classes_is_as_computed_by_hand():
    # Three of four works right at a gap of 2: the likelihood is highest where sigmoid(2 / T) = 3 / 4, T = 2 / log 3.
    logits = np.array([[2.0, 0.0]] * 40_000)
    assert fit_temperature(logits, np.array([0, 0, 0, 1] * 10_000)) == pytest.approx(2 / math.log(3), abs=1e-3)


@pytest.mark.parametrize("n_right", [4, 3, 1])
def test_few_works_move_the_temperature_as_far_as_they_can_prove(n_right):
    # With z = 2 / T the derivative by log T is 0 where 4 log T = n z (sigmoid(z) - share that is right).
    found = fit_temperature(np.array([[2.0, 0.0]] * 4), np.array([0] * n_right + [1] * (4 - n_right)))
    z = 2 / found
    assert math.log(found) == pytest.approx(z * (1 / (1 + math.exp(-z)) - n_right / 4), abs=1e-5)
    assert 0.5 < found < 2


def test_the_temperature_stays_in_its_range_where_everything_is_right_or_hopeless():
    logits = np.array([[2.0, 0.0]] * 4)
    assert fit_temperature(np.tile(logits / 1e3, (10_000, 1)), np.zeros(40_000, int)) == pytest.approx(0.1, rel=1e-3)
    assert fit_temperature(np.tile(logits, (10_000, 1)), np.array([0, 1, 1, 1] * 10_000)) == pytest.approx(10, rel=1e-3)


def test_the_temperature_of_overconfident_logits_is_found_and_lowers_the_loss():
    random = np.random.default_rng(0)
    true = random.normal(0, 2, (4000, 3))
    labels = np.array([random.choice(3, p=row) for row in Calibration(1.0, (0, 0, 0)).apply(true)])
    assert fit_temperature(2.5 * true, labels) == pytest.approx(2.5, rel=0.08)


def test_probabilities_are_those_of_the_shifted_and_divided_logits():
    found = Calibration(2.0, (1.0, 0.0, -1.0)).apply(np.array([[1.0, 2.0, 3.0]]))
    np.testing.assert_allclose(found, [[1 / 3, 1 / 3, 1 / 3]])
    found = Calibration(2.0, (0.0, 0.0, 0.0)).apply(np.array([[2 * math.log(2), 0.0, 0.0]]))
    np.testing.assert_allclose(found, [[0.5, 0.25, 0.25]])


def test_shifting_probabilities_equals_shifting_their_logits():
    calibration = Calibration(1.0, (0.3, -2.0, 1.0))
    plain = Calibration(1.0, (0.0, 0.0, 0.0)).apply(LOGITS)
    np.testing.assert_allclose(calibration.shift(plain), calibration.apply(LOGITS), atol=1e-12)


def test_the_natural_prior_puts_back_what_the_loss_took_out():
    # A balanced softmax that knows nothing of a picture has equal logits: its natural probabilities are the shares.
    calibration = build(np.log(SHARES)).calibrate(1.0)
    np.testing.assert_allclose(calibration.apply(np.zeros((1, 3))), [SHARES], atol=1e-6)
    np.testing.assert_allclose(build().calibrate(3.0).offsets, 0)


@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_the_uniform_prior_subtracts_the_log_shares_after_the_temperature(temperature):
    # Menon et al., equation 9; a plain cross-entropy that knows nothing of a picture gives the shares.
    prior = build(prior="uniform")
    calibration = prior.calibrate(temperature)
    logits = temperature * np.log(SHARES)[None]  # calibrated they are the shares
    np.testing.assert_allclose(calibration.apply(logits), [[1 / 3, 1 / 3, 1 / 3]], atol=1e-6)
    half = build(prior="uniform", tau=0.5).calibrate(temperature).apply(logits)
    np.testing.assert_allclose(half, [np.sqrt(SHARES) / np.sqrt(SHARES).sum()], atol=1e-6)
    assert build(prior="uniform", tau=0).calibrate(2.0).offsets == (0, 0, 0)


def test_the_uniform_prior_of_a_balanced_softmax_leaves_its_logits_as_they_are():
    np.testing.assert_allclose(build(np.log(SHARES), prior="uniform").calibrate(1.0).offsets, 0, atol=1e-6)


def test_the_temperature_is_fitted_on_natural_probabilities_whatever_the_prior():
    labels = np.array([0, 2])
    found = [
        find_calibration(build(prior=prior), LOGITS, labels, calibration="temperature").temperature
        for prior in ("natural", "uniform")
    ]
    assert found[0] == found[1] != 1
    assert find_calibration(build(), LOGITS, labels, calibration="none") == Calibration(1.0, (0.0, 0.0, 0.0))
    shifted = find_calibration(build(np.log(SHARES)), LOGITS - np.log(SHARES), labels, calibration="temperature")
    assert shifted.temperature == pytest.approx(found[0], abs=1e-5)


@pytest.mark.parametrize("prior", ["natural", "uniform"])
def test_the_temperature_can_be_read_off_the_probabilities(prior):
    logits = np.random.default_rng(1).normal(0, 3, (50, 3))
    one, other = (build((0.1, 0.5, 0), prior).calibrate(t).apply(logits) for t in (1.0, 1.6))
    assert recover_temperature(one, other) == pytest.approx(1.6, abs=1e-5)
    assert recover_temperature(one, one) == pytest.approx(1, abs=1e-9)
    same = np.full((3, 3), 1 / 3)
    assert recover_temperature(same, same) is None


def test_a_calibration_comes_back_from_json():
    calibration = Calibration(1.5, (0.25, -0.5))
    assert read_calibration(calibration.as_json(), 2) == calibration
    assert read_calibration(None, 2) == Calibration(1.0, (0.0, 0.0))
    for values in ({"temperature": 1.5}, {"temperature": 0, "offsets": [0, 0]}, {"temperature": 1, "offsets": [0]}, 3):
        with pytest.raises(ValueError, match="calibration needs"):
            read_calibration(values, 2)


def test_values_out_of_range_are_named():
    with pytest.raises(UserError, match=r"evaluate\.prior is 'flat'; allowed: natural, uniform"):
        build(prior="flat")
    with pytest.raises(UserError, match=r"evaluate\.prior_tau is 11"):
        build(tau=11)
    with pytest.raises(UserError, match=r"evaluate\.calibration is 'platt'; allowed: temperature, none"):
        find_calibration(build(), LOGITS, np.array([0, 1]), calibration="platt")

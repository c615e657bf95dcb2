import numpy as np
import pytest

from artstyle.calibration import expected_calibration_error
from artstyle.resampling import (
    Resamples,
    draw_resamples,
    resample_calibration_error,
    resample_scores,
)
from artstyle.scores import score_predictions

# Artist a has two works of class 0, both right; b has one of class 1, called 0; c one of class 1, right.
GROUP = np.array([0, 0, 1, 2])
LABELS = np.array([0, 0, 1, 1])
PREDICTED = np.array([0, 0, 0, 1])


def test_resampled_scores_are_as_computed_by_hand():
    weights = np.array([[1, 1, 1], [3, 0, 0], [0, 3, 0], [0, 1, 2]])
    scores = resample_scores(Resamples(GROUP, weights), LABELS, PREDICTED, 3)
    assert scores["accuracy"] == pytest.approx([3 / 4, 1, 0, 2 / 3])
    # Class 2 has no work at all and counts as 0; a class that only a resample lacks does not count there.
    f1 = [(2 * 2 / (2 + 3) + 2 / (2 + 1)) / 3, 1 / 2, 0, 2 * 2 / (3 + 2) / 2]
    assert scores["macro_f1"] == pytest.approx(f1)
    # Over the classes with works only.
    assert scores["balanced_accuracy"] == pytest.approx([(1 + 1 / 2) / 2, 1, 0, 2 / 3])


def test_a_perfect_model_is_perfect_in_every_resample():
    labels = np.arange(8).repeat(6)
    artists = np.array([f"{label}-{i % 2}" for i, label in enumerate(labels)])
    scores = resample_scores(draw_resamples(artists, seed=1, n_resamples=200), labels, labels, 8)
    assert all((values == 1).all() for values in scores.values())


def make(n=300, k=4, seed=0):
    random = np.random.default_rng(seed)
    probabilities = random.multinomial(50, random.dirichlet(np.ones(k), n)) / 50  # equal confidences occur
    return random.integers(0, k, n), probabilities, random.integers(0, 40, n).astype(str)


def test_every_resample_has_the_scores_of_its_repeated_works():
    labels, probabilities, artists = make()
    resamples = draw_resamples(artists, seed=3, n_resamples=5)
    scores = resample_scores(resamples, labels, probabilities.argmax(axis=1), 4)
    errors = resample_calibration_error(resamples, labels, probabilities)
    for number, weights in enumerate(resamples.weights):
        rows = np.repeat(np.arange(len(labels)), weights[resamples.group])
        expected = score_predictions(labels[rows], probabilities[rows], list("abcd"))
        assert scores["accuracy"][number] == pytest.approx(expected["accuracy"], abs=1e-12)
        assert scores["macro_f1"][number] == pytest.approx(expected["macro"]["f1"], abs=1e-12)
        assert scores["balanced_accuracy"][number] == pytest.approx(expected["balanced_accuracy"], abs=1e-12)
        error = expected_calibration_error(labels[rows], probabilities[rows])
        assert errors[number] == pytest.approx(error, abs=1e-12)


def test_the_order_of_works_changes_no_resample():
    labels, probabilities, artists = make()
    order = np.random.default_rng(9).permutation(len(labels))
    found = []
    for rows in (np.arange(len(labels)), order):
        resamples = draw_resamples(artists[rows], seed=1, n_resamples=120)
        scores = resample_scores(resamples, labels[rows], probabilities[rows].argmax(axis=1), 4)
        scores["ece"] = resample_calibration_error(resamples, labels[rows], probabilities[rows])
        found.append(scores)
    for name, values in found[0].items():
        np.testing.assert_allclose(found[1][name], values, atol=1e-9, rtol=0)


def test_as_many_groups_are_drawn_as_there_are_and_the_seed_decides():
    draws = [draw_resamples(np.array(["b", "a", "b", "c"]), seed, 50).weights for seed in (1, 1, 2)]
    assert draws[0].shape == (50, 3)
    assert (draws[0].sum(axis=1) == 3).all()
    assert (draws[0] == draws[1]).all() and (draws[0] != draws[2]).any()

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from artstyle.rank_quality import (
    average_draws,
    count_found,
    find_levels,
    measure_levels,
    measure_with_resamples,
    trace_precision,
)


def test_measures_of_a_small_example_are_as_computed_by_hand():
    levels = find_levels(np.array([0.9, 0.8, 0.7, 0.6, 0.5]))
    assert levels.tolist() == [0, 1, 2, 3, 4]
    found = measure_levels(levels, np.array([True, False, True, False, False]))
    assert found["auroc"] == pytest.approx(5 / 6)
    assert found["average_precision"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["precision_at_50"] == found["precision_at_200"] == pytest.approx(2 / 5)


def test_measures_agree_with_another_implementation_on_ties_and_weights():
    random = np.random.default_rng(0)
    scores, wrong = random.integers(0, 30, 400) / 30, random.random(400) < 0.2
    weights = random.integers(0, 4, 400)
    for counted in (None, weights):
        found = measure_levels(find_levels(scores), wrong, counted)
        assert found["auroc"] == pytest.approx(roc_auc_score(wrong, scores, sample_weight=counted))
        expected = average_precision_score(wrong, scores, sample_weight=counted)
        assert found["average_precision"] == pytest.approx(expected)


def test_a_weight_counts_as_so_many_works():
    scores, wrong = np.array([0.9, 0.7, 0.4, 0.2]), np.array([False, True, False, True])
    weights = np.array([1, 3, 0, 2])
    repeated = np.repeat(np.arange(4), weights)
    whole = measure_levels(find_levels(scores[repeated]), wrong[repeated])
    assert measure_levels(find_levels(scores), wrong, weights) == pytest.approx(whole)


def test_precision_at_50_looks_at_50_works_and_expects_the_mean_of_equals():
    levels, wrong = find_levels(np.arange(300.0)), np.arange(300) >= 280
    assert measure_levels(levels, wrong)["precision_at_50"] == 20 / 50
    assert measure_levels(levels, wrong)["precision_at_200"] == 20 / 200
    equal = measure_levels(find_levels(np.zeros(300)), wrong)
    assert equal["precision_at_50"] == pytest.approx(20 / 300)
    assert equal["auroc"] == 0.5


def test_found_labels_count_by_their_expectation_within_a_level():
    assert count_found(np.array([1, 4, 5]), np.array([1, 2, 3]), [1, 2, 4, 5, 9]).tolist() == pytest.approx(
        [1, 1 + 1 / 3, 2, 3, 3]
    )


def test_curves_are_tidy_and_empty_without_truth():
    scores = pd.DataFrame({"one": [0.9, 0.1, 0.5], "two": [0.1, 0.9, 0.5]})
    truths = {"planted": (np.array([True, False, False]), np.array([True, True, False]))}
    curves = trace_precision(truths, scores, most=100)
    assert curves.values.tolist() == [
        ["planted", "one", 1, 1.0],
        ["planted", "one", 2, 0.5],
        ["planted", "two", 1, 0.0],
        ["planted", "two", 2, 0.5],
    ]
    assert list(trace_precision({}, scores, most=100).columns) == list(curves.columns)
    assert trace_precision(truths, scores, most=100, step=2)["n"].tolist() == [2, 2]
    assert trace_precision(truths, scores, most=100, step=3)["n"].tolist() == [2, 2]  # fewer works than a step


def test_interval_over_draws_is_a_t_interval_within_0_and_1():
    draws = [{"combined": {"auroc": value, "sure": 1.0}} for value in (0.2, 0.4, 0.6)]
    found = average_draws(draws)["combined"]
    half = 4.302653 * 0.2 / 3**0.5  # t of two degrees of freedom, 97.5 %
    assert found["auroc"] == pytest.approx({"mean": 0.4, "low": 0.0, "high": 0.4 + half})
    assert found["sure"] == {"mean": 1.0, "low": 1.0, "high": 1.0}
    assert average_draws(draws[:1])["combined"]["auroc"] == {"mean": 0.2, "low": 0.2, "high": 0.2}


def test_resampling_draws_artists_with_all_their_works():
    random = np.random.default_rng(1)
    n = 400
    wrong, score = random.random(n) < 0.3, random.random(n)
    score = pd.DataFrame({"combined": score + wrong * 0.3})
    options = {"n_resamples": 200, "seed": 0}
    alone = measure_with_resamples(score, wrong, np.arange(n), **options)["combined"]["average_precision"]
    assert alone["low"] < alone["mean"] < alone["high"]
    few = measure_with_resamples(score, wrong, np.arange(n) % 8, **options)["combined"]["average_precision"]
    assert few["mean"] == alone["mean"]
    # Works that are right or wrong by their artist: the few artists make it far less certain.
    by_artist = np.arange(n) % 8 < 3
    score = pd.DataFrame({"combined": by_artist * 0.3 + random.random(n) + (np.arange(n) % 8) * 0.1})
    few = measure_with_resamples(score, by_artist, np.arange(n) % 8, **options)["combined"]["average_precision"]
    many = measure_with_resamples(score, by_artist, np.arange(n), **options)["combined"]["average_precision"]
    assert few["high"] - few["low"] > 2 * (many["high"] - many["low"])


def test_resamples_without_a_wrong_label_are_passed_over():
    scores = pd.DataFrame({"combined": [0.9, 0.6, 0.4, 0.1]})
    wrong, artists = np.array([True, False, False, False]), np.array(["a", "b", "c", "d"])
    with np.errstate(all="raise"):
        found = measure_with_resamples(scores, wrong, artists, n_resamples=50, seed=0)["combined"]["auroc"]
    assert found == {"mean": 1.0, "low": 1.0, "high": 1.0}

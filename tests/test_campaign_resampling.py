import numpy as np
import pytest

from artstyle.campaign_resampling import (
    average_seeds,
    correct_holm,
    draw_weights,
    find_interval,
    find_p_value,
    score_counts,
    weigh_counts,
)

N = 4000


def test_every_resample_draws_as_many_as_there_are_and_the_seed_decides():
    weights = draw_weights(7, 50, 1, "artists")
    assert weights.shape == (50, 7) and (weights.sum(axis=1) == 7).all()
    assert (draw_weights(7, 50, 1, "artists") == weights).all()
    assert (draw_weights(7, 50, 2, "artists") != weights).any() and (draw_weights(7, 50, 1, "seeds") != weights).any()


def test_counts_are_weighed_artist_by_artist():
    counts = np.array([[[1, 2], [0, 3]], [[5, 0], [1, 1]]])
    assert weigh_counts(counts, np.array([[2, 0], [1, 3]], np.float32)).tolist() == [
        [[2, 4], [0, 6]], [[16, 2], [3, 6]]
    ]  # fmt: skip


def test_scores_by_hand():
    # a: 6 of 8 right, 2 taken for b; b: 1 of 4 right, 3 taken for a; c: never given, never said.
    counts = np.array([[6, 2, 0], [3, 1, 0], [0, 0, 0]])
    scores = score_counts(counts, np.array([True, True, False]))
    assert scores["accuracy"] == pytest.approx(7 / 12)
    # F1 = 2 right / (given + predicted): a 12/17, b 2/7, c 0, over three classes
    assert scores["macro_f1"] == pytest.approx((12 / 17 + 2 / 7 + 0) / 3)
    assert scores["worst_recall"] == 0.25


def test_a_class_that_a_resample_lost_is_left_out_of_its_mean():
    counts = np.array([[6, 2, 0], [3, 1, 0], [0, 0, 0]])
    scores = score_counts(counts, np.array([True, True, True]))
    assert scores["macro_f1"] == pytest.approx((12 / 17 + 2 / 7) / 2)
    said = np.array([[6, 0, 2], [0, 4, 0], [0, 0, 0]])  # also where it was said
    assert score_counts(said, np.array([True, True, True]))["macro_f1"] == pytest.approx((12 / 14 + 1) / 2)


def test_a_resample_without_works_has_no_score():
    scores = score_counts(np.zeros((2, 2, 2)), np.array([True, True]))
    assert all(np.isnan(values).all() for values in scores.values())


def test_the_mean_over_seeds_counts_a_seed_as_often_as_it_was_drawn():
    scores = np.array([[0.2, 0.8], [0.2, 0.8], [0.2, np.nan], [np.nan, np.nan]])
    weights = np.array([[1, 1], [2, 0], [1, 1], [1, 1]])
    mean = average_seeds(scores, weights)
    assert mean[:3] == pytest.approx([0.5, 0.2, 0.2]) and np.isnan(mean[3])


def test_works_of_one_artist_do_not_count_as_many_opinions():
    """Two artists of 1,000 works, one all right and one all wrong: accuracy is 0, 1/2 or 1 with 1/4, 1/2, 1/4."""
    counts = np.array([[[1000, 0], [0, 0]], [[0, 1000], [0, 0]]])
    resampled = score_counts(weigh_counts(counts, draw_weights(2, N, 1, "artists")), np.array([True, False]))[
        "accuracy"
    ]
    assert sorted(set(resampled.tolist())) == [0, 0.5, 1]
    assert find_interval(resampled) == (0, 1)
    assert np.mean(resampled == 0.5) == pytest.approx(0.5, abs=0.04)


def test_an_interval_holds_the_middle_95_percent():
    assert find_interval(np.arange(1001) / 1000) == pytest.approx((0.025, 0.975))
    assert find_interval(np.array([np.nan, 1.0, 1.0])) == (1, 1)


def test_p_values_by_hand():
    assert find_p_value(np.array([1.0] * 99)) == pytest.approx(2 / 100)
    assert find_p_value(np.array([1.0] * 89 + [-1.0] * 10)) == pytest.approx(2 * 11 / 100)
    assert find_p_value(np.array([-1.0] * 89 + [1.0] * 10)) == pytest.approx(2 * 11 / 100)
    assert find_p_value(np.zeros(99)) == 1
    assert find_p_value(np.array([1.0] * 99 + [np.nan] * 900)) == pytest.approx(2 / 100)


def test_holm_by_hand():
    corrected = correct_holm(np.array([0.01, np.nan, 0.04, 0.03, 0.9]))
    # 4 * 0.01; then 3 * 0.03; then 2 * 0.04 < 0.09; then 0.9
    assert corrected[[0, 2, 3, 4]] == pytest.approx([0.04, 0.09, 0.09, 0.9])
    assert np.isnan(corrected[1])
    assert correct_holm(np.array([0.6, 0.7])).tolist() == [1, 1]

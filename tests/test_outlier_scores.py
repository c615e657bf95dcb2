import numpy as np
import pandas as pd
import pytest

from artstyle.outlier_scores import (
    count_found,
    list_truths,
    rank_percentiles,
    score_against_truth,
    score_labels,
    select_planted,
    trace_precision,
)


def test_three_scores_of_a_small_example_are_as_computed_by_hand():
    scores = score_labels(np.array([0.9, 0.1, 0.5, 0.5]), np.array([0.4, 0.5, 0.7, 0.3]))
    assert scores["self_confidence"].tolist() == pytest.approx([0.1, 0.9, 0.5, 0.5])
    assert scores["isolation_forest"].tolist() == [0.4, 0.5, 0.7, 0.3]
    # Ranks 1, 4, 2.5, 2.5 and 2, 3, 4, 1, each less one half, over 4.
    assert scores["combined"].tolist() == [(0.5 + 1.5) / 8, (3.5 + 2.5) / 8, (2 + 3.5) / 8, (2 + 0.5) / 8]


def test_percentiles_of_equal_scores_are_equal():
    assert rank_percentiles(np.array([5.0, 5.0])).tolist() == [0.5, 0.5]


def works(**columns):
    table = {
        "painting": ["a", "b", "c", "d"],
        "label": ["x", "x", "y", "y"],
        "style": ["x1", "x2", "y", "y"],
        "conflict": [0, 0, 0, 1],
    }
    return pd.DataFrame({**table, **columns})


def test_planted_truth_ignores_styles_merged_into_the_same_label():
    truth = pd.DataFrame(
        {
            "painting": ["a", "b", "c", "a", "gone"],
            "fault": ["wrong_label", "wrong_label", "wrong_label", "grey", "wrong_label"],
            "true_style": ["X2", "Y", "Left Out", "", "Y"],
        }
    )
    planted = select_planted(truth)
    assert planted["true_style"].tolist() == ["x2", "y", "left_out", "y"]
    truths = list_truths(works(), planted)
    wrong, considered = truths["planted"]
    assert wrong.tolist() == [False, True, True, False]
    assert considered.tolist() == [True, True, True, False]
    wrong, considered = truths["conflicts"]
    assert wrong.tolist() == [False, False, False, True]
    assert considered.tolist() == [True, False, False, True]
    assert truths["any"][0].tolist() == [False, True, True, True]


def test_kinds_without_a_wrong_or_without_a_right_label_are_absent():
    assert list(list_truths(works(), None)) == ["conflicts"]
    assert list_truths(works(conflict=0), None) == {}
    assert list_truths(works(conflict=1), None) == {}


def test_nothing_is_known_when_a_style_has_several_labels():
    assert list_truths(works(style="x1"), None) == {}


def test_scores_against_truth_are_as_computed_by_hand():
    scores = pd.DataFrame({"combined": [0.9, 0.8, 0.7, 0.6, 0.5]})
    found = score_against_truth(scores, np.array([True, False, True, False, False]))["combined"]
    assert found["auroc"] == pytest.approx(5 / 6)
    assert found["average_precision"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["precision_at_50"] == found["precision_at_200"] == pytest.approx(2 / 5)
    assert found["n_positive"] == 2


def test_found_labels_count_by_their_expectation_among_equal_scores():
    scores, wrong = np.array([0.9, 0.5, 0.5, 0.5, 0.1]), np.array([True, True, False, False, True])
    assert count_found(scores, wrong, [1, 2, 4, 5, 9]).tolist() == pytest.approx([1, 1 + 1 / 3, 2, 3, 3])
    order = np.array([4, 2, 3, 1, 0])
    assert count_found(scores[order], wrong[order], [2]).tolist() == pytest.approx([1 + 1 / 3])


def test_precision_at_50_looks_at_50_works():
    scores = pd.DataFrame({"combined": np.arange(300.0)})
    found = score_against_truth(scores, np.arange(300) >= 280)["combined"]
    assert found["precision_at_50"] == 20 / 50
    assert found["precision_at_200"] == 20 / 200


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

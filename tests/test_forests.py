import numpy as np
import pandas as pd
import pytest

from artstyle.errors import UserError
from artstyle.forests import POOLED, check_finite, fit_forests, flag_outliers

OPTIONS = {"n_trees": 50, "max_samples": 64, "min_works": 10, "seed": 0}


def make(sizes, seed=0, centres=(0.0, 30.0, -30.0)):
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(sizes)), sizes)
    values = random.normal(size=(len(labels), 3)) + np.array(centres)[labels][:, None]
    return pd.DataFrame(values, columns=["a", "b", "c"]), labels, np.array([f"p{i}" for i in range(len(labels))])


def test_an_odd_work_of_a_class_scores_highest_although_it_would_be_usual_in_the_other():
    features, labels, names = make([60, 60])
    features.iloc[7] = 30.0
    forests = fit_forests(features, labels, names, **OPTIONS)
    assert forests.scores.argmax() == 7
    assert forests.kinds == {0: "own", 1: "own"}
    assert forests.scores.min() > 0
    assert forests.scores.max() < 1


def test_a_rare_class_is_not_flagged_for_being_rare():
    features, labels, names = make([1000, 30])
    forests = fit_forests(features, labels, names, **OPTIONS)
    flagged = flag_outliers(forests.scores, labels, contamination=0.05)
    assert flagged[labels == 1].mean() <= 3 * flagged.mean()
    top = np.argsort(-forests.scores)[:100]
    assert (labels[top] == 1).sum() <= 3 * 100 * 30 / 1030


def test_a_class_below_min_works_is_compared_with_all_works():
    features, labels, names = make([100, 5], centres=(0.0, 0.0))
    forests = fit_forests(features, labels, names, **OPTIONS)
    assert forests.kinds == {0: "own", 1: "pooled"}
    assert set(forests.used[labels == 1]) == {POOLED}
    assert forests.scores[labels == 1].max() < forests.scores.max()


def test_a_class_of_identical_works_has_none_flagged():
    features, labels, names = make([50, 50])
    features[labels == 1] = 4.0
    forests = fit_forests(features, labels, names, **OPTIONS)
    assert forests.kinds[1] == "constant"
    assert (forests.scores[labels == 1] == 0.5).all()
    assert not flag_outliers(forests.scores, labels, contamination=0.5)[labels == 1].any()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_feature_that_is_no_number_stops_with_the_painting(value):
    features, labels, names = make([20, 20])
    features.loc[13, "b"] = value
    with pytest.raises(UserError, match=f"p13: feature b is {value}"):
        fit_forests(features, labels, names, **OPTIONS)


def test_finite_features_pass():
    check_finite(pd.DataFrame({"a": [0.0, 1.0]}), np.array(["p0", "p1"]))


def test_same_seed_same_scores_and_another_seed_others():
    features, labels, names = make([40, 20])
    first, second = (fit_forests(features, labels, names, **OPTIONS).scores for _ in range(2))
    assert (first == second).all()
    assert (fit_forests(features, labels, names, **{**OPTIONS, "seed": 1}).scores != first).any()


def test_contamination_moves_only_the_cut():
    scores, labels = np.array([0.1, 0.4, 0.2, 0.3, 0.9, 0.8]), np.array([0, 0, 0, 0, 1, 1])
    assert flag_outliers(scores, labels, contamination=0.25).tolist() == [False, True, False, False, False, False]
    assert flag_outliers(scores, labels, contamination=0.5).tolist() == [False, True, False, True, True, False]
    assert not flag_outliers(scores, labels, contamination=0).any()
    assert not flag_outliers(np.ones(6), labels, contamination=0.5).any()


@pytest.mark.parametrize("change", [{"n_trees": 0}, {"max_samples": 1.5}, {"min_works": "x"}])
def test_bad_parameters_are_named(change):
    with pytest.raises(UserError, match=f"outliers.forest.{next(iter(change))}"):
        fit_forests(*make([20]), **{**OPTIONS, **change})
    with pytest.raises(UserError, match=r"contamination is 0\.6"):
        flag_outliers(np.ones(2), np.zeros(2, int), contamination=0.6)

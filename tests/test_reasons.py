from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import IsolationForest
from sklearn.ensemble._iforest import _average_path_length

from artstyle.forests import fit_forests
from artstyle.reasons import explain_forest, explain_scores, word_reasons

COLUMNS = ["own_probability", "margin", "rank", "entropy", "agreement", "centre_distance"]
STYLE = ["saturation", "lightness", "colourfulness", "edge_density", "aspect", "component_1", "component_2"]
FACTS = {
    "label": "pop_art",
    "likely": "rococo",
    "own_probability": 0.03,
    "likely_probability": 0.9,
    "usual_probability": 0.7,
    "agreement": 0.05,
    "neighbour_label": "rococo",
    "neighbour_share": 0.85,
    "usual_agreement": 0.8,
    "centre_distance": 1.8,
    "saturation": 2.5,
    "lightness": -1.2,
    "colourfulness": 0.1,
    "edge_density": -2.2,
    "aspect": 1.0,
}


def make(n=300, seed=0):
    random = np.random.default_rng(seed)
    features = pd.DataFrame(random.normal(size=(n, len(COLUMNS + STYLE))), columns=COLUMNS + STYLE)
    return features, np.arange(n) % 2, np.array([f"p{i}" for i in range(n)])


@pytest.mark.parametrize(("n", "max_samples"), [(300, 64), (40, 40), (200, 200)])
def test_contributions_add_up_to_the_forests_own_score(n, max_samples):
    values = np.random.default_rng(1).normal(size=(n, 6)).astype(np.float32)
    forest = IsolationForest(n_estimators=60, max_samples=max_samples, random_state=0).fit(values)
    contributions = explain_forest(forest, values[:50])
    usual_depth = _average_path_length([max_samples])[0]
    raw = np.log2(-forest.score_samples(values[:50])) * usual_depth  # minus the mean depth
    np.testing.assert_allclose(contributions.sum(1), raw, atol=1e-6)
    np.testing.assert_allclose(2 ** (contributions.sum(1) / usual_depth), -forest.score_samples(values[:50]), atol=1e-6)


def test_the_feature_that_makes_a_work_odd_pushes_it_up():
    features, labels, names = make()
    features.loc[4, "saturation"] = 12.0
    forests = fit_forests(features, labels, names, n_trees=100, max_samples=128, min_works=10, seed=0)
    contributions = explain_scores(forests, features, np.array([10, 4]))
    assert contributions.drop(columns="base").iloc[1].idxmax() == "saturation"
    assert contributions["saturation"][1] > 1
    assert contributions["base"].max() < 0


def test_each_work_is_explained_by_the_forest_that_scored_it():
    features, labels, names = make()
    forests = fit_forests(features, labels, names, n_trees=30, max_samples=64, min_works=10, seed=0)
    rows = np.array([7, 2, 9, 4])
    contributions = explain_scores(forests, features, rows)
    usual_depth = _average_path_length([64])[0]
    np.testing.assert_allclose(2 ** (contributions.sum(axis=1) / usual_depth), forests.scores[rows], atol=1e-6)


def test_works_of_a_class_that_does_not_vary_have_no_reason():
    features, labels, names = make(60)
    features[labels == 1] = 1.0
    forests = fit_forests(features, labels, names, n_trees=20, max_samples=32, min_works=10, seed=0)
    contributions = explain_scores(forests, features, np.array([1, 3]))
    assert (contributions == 0).all(axis=None)
    facts = pd.DataFrame([FACTS] * 2)
    assert word_reasons(contributions, facts)["reason_1"].tolist() == ["", ""]


def word(facts=None, **pushes):
    contributions = pd.DataFrame([{name: pushes.get(name, -0.1) for name in COLUMNS + STYLE} | {"base": -5.0}])
    return SimpleNamespace(**word_reasons(contributions, pd.DataFrame([{**FACTS, **(facts or {})}])).iloc[0])


def test_three_reasons_in_order_of_their_push():
    found = word(agreement=2.0, saturation=1.5, own_probability=1.0, margin=0.8, rank=0.2, entropy=0.1)
    assert found.reason_1 == "the classifier gives pop art 3%, but rococo 90%"
    assert found.shap_1 == pytest.approx(2.1)
    assert (found.reason_2, found.shap_2) == ("85% of its neighbours are rococo, 5% pop art", 2.0)
    assert (found.reason_3, found.shap_3) == ("colours far more saturated than other pop art", 1.5)


def test_a_push_towards_usual_is_no_reason():
    found = word(agreement=2.0)
    assert found.reason_1.startswith("85%")
    assert (found.reason_2, found.shap_2) == ("", 0)


@pytest.mark.parametrize(
    ("push", "facts", "words"),
    [
        ("own_probability", {"likely": "pop_art", "own_probability": 0.4}, "gives pop art 40% (usual: 70%)"),
        (
            "agreement",
            {"neighbour_label": "pop_art", "agreement": 0.5},
            "50% of its neighbours are pop art (usual: 80%)",
        ),
        ("centre_distance", {}, "looks unlike other pop art: 1.8 times the usual distance"),
        ("component_2", {}, "looks unlike other pop art: 1.8 times the usual distance"),
        ("component_1", {"centre_distance": 0.9}, "an unusual mix of picture features for pop art"),
        ("lightness", {}, "darker than other pop art"),
        ("lightness", {"lightness": 2.1}, "far lighter than other pop art"),
        ("colourfulness", {}, "colourfulness in an unusual mix for pop art"),
        ("edge_density", {}, "far fewer edges than other pop art"),
        ("aspect", {}, "a wider format than other pop art"),
        ("aspect", {"aspect": -3.0}, "a far taller format than other pop art"),
    ],
)
def test_words_say_what_the_numbers_say(push, facts, words):
    assert words in word(facts, **{push: 3.0}).reason_1

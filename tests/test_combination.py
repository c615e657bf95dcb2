from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from artstyle.combination import choose_weights, combine, list_weights
from artstyle.outlier_scores import SUSPICIONS
from artstyle.planted_draws import Draw


def make_draw(good, seed, n=400, n_wrong=40, step=0.5):
    """Return a draw in which the suspicions `good` each see a part of the wrong labels, the others nothing."""
    random = np.random.default_rng(seed)
    wrong = np.arange(n) < n_wrong
    noise = {name: random.random(n) for name in SUSPICIONS}
    suspicions = {name: values + (step * wrong if name in good else 0) for name, values in noise.items()}
    considered = np.arange(n) % 7 != 0
    return Draw("noise", pd.DataFrame(suspicions), wrong, considered)


def test_all_rules_add_up_to_one_and_are_different():
    rules = list_weights()
    np.testing.assert_allclose(rules.sum(1), 1)
    assert len(rules) == len(np.unique(rules, axis=0)) == 286  # 13 over 3: ten steps among four
    assert rules[0].tolist() == [1, 0, 0, 0]


def test_the_combination_is_the_weighted_mean_of_percentiles():
    pair = {"self_confidence": [0.1, 0.9], "likelihood_ratio": [5.0, -5.0]}
    suspicions = pd.DataFrame({**pair, "agreement": 0.0, "isolation_forest": 1.0}, index=[0, 1])
    weights = {"self_confidence": 0.8, "likelihood_ratio": 0.2, "agreement": 0.0, "isolation_forest": 0.0}
    # Percentiles of two works: 0.25 and 0.75.
    assert combine(suspicions, weights).tolist() == pytest.approx([0.2 + 0.15, 0.6 + 0.05])


def test_the_suspicion_that_sees_wrong_labels_gets_all_the_weight():
    weights, _ = choose_weights([make_draw(["agreement"], seed) for seed in range(5)])
    assert weights["agreement"] >= 0.8


def test_two_that_see_different_things_share_it_and_beat_self_confidence():
    weights, found = choose_weights([make_draw(["likelihood_ratio", "isolation_forest"], seed) for seed in range(5)])
    assert weights["likelihood_ratio"] >= 0.3 and weights["isolation_forest"] >= 0.3
    assert found["noise"]["combined"] > found["noise"]["self_confidence"] + 0.2


def test_without_noise_to_choose_by_self_confidence_stays_alone():
    weights, found = choose_weights([])
    assert (weights["self_confidence"], sum(weights.values()), found) == (1, 1, {})


def test_weights_that_lose_to_self_confidence_on_one_kind_are_out():
    # Agreement finds nearly all of one kind, and is so much better there that the mean alone would take it.
    strong = [make_draw(["agreement"], seed, step=1.0) for seed in range(3)]
    other = replace(make_draw(["self_confidence"], 1, step=0.1), kind="other")
    assert choose_weights(strong)[0]["agreement"] >= 0.8
    weights, found = choose_weights([*strong, other])
    assert weights["self_confidence"] > 0.3
    assert all(values["combined"] >= values["self_confidence"] for values in found.values())


def test_works_that_are_not_considered_have_no_say():
    draw = make_draw(["agreement"], 0)
    changed = draw.wrong.copy()
    changed[~draw.considered] = ~changed[~draw.considered]
    assert choose_weights([draw]) == choose_weights([Draw("noise", draw.suspicions, changed, draw.considered)])

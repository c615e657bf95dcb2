import numpy as np
import pandas as pd
import pytest

from artstyle.objectives import build_objective
from artstyle.probability_balance import find_balances
from artstyle.temperature import build_prior
from tiny_run import OBJECTIVE

ONCE = pd.DataFrame({"split": ["train", "train", "validation"], "n_draws": 1})
EVEN = np.repeat([0, 1], 49)


def find_balance(*arguments):
    balances = find_balances(*arguments)
    assert len(balances) == 1
    return balances[0]


def aim(counts, **changed):
    return build_objective(["a", "b"], np.array(counts), **{**OBJECTIVE, **changed})


def test_the_balance_is_that_of_weights_draws_prior_and_skew():
    natural = build_prior(np.zeros(2), np.array([30, 10]), prior="natural", prior_tau=1.0)
    uniform = build_prior(np.zeros(2), np.array([30, 10]), prior="uniform", prior_tau=1.0)
    assert find_balance(aim([30, 10]), natural, ONCE, EVEN, None) is None
    assert (
        find_balance(aim([30, 10], loss="balanced_softmax"), natural, ONCE, EVEN, None) is None
    )  # offsets are put back
    for changed, prior in (({"class_weights": "inverse"}, natural), ({"sampling": "balanced"}, natural), ({}, uniform)):
        balance = find_balance(aim([30, 10], **changed), prior, ONCE, EVEN, None)
        assert balance[1] / balance[0] == pytest.approx(3)


def test_training_works_of_other_shares_count_by_those_of_validation():
    # 49 and 49 works asked about, one more each as a caution: training with 3 : 1 counts the first three times as much.
    natural = build_prior(np.zeros(2), np.array([30, 10]), prior="natural", prior_tau=1.0)
    twice = ONCE.assign(n_draws=[2, 1, 1])
    for works, skew in ((ONCE, 3.0), (twice, None)):
        balance = find_balance(aim([30, 10]), natural, works, EVEN, skew)
        assert balance[0] / balance[1] == pytest.approx(3)
    assert find_balance(aim([30, 10]), natural, ONCE.assign(n_draws=[1, 1, 2]), EVEN, None) is None  # of validation


def test_deferred_balancing_may_be_in_the_model_or_not():
    natural = build_prior(np.zeros(2), np.array([30, 10]), prior="natural", prior_tau=1.0)
    late = {"class_weights": "inverse", "balancing": {**OBJECTIVE["balancing"], "deferred_share": 0.5}}
    with_it, without = find_balances(aim([30, 10], **late), natural, ONCE, EVEN, None)
    assert with_it[1] / with_it[0] == pytest.approx(3)
    assert without is None

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from artstyle.probability_balance import find_balances
from artstyle.temperature import build_prior
from artstyle.training_data import TrainingData
from tiny_run import OBJECTIVE

COUNTS = np.array([30, 10])
NATURAL, UNIFORM = (build_prior(np.zeros(2), COUNTS, prior=name, prior_tau=1.0) for name in ("natural", "uniform"))


def make(n_draws: tuple[int, int] = (1, 1), of_validation: int = 1) -> TrainingData:
    """Return 30 and 10 training works, counted as often as they are drawn, and 49 of each class for validation."""
    rows = [
        {"label": label, "split": "train", "n_draws": drawn}
        for label, n, drawn in zip("ab", COUNTS, n_draws, strict=True)
        for _ in range(n // drawn)
    ]
    rows += [{"label": label, "split": "validation", "n_draws": of_validation} for label in "ab" for _ in range(49)]
    works = pd.DataFrame(rows).assign(painting=[f"{i}.jpg" for i in range(len(rows))], artist="x")
    return TrainingData(SimpleNamespace(find_rows=lambda names: np.arange(len(names))), works, ["a", "b"])


def find(prior, data=None, skew=None, **changed):
    return find_balances(data or make(), prior, {**OBJECTIVE, **changed}, skew)


def test_the_balance_is_that_of_weights_draws_and_prior():
    assert find(NATURAL) == [None]
    assert find(NATURAL, loss="balanced_softmax") == [None]  # its offsets are put back
    for changed, prior in (({"class_weights": "inverse"}, NATURAL), ({"sampling": "balanced"}, NATURAL), ({}, UNIFORM)):
        (balance,) = find(prior, **changed)
        assert balance[1] / balance[0] == pytest.approx(3)


def test_training_works_of_other_shares_count_by_those_of_validation():
    # 49 and 49 works asked about, one more each as a caution: training with 3 : 1 counts the first three times as much.
    for data, skew in ((make(), 3.0), (make(n_draws=(2, 1)), None)):
        (balance,) = find(NATURAL, data, skew)
        assert balance[0] / balance[1] == pytest.approx(3)
    assert find(NATURAL, make(of_validation=2)) == [None]


def test_deferred_balancing_may_be_in_the_model_or_not():
    late = {"class_weights": "inverse", "balancing": {**OBJECTIVE["balancing"], "deferred_share": 0.5}}
    with_it, without = find(NATURAL, **late)
    assert with_it[1] / with_it[0] == pytest.approx(3)
    assert without is None

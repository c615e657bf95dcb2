import itertools

import numpy as np
import pytest

from artstyle.balancing import CLASS_WEIGHTS, SAMPLING
from artstyle.errors import UserError
from artstyle.losses import LOSSES, PRIOR_LOSSES, WEIGHTED_LOSSES
from tiny_run import OBJECTIVE, make_objective


def test_what_corrects_once_is_built_and_what_corrects_twice_is_refused_by_name():
    n_built = 0
    for loss, weights, sampling in itertools.product(LOSSES, CLASS_WEIGHTS, SAMPLING):
        corrections = [loss in (*PRIOR_LOSSES, *WEIGHTED_LOSSES), weights != "none", sampling != "natural"]
        choices = {"loss": loss, "class_weights": weights, "sampling": sampling}
        if sum(corrections) <= 1:
            built = make_objective(**choices)
            assert (built.loss.name, built.balancing.sampling) == (loss, sampling)
            n_built += 1
        else:
            with pytest.raises(UserError, match=r"^params\.yaml: (class_weights|sampling) is '\w+' with "):
                make_objective(**choices)
    assert n_built == 3 * (1 + 3 + 3) + 4


def test_a_class_without_training_works_is_named():
    with pytest.raises(UserError, match="class class1 has no training work"):
        make_objective((3, 0, 2))


@pytest.mark.parametrize("section", ["losses", "balancing"])
def test_a_misspelt_key_is_named(section):
    with pytest.raises(UserError, match=rf"params\.yaml: {section} has no parameter 'beta'"):
        make_objective(**{section: {**OBJECTIVE[section], "beta": 1}})


def test_the_sizes_of_the_classes_reach_the_loss():
    loss = make_objective((8, 2), loss="balanced_softmax").loss
    assert np.exp(loss.offsets) == pytest.approx([0.8, 0.2])


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({}, [1, 1]),
        ({"loss": "balanced_softmax"}, [1, 1]),
        ({"class_weights": "inverse"}, [10 / 16, 10 / 4]),
        # Effective numbers (1 - 0.5^8) / 0.5 = 1.9921875 and 1.5; their inverses, scaled to the sum 2.
        ({"loss": "class_balanced", "losses": {**OBJECTIVE["losses"], "effective_beta": 0.5}}, [0.859060, 1.140940]),
        ({"sampling": "balanced"}, [0.5 / 0.8, 0.5 / 0.2]),
        ({"sampling": "progressive"}, [0.5 / 0.8, 0.5 / 0.2]),  # balanced in the last epoch
        ({"sampling": "sqrt"}, [2 / 3 / 0.8, 1 / 3 / 0.2]),
    ],
)
def test_classes_count_as_they_do_once_balancing_acts(choices, expected):
    assert make_objective((8, 2), **choices).weigh_classes() == pytest.approx(expected, rel=1e-5)
    if choices.keys() & {"class_weights", "sampling"}:
        late = {**OBJECTIVE["balancing"], "deferred_share": 0.95}
        assert make_objective((8, 2), balancing=late, **choices).weigh_classes() == pytest.approx(expected)

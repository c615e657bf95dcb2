import numpy as np
import pytest

from artstyle.errors import UserError
from artstyle.priors import plan_calibration
from tiny_run import OBJECTIVE

CLASSES = ["a", "b"]
COUNTS = np.array([3, 1])
EVALUATE = {
    "through": "pixels",
    "mirror": False,
    "calibration": "temperature",
    "baselines": "all",
    "prior": "natural",
    "prior_tau": 1.0,
    "oeuvre": {"concentration": None},
}


def test_works_are_judged_together_unless_artists_are_the_target():
    assert plan().together
    assert plan().concentration is None
    assert plan({"oeuvre": {"concentration": 2}}).concentration == 2
    arguments = (CLASSES, COUNTS, EVALUATE, OBJECTIVE)
    assert plan_calibration(*arguments, "genre").together
    assert not plan_calibration(*arguments, "artist").together
    for value in (0, "many", True):
        with pytest.raises(UserError, match=r"evaluate\.oeuvre\.concentration is"):
            plan({"oeuvre": {"concentration": value}})
    with pytest.raises(UserError, match="strength"):
        plan({"oeuvre": {"strength": 2}})


def plan(evaluate=None, **objective):
    return plan_calibration(CLASSES, COUNTS, {**EVALUATE, **(evaluate or {})}, {**OBJECTIVE, **objective})


def test_the_offsets_of_the_loss_are_put_back():
    assert plan().prior.calibrate(1.0).offsets == (0, 0)
    expected = np.log([0.75, 0.25])
    np.testing.assert_allclose(plan(loss="balanced_softmax").prior.calibrate(1.0).offsets, expected, atol=1e-6)
    twice = {**OBJECTIVE["losses"], "logit_tau": 2.0}
    found = plan(loss="logit_adjusted", losses=twice).prior.calibrate(1.0).offsets
    np.testing.assert_allclose(found, 2 * expected, atol=1e-6)
    np.testing.assert_allclose(plan({"prior": "uniform"}).prior.calibrate(1.0).offsets, -expected, atol=1e-6)


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"loss": "class_balanced"}, "loss: class_balanced"), ({"class_weights": "inverse"}, "class_weights: inverse"),
     ({"sampling": "balanced"}, "sampling: balanced")],
)  # fmt: skip
def test_a_uniform_prior_is_refused_where_training_has_balanced_the_classes(changed, words):
    assert plan(**changed).calibration == "temperature"
    with pytest.raises(UserError, match=f"evaluate.prior is 'uniform' with {words}"):
        plan({"prior": "uniform"}, **changed)


def test_the_mirror_image_is_looked_at_through_pixels_only():
    assert not plan().mirror
    assert plan({"mirror": True}).mirror
    assert not plan({"mirror": True, "through": "cache"}).mirror


def test_unknown_and_misspelt_values_are_named():
    with pytest.raises(UserError, match=r"evaluate\.calibration is 'isotonic'"):
        plan({"calibration": "isotonic"})
    with pytest.raises(UserError, match=r"evaluate\.through is 'disk'; allowed: pixels, cache"):
        plan({"through": "disk"})
    with pytest.raises(UserError, match=r"evaluate\.baselines is 'some'; allowed: all, lookups"):
        plan({"baselines": "some"})
    with pytest.raises(UserError, match=r"evaluate\.mirror is 'left'"):
        plan({"mirror": "left"})
    with pytest.raises(UserError, match=r"evaluate has no parameter 'prior_tao'"):
        plan({"prior_tao": 1})

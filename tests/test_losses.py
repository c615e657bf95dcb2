import numpy as np
import pytest
import tensorflow as tf

from artstyle.errors import UserError
from artstyle.losses import LOSSES, build_loss


def value(name, target, probabilities, *, smoothing=0.0, gamma=2.0, weight=None) -> float:
    loss = build_loss(name, label_smoothing=smoothing, focal_gamma=gamma)
    logits = np.log(np.array([probabilities], np.float32)) + 3  # a constant in all logits changes nothing
    weight = None if weight is None else np.array([weight], np.float32)
    return float(loss(np.array([target], np.float32), logits, sample_weight=weight))


def test_cross_entropy_of_a_plain_label():
    assert value("cross_entropy", [0, 1, 0], [0.2, 0.5, 0.3]) == pytest.approx(-np.log(0.5), abs=1e-5)


def test_smoothing_is_applied_once():
    # 0.1 spread over four classes: the target is 0.925, 0.025, 0.025, 0.025, and the best prediction is the same.
    perfect = [0.925, 0.025, 0.025, 0.025]
    expected = -0.925 * np.log(0.925) - 3 * 0.025 * np.log(0.025)  # 0.3488
    assert value("cross_entropy", [1, 0, 0, 0], perfect, smoothing=0.1) == pytest.approx(expected, abs=1e-5)


def test_focal_loss_by_hand():
    # (1 - 0.5)^2 * -log(0.5) = 0.1733
    assert value("focal", [0, 1, 0], [0.2, 0.5, 0.3]) == pytest.approx(0.25 * np.log(2), abs=1e-5)


def test_focal_loss_with_smoothing_by_hand():
    target, predicted = np.array([0.95, 0.05]), np.array([0.8, 0.2])
    expected = -(target * (1 - predicted) ** 2 * np.log(predicted)).sum()
    assert value("focal", [1, 0], predicted, smoothing=0.1) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("smoothing", [0, 0.1])
def test_focal_loss_without_focus_is_cross_entropy(smoothing):
    both = [value(name, [0, 0, 1], [0.2, 0.5, 0.3], smoothing=smoothing, gamma=0) for name in LOSSES]
    assert both[0] == pytest.approx(both[1], abs=1e-5)


@pytest.mark.parametrize("name", LOSSES)
def test_a_weight_scales_the_loss(name):
    plain = value(name, [0, 1], [0.4, 0.6])
    assert value(name, [0, 1], [0.4, 0.6], weight=0.5) == pytest.approx(plain / 2, rel=1e-5)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("smoothing", [0, 0.1])
def test_the_gradient_equals_finite_differences(name, smoothing):
    loss = build_loss(name, label_smoothing=smoothing, focal_gamma=2.0)
    target = tf.constant([[0.0, 1, 0], [1, 0, 0]], tf.float64)
    logits = tf.Variable([[0.3, -0.2, 0.9], [1.2, 0.1, -0.4]], dtype=tf.float64)
    with tf.GradientTape() as tape:
        total = loss(target, logits)
    gradient = tape.gradient(total, logits).numpy()
    step = 1e-2
    for place in np.ndindex(2, 3):
        moved = np.zeros((2, 3))
        moved[place] = step
        ends = [float(loss(target, logits + sign * moved)) for sign in (1, -1)]
        assert gradient[place] == pytest.approx((ends[0] - ends[1]) / (2 * step), abs=2e-4)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"label_smoothing": 0.6}, r"losses\.label_smoothing is 0\.6"),
        ({"focal_gamma": -1}, r"losses\.focal_gamma is -1"),
    ],
)
def test_a_value_out_of_range_is_named(options, words):
    with pytest.raises(UserError, match=words):
        build_loss("focal", **{"label_smoothing": 0, "focal_gamma": 2, **options})


def test_an_unknown_loss_is_named():
    with pytest.raises(UserError, match="loss is 'hinge'; allowed: cross_entropy, focal"):
        build_loss("hinge", label_smoothing=0, focal_gamma=2)

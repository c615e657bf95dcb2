import keras
import numpy as np
import pytest
import tensorflow as tf

from artstyle.errors import UserError
from artstyle.losses import LOSSES, LogitLoss, build_loss

OPTIONS = {
    "label_smoothing": 0, "focal_gamma": 2.0, "effective_beta": 0.5, "logit_tau": 2.0, "ldam_margin": 0.5,
}  # fmt: skip
COUNTS = {2: (16, 1), 3: (16, 1, 3), 4: (16, 1, 3, 4)}


def value(name, target, probabilities, *, smoothing=0.0, gamma=2.0, weight=None, counts=None, **options) -> float:
    options = {**OPTIONS, "label_smoothing": smoothing, "focal_gamma": gamma, **options}
    loss = build_loss(name, np.array(counts or COUNTS[len(target)]), **options)
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


def test_class_balanced_by_hand():
    # effective numbers for beta 1/2: 2 - 2^-15 and 1; weights 0.500008 and 1, brought to the sum 2
    weights = np.array([1 / (2 - 2**-15), 1.0])
    weights *= 2 / weights.sum()
    for label in (0, 1):
        target = np.eye(2)[label]
        expected = weights[label] * np.log(2)
        assert value("class_balanced", target, [0.5, 0.5]) == pytest.approx(expected, abs=1e-5)
        assert value("class_balanced_focal", target, [0.5, 0.5]) == pytest.approx(expected / 4, abs=1e-5)


def test_class_balanced_with_smoothing_and_a_sample_weight_by_hand():
    # As above; 0.1 of the label spread over both classes, all of it with the weight of the label's class.
    rare, frequent = 2 / (1 + 1 / (2 - 2**-15)), 2 / (1 + 1 / (2 - 2**-15)) / (2 - 2**-15)
    predicted = np.array([0.8, 0.2])
    for label, weight in ((0, frequent), (1, rare)):
        smooth = np.array([0.95, 0.05]) if label == 0 else np.array([0.05, 0.95])
        expected = -weight * (smooth * np.log(predicted)).sum()
        target = np.eye(2)[label]
        assert value("class_balanced", target, predicted, smoothing=0.1) == pytest.approx(expected, abs=1e-5)
        twice = value("class_balanced", target, predicted, smoothing=0.1, weight=2)
        assert twice == pytest.approx(2 * expected, abs=1e-5)


def test_balanced_softmax_and_margins_with_smoothing_by_hand():
    # even logits: p is 16/17 and 1/17 with the shares of the classes
    expected = -(0.95 * np.log(16 / 17) + 0.05 * np.log(1 / 17))
    assert value("balanced_softmax", [1, 0], [0.5, 0.5], smoothing=0.1) == pytest.approx(expected, abs=1e-5)
    # the margin of the smaller class, of one work, is 0.5 and taken from its own logit alone
    p = np.exp(-0.5) / (1 + np.exp(-0.5))
    expected = -(0.95 * np.log(p) + 0.05 * np.log(1 - p))
    assert value("ldam", [0, 1], [0.5, 0.5], smoothing=0.1) == pytest.approx(expected, abs=1e-5)


def test_balanced_softmax_by_hand():
    # even logits: the shares of the classes, 16/17 and 1/17
    assert value("balanced_softmax", [1, 0], [0.5, 0.5]) == pytest.approx(-np.log(16 / 17), abs=1e-5)
    assert value("balanced_softmax", [0, 1], [0.5, 0.5]) == pytest.approx(np.log(17), abs=1e-5)


def test_logit_adjustment_by_hand():
    # tau 2: squared shares, 256 : 1
    assert value("logit_adjusted", [1, 0], [0.5, 0.5]) == pytest.approx(-np.log(256 / 257), abs=1e-5)
    one = value("logit_adjusted", [0, 1], [0.3, 0.7], logit_tau=1)
    assert one == pytest.approx(value("balanced_softmax", [0, 1], [0.3, 0.7]), abs=1e-6)
    zero = value("logit_adjusted", [0, 1], [0.3, 0.7], logit_tau=0)
    assert zero == pytest.approx(value("cross_entropy", [0, 1], [0.3, 0.7]), abs=1e-6)


def test_ldam_by_hand():
    # margins 0.5 (1 / 16)^(1/4) = 0.25 and 0.5; even logits
    for label, margin in ((0, 0.25), (1, 0.5)):
        expected = np.log(1 + np.exp(margin))
        assert value("ldam", np.eye(2)[label], [0.5, 0.5]) == pytest.approx(expected, abs=1e-5)
    assert value("ldam", [0, 1], [0.3, 0.7], ldam_margin=0) == pytest.approx(-np.log(0.7), abs=1e-5)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("smoothing", [0, 0.1])
def test_without_focus_margin_and_skew_every_loss_is_cross_entropy(name, smoothing):
    arguments = ([0, 0, 1], [0.2, 0.5, 0.3])
    options = {"smoothing": smoothing, "gamma": 0, "ldam_margin": 0, "counts": (5, 5, 5)}
    assert value(name, *arguments, **options) == pytest.approx(
        value("cross_entropy", *arguments, smoothing=smoothing), abs=1e-5
    )


@pytest.mark.parametrize("name", LOSSES)
def test_a_weight_scales_the_loss(name):
    plain = value(name, [0, 1], [0.4, 0.6])
    assert value(name, [0, 1], [0.4, 0.6], weight=0.5) == pytest.approx(plain / 2, rel=1e-5)


@pytest.mark.parametrize("name", [name for name in LOSSES if name != "ldam"])  # its margin moves with the label
def test_a_loss_is_linear_in_the_label(name):
    one, other, mixed = (value(name, target, [0.4, 0.6]) for target in ([1, 0], [0, 1], [0.5, 0.5]))
    assert mixed == pytest.approx((one + other) / 2, rel=1e-5)


@pytest.mark.parametrize("name", LOSSES)
def test_huge_logits_give_finite_losses_and_gradients(name):
    loss = build_loss(name, np.array([16, 1, 3]), **{**OPTIONS, "focal_gamma": 0.5})
    logits = tf.Variable([[1e4, -1e4, 0.0], [0.0, 0.0, 1e4]])
    with tf.GradientTape() as tape:
        total = loss(tf.constant([[1.0, 0, 0], [1, 0, 0]]), logits)
    assert np.isfinite(total)
    assert np.isfinite(tape.gradient(total, logits)).all()


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("smoothing", [0, 0.1])
def test_the_gradient_equals_finite_differences(name, smoothing):
    loss = build_loss(name, np.array([16, 1, 3]), **{**OPTIONS, "label_smoothing": smoothing})
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
        assert gradient[place] == pytest.approx((ends[0] - ends[1]) / (2 * step), abs=5e-4)


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_comes_back_from_its_description(name):
    loss = build_loss(name, np.array([16, 1, 3]), **OPTIONS)
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    target, logits = np.eye(3, dtype=np.float32), np.float32([[1, 2, 3], [0, 1, 0], [5, 1, 1]])
    assert isinstance(again, LogitLoss)
    assert float(again(target, logits)) == float(loss(target, logits))


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("label_smoothing", 0.6), ("focal_gamma", -1), ("effective_beta", 1), ("logit_tau", 11), ("ldam_margin", -1)],
)  # fmt: skip
def test_a_value_out_of_range_is_named(name, wrong):
    with pytest.raises(UserError, match=rf"losses\.{name} is {wrong}"):
        build_loss("focal", np.array([1, 1]), **{**OPTIONS, name: wrong})


def test_an_unknown_loss_is_named():
    with pytest.raises(UserError, match="loss is 'hinge'; allowed: cross_entropy, focal, class_balanced"):
        build_loss("hinge", np.array([1, 1]), **OPTIONS)

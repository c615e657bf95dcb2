from types import SimpleNamespace

import keras
import numpy as np
import pytest

from artstyle.blending import SHARES, blend_weights, copy_weights

# One column; the class is 1 where it is above the threshold -bias / kernel of the logit of class 1.
POINTS = np.array([[-3.0], [-1.0], [1.0], [3.0]], np.float32)


def build(bias: float) -> keras.Model:
    inputs = keras.Input((1,), name="x")
    model = keras.Model(inputs, keras.layers.Dense(2, name="logits")(inputs))
    model.get_layer("logits").set_weights([np.array([[0.0, 1.0]], np.float32), np.array([0.0, bias], np.float32)])
    model.compile()
    return model


def validation(labels: list[int]) -> SimpleNamespace:
    plain = {"offsets": np.zeros(2), "weights": np.ones(2)}
    return SimpleNamespace(labels=np.array(labels), iterate_inputs=lambda: [POINTS[:2], POINTS[2:]], **plain)


def test_a_given_share_is_the_weighted_mean():
    model = build(bias=8)
    found = blend_weights(model, [np.array([[4.0, 5.0]], np.float32), np.array([0.0, 4.0], np.float32)],
                          validation([1, 1, 1, 1]), 0.25)  # fmt: skip
    kernel, bias = model.get_layer("logits").get_weights()
    np.testing.assert_allclose(kernel, [[3.0, 4.0]])  # 3/4 of (4, 5) and 1/4 of (0, 1)
    np.testing.assert_allclose(bias, [0.0, 5.0])
    assert found["blend"] == 0.25
    # Logits of class 1 over class 0: x + 5 = 2, 4, 6, 8.
    assert found["validation"] == {
        "accuracy": 1.0,
        "loss": pytest.approx(np.mean(np.log1p(np.exp([-2.0, -4.0, -6.0, -8.0])))),
        "macro_f1": 0.5,  # no work of class 0: it counts as 0
    }


@pytest.mark.parametrize(
    ("labels", "old", "share"),
    [([0, 0, 0, 1], 6.0, 1.0),  # bias -2, threshold 2, between the last two points
     ([0, 0, 1, 1], 4 / 3, 0.4),  # with 0.4 the bias is 0, and the points lie alike on both sides of the threshold
     ([0, 1, 1, 1], 2.0, 0.2)],  # with 0.4 the bias is 0.4, with 0.2 it is 1.2
)  # fmt: skip
def test_validation_finds_the_share(labels, old, share):
    model = build(bias=-2)
    before = [np.array([[0.0, 1.0]], np.float32), np.array([0.0, old], np.float32)]
    found = blend_weights(model, before, validation(labels), None)
    assert found["blend"] == share
    assert found["validation"]["macro_f1"] == 1.0
    assert model.get_layer("logits").get_weights()[1][1] == pytest.approx((1 - share) * old - 2 * share, abs=1e-6)


def test_of_equally_good_shares_the_most_trained_is_kept():
    model = build(bias=0)
    assert blend_weights(model, copy_weights(model), validation([0, 0, 1, 1]), None)["blend"] == max(SHARES)


def test_all_of_the_new_weights_changes_no_bit():
    model = build(bias=0.1)
    trained = copy_weights(model)
    blend_weights(model, [np.full_like(weight, np.nan) for weight in trained], validation([0, 0, 1, 1]), 1)
    for now, then in zip(copy_weights(model), trained, strict=True):
        np.testing.assert_array_equal(now, then)

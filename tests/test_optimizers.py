import re

import keras
import numpy as np
import pytest
from keras import layers

from artstyle.errors import UserError
from artstyle.optimizers import LayerwiseAdamW, build_optimizer, find_rate_factors

OPTIONS = {"learning_rate": 0.1, "warmup_share": 0, "weight_decay": 0, "clip_norm": 1e6, "ema_momentum": 0}


def make_variables(value: float, **names: str) -> dict[str, keras.Variable]:
    return {key: keras.Variable(np.float32(value), name=name) for key, name in names.items()}


def test_the_first_step_of_adam_moves_by_rate_times_factor():
    variables = make_variables(1.0, low="low", high="high")
    optimizer = LayerwiseAdamW(0.1, factors={variables["low"].path: 0.25}, weight_decay=0.0)
    optimizer.apply([np.float32(3.0), np.float32(3.0)], list(variables.values()))
    # the first step of Adam is rate times the sign of the gradient
    assert float(variables["low"].value) == pytest.approx(1 - 0.1 * 0.25, abs=1e-5)
    assert float(variables["high"].value) == pytest.approx(1 - 0.1, abs=1e-5)


def test_without_factors_it_is_the_optimizer_of_keras():
    random = np.random.default_rng(1)
    start = [random.normal(size=shape).astype(np.float32) for shape in ((3, 4), (4,), (2, 2, 3, 1))]
    options = {"weight_decay": 0.1, "global_clipnorm": 2.0, "beta_1": 0.8, "epsilon": 1e-3}
    found = []
    for make in (keras.optimizers.AdamW, lambda rate, **options: LayerwiseAdamW(rate, factors={}, **options)):
        variables = [keras.Variable(values) for values in start]
        optimizer, steps = make(0.05, **options), np.random.default_rng(2)
        for _ in range(20):
            optimizer.apply([steps.normal(size=values.shape).astype(np.float32) for values in start], variables)
        found.append([np.asarray(variable) for variable in variables])
    for expected, one, before in zip(*found, start, strict=True):
        np.testing.assert_allclose(one, expected, atol=1e-5)
        assert np.abs(one - before).min() > 1e-3


def test_weight_decay_shrinks_by_decay_times_rate_times_factor_and_spares_biases():
    variables = make_variables(2.0, low="low", high="high", bias="bias")
    optimizer = LayerwiseAdamW(0.1, factors={variables["low"].path: 0.5}, weight_decay=0.2)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.apply([np.float32(0.0)] * 3, list(variables.values()))
    expected = {"low": 2 * (1 - 0.1 * 0.5 * 0.2), "high": 2 * (1 - 0.1 * 0.2), "bias": 2.0}
    assert {key: float(variable.value) for key, variable in variables.items()} == pytest.approx(expected, abs=1e-6)


def test_only_kernels_decay():
    variables = make_variables(2.0, **{name: name for name in ("kernel", "bias", "bias_1", "gamma", "beta")})
    numbers = {"learning_rate": 0.1, "warmup_share": 0, "weight_decay": 0.2, "clip_norm": 1.0, "ema_momentum": 0}
    optimizer = build_optimizer("fit", 10, **numbers)
    optimizer.apply([np.float32(0.0)] * 5, list(variables.values()))
    moved = {name for name, variable in variables.items() if float(variable.value) != 2.0}
    assert moved == {"kernel"}


def test_factors_fall_block_by_block_from_the_top():
    x = keras.Input((4, 4, 2))
    y = layers.Conv2D(2, 1, name="block1_expand")(x)
    y = layers.Conv2D(2, 1, name="block1_project")(y)
    y = layers.ReLU(name="block2_relu")(y)  # nothing to train: no step down
    y = layers.Conv2D(2, 1, name="block3_expand")(y)
    frozen = layers.BatchNormalization(name="block4_bn", trainable=False)(y)
    upper = keras.Model(x, layers.Conv2D(2, 1, name="head_conv")(frozen))
    named = {"/".join(path.split("/")[-2:]): factor for path, factor in find_rate_factors(upper, 0.5).items()}
    expected = {"head_conv": 0.5, "block3_expand": 0.25, "block1_expand": 0.125, "block1_project": 0.125}
    assert named == {f"{name}/{kind}": value for name, value in expected.items() for kind in ("kernel", "bias")}
    assert len(upper.trainable_weights) == len(named)


def test_backbones_side_by_side_are_counted_each_for_itself():
    def build(*names):
        x = y = keras.Input((4, 4, 2))
        for name in names:
            y = layers.Conv2D(2, 1, use_bias=False, name=name)(y)
        return keras.Model(x, y, name=f"upper_{names[0]}")

    x = keras.Input((4, 4, 2))
    inner = build("block1_conv", "block2_conv")(x), build("b2-block1_conv", "b2-block2_conv", "b2-block3_conv")(x)
    factors = find_rate_factors(keras.Model(x, layers.Concatenate()(inner)), 0.5)
    assert {path.split("/")[-2]: factor for path, factor in factors.items()} == {
        "block2_conv": 0.5, "block1_conv": 0.25, "b2-block3_conv": 0.5, "b2-block2_conv": 0.25, "b2-block1_conv": 0.125,
    }  # fmt: skip


def test_the_rate_warms_up_and_decays_to_zero():
    rate = build_optimizer("some.fit", 20, **{**OPTIONS, "warmup_share": 0.5})._learning_rate
    # 10 steps up, then half a cosine down: 0.1 (1 + cos(pi / 2)) / 2 half way
    assert [float(rate(step)) for step in (0, 5, 10, 15, 20)] == pytest.approx([0, 0.05, 0.1, 0.05, 0], abs=1e-7)


def average(momentum: float, n_steps: int) -> float:
    """The moving average of a weight that starts at 1 and falls by 0.1 in each step."""
    optimizer = build_optimizer("some.fit", 10**6, **{**OPTIONS, "ema_momentum": momentum})
    variable = keras.Variable(np.float32(1.0), name="kernel")
    for _ in range(n_steps):
        optimizer.apply([np.float32(1.0)], [variable])
    return float(optimizer._model_variables_moving_average[0].value)


def test_the_moving_average_follows_its_momentum():
    # it starts at the weights after the first step, 0.9; then 0.8 and 0.7
    assert average(0.1, 1) == pytest.approx(0.9, abs=1e-5)
    assert average(0.1, 3) == pytest.approx(0.1 * (0.1 * 0.9 + 0.9 * 0.8) + 0.9 * 0.7, abs=1e-5)


def test_a_high_momentum_is_reached_step_by_step():
    # step 1: (1 + 1) / (10 + 1) of 0.9; step 2: 3 / 12 of that
    first = 2 / 11 * 0.9 + 9 / 11 * 0.8
    assert average(0.999, 2) == pytest.approx(first, abs=1e-5)
    assert average(0.999, 3) == pytest.approx(0.25 * first + 0.75 * 0.7, abs=1e-5)


@pytest.mark.parametrize(("name", "value"), [("ema_momentum", 1), ("ema_momentum", -0.1), ("ema_momentum", "0.9")])
def test_a_momentum_out_of_range_is_named(name, value):
    with pytest.raises(UserError, match=rf"some\.fit\.{name} is {re.escape(repr(value))}"):
        build_optimizer("some.fit", 10, **{**OPTIONS, name: value})


def test_a_long_gradient_is_cut_to_the_length_that_was_asked_for():
    # With beta 0 for both means Adam's step is g / (|g| + epsilon): epsilon 1 shows how long the gradient was.
    moved = []
    for clip_norm in (1e6, 1.0):
        optimizer = build_optimizer("some.fit", 1, **{**OPTIONS, "clip_norm": clip_norm})
        optimizer.beta_1 = optimizer.beta_2 = 0.0
        optimizer.epsilon = 1.0
        weight = keras.Variable(np.zeros(2, np.float32))
        optimizer.build([weight])
        optimizer.apply([np.array([30.0, 40.0], np.float32)], [weight])
        moved.append(np.asarray(weight))
    np.testing.assert_allclose(moved[0], [-0.1 * 30 / 31, -0.1 * 40 / 41], rtol=1e-4)
    np.testing.assert_allclose(moved[1], [-0.1 * 0.6 / 1.6, -0.1 * 0.8 / 1.8], rtol=1e-4)  # of length 1

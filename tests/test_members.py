import keras
import numpy as np
import pytest

from artstyle.members import MemberLogits


def build(sizes=(2, 1), seed=1) -> MemberLogits:
    layer = MemberLogits(2, list(sizes), seed)
    layer.build((None, sum(sizes)))
    kernels = [np.arange(2 * size, dtype=np.float32).reshape(size, 2) for size in sizes]
    biases = [np.full(2, 10 * i, np.float32) for i, _ in enumerate(sizes)]
    layer.set_weights([*kernels, *biases])
    return layer


def test_the_mean_of_the_logits_by_hand():
    # first member: [1, 2] times [[0, 1], [2, 3]] = [4, 7]; second: 3 times [0, 1], and 10 = [10, 13]
    columns = np.array([[1, 2, 3]], np.float32)
    np.testing.assert_allclose(build()(columns), [[7, 10]])


def test_in_training_each_work_goes_to_one_member_by_lot():
    logits = np.asarray(build()(np.tile(np.array([[1, 2, 3]], np.float32), (400, 1)), training=True))
    first = (logits == [4, 7]).all(axis=1)
    second = (logits == [10, 13]).all(axis=1)
    assert (first ^ second).all()
    assert 0.4 < first.mean() < 0.6


def test_a_work_teaches_only_its_member():
    layer, columns = build(), keras.ops.convert_to_tensor(np.ones((1, 3), np.float32))
    import tensorflow as tf

    taught = set()
    for _ in range(20):
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(layer(columns, training=True))
        gradients = tape.gradient(total, [weight.value for weight in layer.kernels])
        moved = tuple(bool(np.abs(gradient).sum()) for gradient in gradients)
        assert sum(moved) == 1
        taught.add(moved)
    assert len(taught) == 2


def test_lots_follow_the_seed():
    columns = np.tile(np.array([[1, 2, 3]], np.float32), (50, 1))
    one, same, other = (np.asarray(build(seed=seed)(columns, training=True)) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_it_comes_back_from_its_description():
    layer = build()
    again = MemberLogits.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert layer.compute_output_shape((5, 3)) == (5, 2)


def test_an_input_of_another_width_is_refused():
    with pytest.raises(ValueError, match="members see 3 columns, the input has 4"):
        MemberLogits(2, [2, 1])(np.zeros((1, 4), np.float32))

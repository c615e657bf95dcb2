import keras
import numpy as np
import pytest
import tensorflow as tf

from artstyle.errors import UserError
from artstyle.members import MemberLogits, OwnWorks, PutBack, check_members, count_members


def build(sizes=(2, 1)) -> MemberLogits:
    layer = MemberLogits(2, list(sizes))
    layer.build((None, sum(sizes)))
    kernels = [np.arange(2 * size, dtype=np.float32).reshape(size, 2) for size in sizes]
    biases = [np.full(2, 10 * i, np.float32) for i, _ in enumerate(sizes)]
    layer.set_weights([*kernels, *biases])
    return layer


def test_the_mean_of_the_logits_by_hand():
    # first member: [1, 2] times [[0, 1], [2, 3]] = [4, 7]; second: 3 times [0, 1], and 10 = [10, 13]
    columns = np.array([[1, 2, 3]], np.float32)
    np.testing.assert_allclose(build()(columns), [[7, 10]])


def test_in_training_each_work_goes_to_the_member_of_its_place():
    logits = build()(np.tile(np.array([[1, 2, 3]], np.float32), (5, 1)), training=True)
    np.testing.assert_allclose(logits, [[4, 7], [10, 13], [4, 7], [10, 13], [4, 7]])


def test_a_work_teaches_only_its_member():
    layer, columns = build(), keras.ops.convert_to_tensor(np.array([[1, 2, 3], [0, 0, 5]], np.float32))
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(layer(columns, training=True))
    first, second = tape.gradient(total, [weight.value for weight in layer.kernels])
    np.testing.assert_allclose(first, [[1, 1], [2, 2]])  # the first work's columns of the first member
    np.testing.assert_allclose(second, [[5, 5]])  # the second work's column of the second


@pytest.mark.parametrize("n", [2, 4, 5])
def test_works_come_back_to_their_places(n):
    works = np.arange(1, 3 * n + 1, dtype=np.float32).reshape(n, 3)
    total = np.zeros_like(works)
    for place in range(2):
        own = OwnWorks(place, 2)(works, training=True)
        np.testing.assert_array_equal(own, works[place::2])
        back = np.asarray(PutBack(place, 2)([own, works], training=True))
        assert (back[1 - place :: 2] == 0).all()
        total += back
    np.testing.assert_array_equal(total, works)
    np.testing.assert_array_equal(OwnWorks(1, 2)(works[:1], training=True), works[:1])  # none would have no shape
    np.testing.assert_array_equal(OwnWorks(0, 2)(works), works)
    np.testing.assert_array_equal(PutBack(0, 2)([works, works]), works)


def test_fewer_works_than_members_are_refused():
    columns = keras.Input((3,))
    head = keras.Model(columns, MemberLogits(2, [2, 1])(columns))
    check_members(head, 2, "train_phase1.fit")
    with pytest.raises(UserError, match=r"train_phase1\.fit\.batch: a step of 1 works for 2 classifiers"):
        check_members(head, 1, "train_phase1.fit")
    check_members(keras.Model(columns, keras.layers.Dense(2)(columns)), 1, "train_phase1.fit")


def test_members_are_counted_before_there_is_a_head():
    both = "efficientnet-lite0+efficientnet-lite2"
    assert count_members("stats", {"members": 3}, both) == 6
    assert count_members("crn", {"members": 3}, both) == 6
    assert count_members("linear", {"members": 3}, both) == 3
    assert count_members("stats", {"members": 3}, "efficientnet-lite0") == 3
    for wrong in (None, {}, {"members": "many"}):
        assert count_members("linear", wrong, both) == 1


def test_it_comes_back_from_its_description():
    for layer in (build(), OwnWorks(1, 3), PutBack(1, 3)):
        again = type(layer).from_config(layer.get_config())
        assert again.get_config() == layer.get_config()
    assert build().compute_output_shape((5, 3)) == (5, 2)
    assert OwnWorks(0, 2).compute_output_shape((5, 3)) == (None, 3)
    assert PutBack(0, 2).compute_output_shape([(3, 4), (5, 2)]) == (5, 4)


def test_an_input_of_another_width_is_refused():
    with pytest.raises(ValueError, match="members see 3 columns, the input has 4"):
        MemberLogits(2, [2, 1])(np.zeros((1, 4), np.float32))

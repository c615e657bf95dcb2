import gc
import weakref

import keras
import numpy as np
import pytest

from artstyle.inference import predict_batches


class Counting(keras.layers.Layer):
    """Doubles its input, and counts how often that is built into a compiled function."""

    traces = 0

    def call(self, inputs):
        type(self).traces += 1
        return 2 * inputs


def build(*, as_dict: bool = False) -> keras.Model:
    inputs = keras.Input((3,), name="pooled")
    sums = keras.ops.sum(Counting()(inputs), axis=-1, keepdims=True)
    return keras.Model({"pooled": inputs} if as_dict else inputs, sums)


def test_batches_of_any_size_come_out_in_order_from_one_compilation():
    model, rows = build(), np.arange(21, dtype=np.float32).reshape(7, 3)
    before = Counting.traces
    got = [predict_batches(model, np.split(rows, parts)) for parts in ([3, 6], [2], [])]
    assert Counting.traces == before + 1
    for values in got:
        np.testing.assert_array_equal(values[:, 0], [6, 24, 42, 60, 78, 96, 114])  # 2 (0 + 1 + 2) and so on


def test_inputs_by_name_keep_their_names():
    got = predict_batches(build(as_dict=True), [{"pooled": np.ones((2, 3), np.float32)}])
    np.testing.assert_array_equal(got, [[6], [6]])


def test_nothing_gives_nothing():
    assert predict_batches(build(), []).shape == (0, 1)


def test_changed_weights_are_seen():
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")(inputs))
    batch = np.ones((2, 3), np.float32)
    assert predict_batches(model, [batch]).tolist() == [[0], [0]]
    model.set_weights([np.full((3, 1), 2, np.float32)])
    assert predict_batches(model, [batch]).tolist() == [[6], [6]]


def test_dropout_is_off():
    inputs = keras.Input((100,))
    model = keras.Model(inputs, keras.layers.Dropout(0.5)(inputs))
    np.testing.assert_array_equal(predict_batches(model, [np.ones((1, 100), np.float32)]), 1)


def test_a_model_is_not_kept_alive():
    model = build()
    predict_batches(model, [np.ones((1, 3), np.float32)])
    gone = weakref.ref(model)
    del model
    keras.utils.clear_session()
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("wrong", [np.ones((2, 4), np.float32), {"pooled": np.ones((2, 3), np.float32)}])
def test_inputs_of_another_structure_are_refused(wrong):
    with pytest.raises((TypeError, ValueError)):
        predict_batches(build(), [wrong])

"""Run a model over batches of any size without compiling it for each size."""

import weakref
from collections.abc import Callable, Iterable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

_COMPILED: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def predict_batches(model: keras.Model, batches: Iterable[Any]) -> np.ndarray:
    """Return what a model gives for all batches, one after the other, float32 (n, columns); (0, columns) for none.

    Keras' own `predict_on_batch` compiles a model anew for a second batch size, which takes seconds and warns.

    Args:
        model: functional model with one output; changed weights are seen, another structure is not.
        batches: its inputs, in the structure of `model.input`, batch first.
    """
    if model not in _COMPILED:
        _COMPILED[model] = _compile(model)
    parts = [_COMPILED[model](batch).numpy() for batch in batches]
    return np.concatenate(parts) if parts else np.zeros((0, model.output.shape[-1]), dtype=np.float32)


def _compile(model: keras.Model) -> Callable:
    signature = keras.tree.map_structure(_specify, model.input)
    alive = weakref.ref(model)  # the function must not keep its own key alive
    return tf.function(lambda inputs: alive()(inputs, training=False), input_signature=[signature])


def _specify(tensor: keras.KerasTensor) -> tf.TensorSpec:
    return tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype)

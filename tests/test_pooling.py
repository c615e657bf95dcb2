import keras
import numpy as np
import pytest
import tensorflow as tf

from artstyle.pooling import SpatialStatistics


def test_mean_then_deviation_of_each_channel():
    maps = np.zeros((1, 2, 2, 2), np.float32)
    maps[0, ..., 0] = [[1, 2], [3, 4]]
    maps[0, ..., 1] = 5
    pooled = np.asarray(SpatialStatistics()(maps))[0]
    assert pooled == pytest.approx([2.5, 5, np.sqrt(1.25 + 1e-5), np.sqrt(1e-5)], rel=1e-5)


def test_the_gradient_of_a_flat_map_is_finite():
    maps = tf.Variable(np.full((1, 3, 3, 1), 2.0, np.float32))
    with tf.GradientTape() as tape:
        total = keras.ops.sum(SpatialStatistics()(maps))
    assert np.isfinite(tape.gradient(total, maps).numpy()).all()


def test_the_symbolic_shape_is_twice_the_channels():
    assert SpatialStatistics()(keras.Input((4, 4, 7))).shape == (None, 14)

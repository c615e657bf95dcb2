import keras
import numpy as np
import pytest
import tensorflow as tf

from artstyle.pooling import ChannelCovariance, SpatialStatistics, list_covariances, split_channels, take_root


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


def test_covariances_are_the_root_of_the_matrix_by_hand():
    maps = np.zeros((2, 2, 2, 2), np.float32)
    maps[:, ..., 0] = [[1, 1], [5, 5]]  # variance 4
    maps[0, ..., 1] = [[9, 9], [7, 7]]  # variance 1, covariance -2
    maps[1, ..., 1] = [[7, 9], [7, 9]]  # variance 1, covariance 0
    together, apart = np.asarray(ChannelCovariance(8)(maps))
    # [[4, -2], [-2, 1]] / 5 projects on a line, and is its own root.
    assert together == pytest.approx([0.8, -0.4, 0.2], abs=1e-5)
    assert apart == pytest.approx([np.sqrt(0.8), 0, np.sqrt(0.2)], abs=1e-4)


def test_contrast_does_not_count():
    maps = np.random.default_rng(5).normal(size=(1, 4, 4, 3)).astype(np.float32)
    layer = ChannelCovariance(3)
    np.testing.assert_allclose(np.asarray(layer(maps)), np.asarray(layer(20 * maps)), atol=1e-5)


@pytest.mark.parametrize("n", [2, 5])
def test_the_root_times_itself_is_the_matrix_over_its_trace(n):
    spread = np.linspace(1, 3, n)
    directions, _ = np.linalg.qr(np.random.default_rng(n).normal(size=(n, n)))
    matrix = (directions * spread) @ directions.T
    root = np.asarray(take_root(keras.ops.convert_to_tensor(matrix[None], "float32")))[0]
    np.testing.assert_allclose(root @ root, matrix / spread.sum(), rtol=0, atol=0.02 / n)
    np.testing.assert_allclose(root, root.T, atol=1e-6)


def test_small_eigenvalues_are_held_down():
    matrix = np.diag([1 - 1e-4, 1e-4, 0]).astype(np.float32)
    root = np.asarray(take_root(keras.ops.convert_to_tensor(matrix[None])))[0]
    # The root of 1e-4 is 0.01; each of the five steps multiplies by at most 1.5, from 1e-4 on.
    assert 5e-4 < root[1, 1] < 1.5**5 * 1e-4
    assert root[2, 2] == 0


def test_covariances_of_a_flat_map_are_0():
    assert not np.asarray(ChannelCovariance(2)(np.full((1, 3, 3, 2), 2.0, np.float32))).any()


def test_channels_beyond_the_limit_are_projected_on_orthonormal_directions():
    layer = ChannelCovariance(3)
    maps = np.random.default_rng(1).normal(size=(2, 4, 4, 5)).astype(np.float32)
    seen = np.asarray(layer(maps))
    directions = np.asarray(layer.projection)
    np.testing.assert_allclose(directions.T @ directions, np.eye(3), atol=1e-6)
    np.testing.assert_allclose(seen, np.asarray(ChannelCovariance(3)(maps @ directions)), atol=1e-5)
    assert not layer.trainable_weights


def test_every_covariance_layer_projects_alike():
    one, other = ChannelCovariance(3), ChannelCovariance(3)
    maps = np.random.default_rng(1).normal(size=(2, 4, 4, 5)).astype(np.float32)
    np.testing.assert_array_equal(np.asarray(one(maps)), np.asarray(other(maps)))


def test_where_things_are_says_nothing_about_covariances():
    maps = np.random.default_rng(1).normal(size=(1, 3, 3, 2)).astype(np.float32)
    layer = ChannelCovariance(2)
    moved = maps[:, ::-1, :, :] + np.float32([3, -7])
    np.testing.assert_allclose(np.asarray(layer(maps)), np.asarray(layer(moved)), atol=1e-5)


def test_the_gradient_of_covariances_of_a_flat_map_is_finite():
    maps = tf.Variable(np.full((1, 3, 3, 2), 2.0, np.float32))
    with tf.GradientTape() as tape:
        total = keras.ops.sum(ChannelCovariance(2)(maps))
    assert np.isfinite(tape.gradient(total, maps).numpy()).all()


def test_the_symbolic_shape_of_covariances_is_a_triangle():
    assert ChannelCovariance(64)(keras.Input((4, 4, 7))).shape == (None, 28)
    assert ChannelCovariance(5)(keras.Input((4, 4, 7))).shape == (None, 15)


def test_a_covariance_layer_comes_back_from_its_arguments():
    layer = ChannelCovariance.from_config(ChannelCovariance(5, name="x").get_config())
    assert (layer.channels, layer.name) == (5, "x")


def test_channels_are_split_by_hand():
    first, second, third = split_channels(np.array([[1, 2, 3, 4, 5, 6]]), (2, 1, 3))
    assert [np.asarray(part).tolist() for part in (first, second, third)] == [[[1, 2]], [[3]], [[4, 5, 6]]]
    assert np.asarray(split_channels(np.array([[1, 2]]), (2,))[0]).tolist() == [[1, 2]]


def test_covariances_are_those_of_each_backbone_for_itself():
    maps = np.random.default_rng(4).normal(0, 1, (2, 3, 3, 5)).astype(np.float32)
    parts = list_covariances([maps], [(2, 3)], 8, "some")
    for part, own in zip(parts, (maps[..., :2], maps[..., 2:]), strict=True):
        np.testing.assert_allclose(part, ChannelCovariance(8)(own), atol=1e-6)

import numpy as np

from artstyle.demo_shapes import outline_blob, outline_box, outline_ridge


def test_a_blob_without_wobble_is_an_ellipse():
    points = np.array(outline_blob(10, 20, 4, 8, np.random.default_rng(0), 0))
    assert np.allclose(((points - (10, 20)) / (4, 8) * ((points - (10, 20)) / (4, 8))).sum(axis=1), 1)
    wobbly = np.array(outline_blob(10, 20, 4, 8, np.random.default_rng(0), 0.2))
    assert not np.allclose(points, wobbly) and np.abs(points - wobbly).max() < 8 * 0.35


def test_a_box_slants_at_its_top_only():
    assert outline_box(1, 2, 5, 8, 3) == [(4, 2), (8, 2), (5, 8), (1, 8)]


def test_a_ridge_reaches_from_side_to_side_and_down_to_the_ground():
    points = np.array(outline_ridge(100, 60, 30, 5, np.random.default_rng(0)))
    assert points[0, 0] == 0 and points[-3, 0] == 100
    assert points[-2:].tolist() == [[100, 60], [0, 60]]
    assert 30 - 9 <= points[:-2, 1].min() < points[:-2, 1].max() <= 30 + 9

import numpy as np
from PIL import Image

from artstyle.demo_canvas import add_grain, find_edges, mix, paint_plainly, saturate, scatter_places, to_fills
from artstyle.demo_scenes import compose_scene


def test_edges_lie_on_borders_and_have_the_width_asked_for():
    labels = np.zeros((20, 20), np.uint8)
    labels[:, 10:] = 1
    assert np.flatnonzero(find_edges(labels, 1)[5]).tolist() == [10]
    assert np.flatnonzero(find_edges(labels, 5)[5]).tolist() == [8, 9, 10, 11, 12]
    assert not find_edges(np.zeros((5, 5), np.uint8), 3).any()


def test_saturate_keeps_grey_and_moves_colour_away_from_it():
    assert np.allclose(saturate(np.array([[90.0, 90, 90]]), 2), 90, atol=1e-3)
    loud = saturate(np.array([[120.0, 100, 80]]), 2)[0]
    assert loud[0] > 120 and loud[2] < 80
    assert np.ptp(saturate(np.array([[120.0, 100, 80]]), 0)) < 1e-3


def test_mix_takes_its_share_of_the_other_colour():
    assert mix(np.array([100.0, 0, 0]), (0, 0, 100), 0.25).tolist() == [75, 0, 25]


def test_fills_are_whole_numbers_in_range():
    assert to_fills(np.array([[-4.0, 12.7, 300]])) == [(0, 12, 255)]


def test_places_stay_inside_and_come_about_one_a_step():
    x, y = scatter_places((64, 32), 4, np.random.default_rng(0))
    assert len(x) == 16 * 8
    assert x.min() >= 0 and x.max() < 64 and y.min() >= 0 and y.max() < 32
    assert abs(np.corrcoef(np.arange(len(y)), y)[0, 1]) < 0.5


def test_grain_is_grey_and_keeps_the_mean():
    grey = Image.new("RGB", (80, 80), (120, 120, 120))
    pixels = np.asarray(add_grain(grey, 5, np.random.default_rng(0)), int)
    assert (pixels == pixels[:, :, :1]).all()
    assert abs(pixels.mean() - 120) < 1
    assert 3 < pixels.std() < 7


def test_plain_painting_shows_the_palette():
    palette = np.full((8, 3), (10, 200, 10), np.float32)
    scene = compose_scene("still_life", (60, 60), np.random.default_rng(1))
    pixels = np.asarray(paint_plainly(scene, palette, np.random.default_rng(1)), int)
    assert pixels[:, :, 1].mean() > pixels[:, :, 0].mean() + 100

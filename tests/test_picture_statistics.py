import numpy as np
import pandas as pd
import pytest

from artstyle.picture_statistics import STATISTICS, measure_picture, measure_pictures


def plain(colour, height=16, width=24):
    return np.tile(np.array(colour, np.uint8), (height, width, 1))


def test_plain_red_is_saturated_and_has_no_edge():
    saturation, lightness, colourfulness, edges = measure_picture(plain((255, 0, 0)))
    assert saturation == 1
    assert lightness == pytest.approx(0.299, abs=1e-6)
    assert colourfulness == pytest.approx(0.3 * np.hypot(255, 127.5), rel=1e-6)
    assert edges == 0


def test_grey_and_black_have_no_colour():
    for value in (0, 128):
        saturation, lightness, colourfulness, _ = measure_picture(plain((value,) * 3))
        assert saturation == 0
        assert lightness == pytest.approx(value / 255, abs=1e-6)
        assert colourfulness == pytest.approx(0, abs=1e-4)


def test_edges_are_counted_in_both_directions():
    stripes = plain((0, 0, 0), 10, 10)
    stripes[:, 5:] = 255  # one vertical edge: 10 of 90 steps to the right, none of the 90 down
    assert measure_picture(stripes)[3] == pytest.approx(10 / 180)
    assert measure_picture(stripes.transpose(1, 0, 2))[3] == pytest.approx(10 / 180)
    faint = plain((0, 0, 0), 10, 10)
    faint[:, 5:] = 20
    assert measure_picture(faint)[3] == 0


def test_size_in_the_pack_hardly_matters():
    small = np.random.default_rng(0).integers(0, 256, (100, 120, 3), dtype=np.uint8)
    large = small.repeat(3, 0).repeat(3, 1)
    assert measure_picture(large) == pytest.approx(measure_picture(small), rel=1e-4)


def test_very_thin_pictures_can_be_measured():
    assert np.isfinite(measure_picture(plain((9, 8, 7), 1, 600))).all()
    assert measure_picture(plain((9, 8, 7), 1, 1))[3] == 0


def test_pictures_are_taken_from_their_place_in_the_pack():
    red, green = plain((200, 0, 0), 4, 6), plain((0, 100, 0), 8, 2)
    pack = np.concatenate([red.ravel(), green.ravel()])
    paintings = pd.DataFrame({"offset": [4 * 6 * 3, 0], "pack_height_px": [8, 4], "pack_width_px": [2, 6]})
    measured = measure_pictures(pack, paintings)
    assert list(measured.columns) == list(STATISTICS)
    assert measured["lightness"].tolist() == pytest.approx([0.587 * 100 / 255, 0.299 * 200 / 255], rel=1e-5)

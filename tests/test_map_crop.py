import keras
import numpy as np
import pytest

from artstyle.map_crop import MapCrop, check_crop, set_crop

MAPS = np.arange(2 * 6 * 6 * 3, dtype=np.float32).reshape(2, 6, 6, 3)


def crop(share, maps=MAPS, training=True):
    return np.asarray(MapCrop(share)(maps, training=training))


def find_place(part, maps=MAPS) -> tuple[int, int]:
    """Return where a part of the maps begins: every value stands there once."""
    _, top, left, _ = np.argwhere(maps == part[0, 0, 0, 0])[0]
    return int(top), int(left)


def test_a_part_is_a_square_of_every_map_at_the_same_place():
    layer = MapCrop(0.67)  # 0.67 of 6 rows: 4
    places = set()
    for _ in range(60):
        part = np.asarray(layer(MAPS, training=True))
        top, left = find_place(part)
        assert np.array_equal(part, MAPS[:, top : top + 4, left : left + 4])
        places.add((top, left))
    assert {place[0] for place in places} == {place[1] for place in places} == {0, 1, 2}


@pytest.mark.parametrize(("share", "side"), [(0.25, 2), (0.5, 3), (0.75, 4), (0.99, 6), (0.01, 1)])
def test_the_side_is_the_nearest_number_of_cells_and_at_least_one(share, side):
    # 0.25 of 6 is 1.5 and 0.75 of 6 is 4.5: Python rounds halves to even numbers.
    assert crop(share).shape == (2, side, side, 3)


def test_maps_that_are_no_squares_lose_the_same_share_of_both_sides():
    assert crop(0.5, MAPS[:, :4]).shape == (2, 2, 3, 3)


@pytest.mark.parametrize(("share", "training"), [(1, True), (0.5, False), (1, False)])
def test_whole_maps_come_out_as_they_are(share, training):
    assert np.array_equal(crop(share, training=training), MAPS)


def test_the_same_seed_gives_the_same_places():
    runs = []
    for seed in (1, 1, 2):
        keras.utils.set_random_seed(seed)
        layer = MapCrop(0.5)
        runs.append([find_place(np.asarray(layer(MAPS, training=True))) for _ in range(8)])
    assert runs[0] == runs[1] != runs[2]


def test_maps_of_several_sizes_lose_the_same_part():
    layer, fine = MapCrop(0.67, cells=3), np.kron(MAPS, np.ones((1, 2, 2, 1), np.float32))  # 12 cells a side
    places = set()
    for _ in range(40):
        coarse_part, fine_part = (np.asarray(part) for part in layer([MAPS, fine], training=True))
        top, left = find_place(coarse_part)
        assert (top % 2, left % 2) == (0, 0)  # whole cells of the coarsest grid, of two
        assert np.array_equal(coarse_part, MAPS[:, top : top + 4, left : left + 4])
        assert np.array_equal(fine_part, fine[:, 2 * top : 2 * top + 8, 2 * left : 2 * left + 8])
        places.add((top, left))
    assert places == {(0, 0), (0, 2), (2, 0), (2, 2)}
    assert all(np.array_equal(*pair) for pair in zip(layer([MAPS, fine]), (MAPS, fine), strict=True))
    again = MapCrop.from_config(layer.get_config())
    assert (again.share, again.cells) == (0.67, 3)


@pytest.mark.parametrize(("share", "cells", "side"), [(0.67, 2, 2), (0.25, 3, 2), (0.25, 1, 1), (0.5, 6, 3)])
def test_parts_of_several_maps_keep_two_cells_a_side(share, cells, side):
    maps = np.zeros((2, cells, cells, 3), np.float32)
    (part,) = MapCrop(share, cells=cells)([maps], training=True)
    assert part.shape == (2, side, side, 3)  # a map of one cell stays one


def test_a_network_is_trained_on_parts_and_asked_about_whole_maps():
    maps = keras.Input((6, 6, 3))
    model = keras.Model(maps, keras.layers.GlobalMaxPooling2D()(MapCrop(name="crop")(maps)))
    whole = MAPS.max(axis=(1, 2))
    np.testing.assert_array_equal(model(MAPS, training=True), whole)
    set_crop(model, 0.5)
    parts = [np.asarray(model(MAPS, training=True)) for _ in range(20)]
    assert any((part < whole).all() for part in parts)
    np.testing.assert_array_equal(model(MAPS, training=False), whole)
    np.testing.assert_array_equal(model.predict(MAPS, verbose=0), whole)
    assert model.get_layer("crop").get_config()["share"] == 0.5


def test_a_network_without_a_crop_stays_as_it_is():
    maps = keras.Input((6, 6, 3))
    model = keras.Model(maps, keras.layers.GlobalMaxPooling2D()(maps))
    set_crop(model, 0.5)
    np.testing.assert_array_equal(model(MAPS, training=True), MAPS.max(axis=(1, 2)))


def test_the_limits_of_the_parameter_are_allowed():
    check_crop("finetune_phase2", 0.25)
    check_crop("finetune_phase2", 1)

import numpy as np
import pytest

from artstyle.sequences import MapToRows, MapToSnake, RowsToMap, SnakeToMap, find_grid


def numbered(side: int) -> np.ndarray:
    """One channel, numbered row by row: (1, side, side, 1)."""
    return np.arange(side * side, dtype=np.float32).reshape(1, side, side, 1)


def test_rows_run_from_top_to_bottom():
    rows = np.asarray(MapToRows()(numbered(3)))
    assert rows.shape == (1, 3, 1, 3, 1)
    assert rows[0, :, 0, :, 0].tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    np.testing.assert_array_equal(RowsToMap()(rows), numbered(3))


def test_a_snake_of_single_positions_turns_at_each_end():
    patches = np.asarray(MapToSnake(3)(numbered(3)))
    assert patches.shape == (1, 9, 1, 1, 1)
    assert patches.ravel().tolist() == [0, 1, 2, 5, 4, 3, 6, 7, 8]


def test_patches_keep_their_inside():
    patches = np.asarray(MapToSnake(2)(numbered(4)))
    assert patches[0, :, :, :, 0].tolist() == [
        [[0, 1], [4, 5]], [[2, 3], [6, 7]], [[10, 11], [14, 15]], [[8, 9], [12, 13]]
    ]  # fmt: skip


@pytest.mark.parametrize(("side", "grid"), [(4, 2), (6, 3), (6, 2), (7, 7)])
def test_a_snake_comes_back_as_the_map(side, grid):
    maps = np.random.default_rng(1).normal(size=(3, side, side, 2)).astype(np.float32)
    patches = MapToSnake(grid)(maps)
    assert patches.shape == MapToSnake(grid).compute_output_shape(maps.shape)
    assert SnakeToMap(grid).compute_output_shape(patches.shape) == maps.shape
    np.testing.assert_array_equal(SnakeToMap(grid)(patches), maps)


@pytest.mark.parametrize(("side", "grid"), [(14, 2), (7, 7), (15, 3), (2, 2)])
def test_the_coarsest_grid_without_rest(side, grid):
    assert find_grid(side) == grid

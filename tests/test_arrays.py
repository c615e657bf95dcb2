import numpy as np
import pytest

from artstyle.arrays import open_array, take_views
from artstyle.errors import UserError


def test_an_array_is_mapped_for_reading(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(6).reshape(2, 3))
    array = open_array(tmp_path / "a.npy", "filter")
    assert isinstance(array, np.memmap) and array.mode == "r"
    np.testing.assert_array_equal(array, [[0, 1, 2], [3, 4, 5]])


@pytest.mark.parametrize("content", [b"", b"no array at all", None])
def test_a_damaged_file_is_named_with_the_stage_that_makes_it(tmp_path, content):
    path = tmp_path / "a.npy"
    np.save(path, np.arange(600))
    path.write_bytes(path.read_bytes()[:-8] if content is None else content)
    with pytest.raises(UserError, match=r"a\.npy: damaged .*; run `dvc repro -f some_stage`"):
        open_array(path, "some_stage")


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(UserError, match=r"missing\.npy: no such file"):
        open_array(tmp_path / "missing.npy", "filter")
    with pytest.raises(UserError, match=rf"{tmp_path.name}: damaged"):
        open_array(tmp_path, "filter")


@pytest.mark.parametrize("columns", [None, (1, 3)])
@pytest.mark.parametrize("kind", ["mapped", "in memory", "part of a map"])
def test_views_of_rows_are_read_as_they_are_indexed(tmp_path, kind, columns):
    values = np.random.default_rng(1).normal(size=(5, 2, 4, 3)).astype(np.float16)
    np.save(tmp_path / "a.npy", values)
    array = values if kind == "in memory" else open_array(tmp_path / "a.npy", "filter")
    if kind == "part of a map":
        array, values = array[1:], values[1:]
    rows, views = np.array([3, 0, 3, 2]), np.array([1, 0, 0, 1])
    taken = take_views(array, rows, views, columns)
    expected = values[rows, views] if columns is None else values[rows, views, 1:3]
    assert taken.dtype == np.float16
    np.testing.assert_array_equal(taken, expected)
    assert take_views(array, rows[:0], views[:0], columns).shape == (0, *expected.shape[1:])


def test_a_file_that_has_become_shorter_is_named(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.ones((5, 2, 400)))
    array = open_array(path, "filter")
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(UserError, match=r"a\.npy: shorter than when it was opened"):
        take_views(array, np.array([4]), np.array([1]))
    path.unlink()
    with pytest.raises(UserError, match=r"a\.npy.*; run `dvc repro` again"):
        take_views(array, np.array([0]), np.array([0]))


@pytest.mark.parametrize(("row", "view"), [(-1, 0), (5, 0), (0, 2), (0, -1)])
def test_a_row_or_view_that_is_not_there_is_refused(tmp_path, row, view):
    np.save(tmp_path / "a.npy", np.ones((5, 2, 3)))
    with pytest.raises(ValueError, match="invalid entry"):
        take_views(open_array(tmp_path / "a.npy", "filter"), np.array([row]), np.array([view]))

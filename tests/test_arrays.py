import numpy as np
import pytest

from artstyle.arrays import open_array
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

import numpy as np
import pytest

from artstyle import packing
from artstyle.errors import UserError
from artstyle.packing import PackWriter, open_pack


def make_pictures():
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (3 + k, 5, 3), dtype=np.uint8) for k in range(5)]


def test_pictures_come_back_from_a_memory_map(tmp_path):
    path = tmp_path / "new" / "pack.npy"
    pictures = make_pictures()
    with PackWriter(path) as writer:
        spans = [writer.append(picture) for picture in pictures]
        assert not path.exists()
        offsets = writer.finish(spans)
    pack = open_pack(path)
    assert isinstance(pack, np.memmap) and pack.shape == (sum(picture.size for picture in pictures),)
    for picture, offset in zip(pictures, offsets, strict=True):
        assert np.array_equal(pack[offset : offset + picture.size].reshape(picture.shape), picture)
    assert [item.name for item in path.parent.iterdir()] == ["pack.npy"]


@pytest.mark.parametrize("block", [7, 2**20])
@pytest.mark.parametrize("keep", [[1, 3, 4], [0, 2], [4], []])
def test_pictures_that_are_dropped_leave_no_gap(tmp_path, monkeypatch, keep, block):
    monkeypatch.setattr(packing, "_BLOCK", block)
    pictures = make_pictures()
    with PackWriter(tmp_path / "pack.npy") as writer:
        spans = [writer.append(picture) for picture in pictures]
        offsets = writer.finish([spans[k] for k in keep])
    pack = np.load(tmp_path / "pack.npy", mmap_mode="r")
    wanted = np.concatenate([np.empty(0, np.uint8)] + [pictures[k].ravel() for k in keep])
    assert np.array_equal(pack, wanted)
    assert offsets == [sum(pictures[j].size for j in keep if j < k) for k in keep]


def test_nothing_is_left_when_the_stage_fails(tmp_path):
    with pytest.raises(RuntimeError), PackWriter(tmp_path / "pack.npy") as writer:
        writer.append(make_pictures()[0])
        raise RuntimeError("stop")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_pack_is_named(tmp_path):
    path = tmp_path / "pictures.npy"
    np.save(path, np.zeros((2, 3), np.float32))
    with pytest.raises(UserError, match=r"pictures\.npy: no pack of pictures, but float32 of shape \(2, 3\)"):
        open_pack(path)

import io
import os
import pickle
import struct
import sys
import types
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import pytest

from artstyle.errors import UserError
from artstyle.torch_file import read_torch_tensors

MAGIC = 0x1950A86A20F9469CFC6C


@dataclass(frozen=True)
class Storage:
    kind: str
    key: str
    n: int


@dataclass(frozen=True)
class Tensor:
    storage: Storage
    offset: int
    shape: tuple
    strides: tuple

    def __reduce__(self):
        rebuild = sys.modules["torch._utils"]._rebuild_tensor_v2
        return rebuild, (self.storage, self.offset, self.shape, self.strides, False, OrderedDict())


class StatePickler(pickle.Pickler):
    def persistent_id(self, value):
        if isinstance(value, Storage):
            return ("storage", getattr(sys.modules["torch"], value.kind), value.key, "cpu", value.n, None)
        return None


@pytest.fixture
def torch_names(monkeypatch):
    """Names that a pickle of PyTorch refers to, without PyTorch."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    for kind in ("FloatStorage", "HalfStorage", "LongStorage"):
        setattr(torch, kind, type(kind, (), {"__module__": "torch"}))

    def _rebuild_tensor_v2(*arguments):
        raise AssertionError("only to be named in a pickle")

    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)


def encode(tensors: dict, storages: dict[str, np.ndarray]) -> bytes:
    file = io.BytesIO()
    for value in (MAGIC, 1001, {"little_endian": True}):
        pickle.dump(value, file, protocol=2)
    StatePickler(file, protocol=2).dump(OrderedDict(tensors))
    pickle.dump(sorted(storages), file, protocol=2)
    for key in sorted(storages):
        file.write(struct.pack("<q", storages[key].size) + storages[key].tobytes())
    return file.getvalue()


@pytest.fixture
def content(torch_names):
    numbers = np.arange(6, dtype="<f4")
    whole = Storage("LongStorage", "b", 1)
    tensors = {
        "rows": Tensor(Storage("FloatStorage", "a", 6), 0, (2, 3), (3, 1)),
        "turned": Tensor(Storage("FloatStorage", "a", 6), 0, (2, 3), (1, 2)),
        "tail": Tensor(Storage("FloatStorage", "a", 6), 4, (2,), (1,)),
        "step": Tensor(whole, 0, (), ()),
        "half": Tensor(Storage("HalfStorage", "c", 2), 0, (2,), (1,)),
    }
    return encode(tensors, {"a": numbers, "b": np.array([7], "<i8"), "c": np.array([0.5, -2], "<f2")})


def test_tensors_have_the_values_that_pytorch_would_show(tmp_path, content):
    path = tmp_path / "weights.pth"
    path.write_bytes(content)
    tensors = read_torch_tensors(path)
    assert list(tensors) == ["rows", "turned", "tail", "step", "half"]
    assert tensors["rows"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert tensors["turned"].tolist() == [[0, 2, 4], [1, 3, 5]]  # memory order of TensorFlow
    assert tensors["tail"].tolist() == [4, 5]
    assert tensors["step"].tolist() == 7
    assert tensors["half"].tolist() == [0.5, -2]
    assert tensors["turned"].dtype == np.float32
    assert tensors["turned"].flags["C_CONTIGUOUS"]


@pytest.mark.parametrize("n_bytes", [0, 5, 40, 200, -1, -30])
def test_a_cut_file_is_one_line(tmp_path, content, n_bytes):
    path = tmp_path / "weights.pth"
    path.write_bytes(content[:n_bytes])
    with pytest.raises(UserError, match=r"weights\.pth: damaged PyTorch weights file") as caught:
        read_torch_tensors(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "data", [b"hello", b"PK\x03\x04 zip", b"Results:\n", b"\x89PNG\r\n", b"I12x\n.", pickle.dumps(3), pickle.dumps([])]
)
def test_another_kind_of_file_is_one_line(tmp_path, data):
    path = tmp_path / "weights.pth"
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"weights\.pth: .*PyTorch weights file") as caught:
        read_torch_tensors(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"none\.pth: no such weights file"):
        read_torch_tensors(tmp_path / "none.pth")


class Foreign:
    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


@pytest.mark.parametrize("place", range(5))
def test_code_in_a_file_never_runs(tmp_path, place):
    path, trace = tmp_path / "weights.pth", tmp_path / "trace"
    parts = [MAGIC, 1001, {}, OrderedDict(), []]
    parts[place] = Foreign(f"touch '{trace}'")
    path.write_bytes(b"".join(pickle.dumps(part, 2) for part in parts))
    with pytest.raises(UserError, match=r"unexpected class (posix|nt)\.system"):
        read_torch_tensors(path)
    assert not trace.exists()


def test_a_tensor_beyond_its_storage_is_refused(tmp_path, torch_names):
    path = tmp_path / "weights.pth"
    tensor = Tensor(Storage("FloatStorage", "a", 6), 2, (2, 3), (3, 1))  # its last value would be number 7
    path.write_bytes(encode({"x": tensor}, {"a": np.arange(6, dtype="<f4")}))
    with pytest.raises(UserError, match="reaches to value 7 of 6"):
        read_torch_tensors(path)

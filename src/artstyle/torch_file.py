"""Read the tensors of a PyTorch file in its old, zip-less format without PyTorch and without running its code.

The file is a run of pickles (magic number, protocol, system facts, the state, the list of storage keys) and then,
for each storage, its length as a 64-bit integer and its raw little-endian values.
"""

import pickle
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from artstyle.errors import UserError

_MAGIC = 0x1950A86A20F9469CFC6C
_DTYPES = {"FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2", "LongStorage": "<i8"}


@dataclass(frozen=True)
class _Tensor:
    key: str
    dtype: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _StateReader(pickle.Unpickler):
    """An unpickler that knows ordered dictionaries and tensors, and refuses every other class."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _describe_tensor
        if module == "torch" and name in _DTYPES:
            return name
        raise pickle.UnpicklingError(f"unexpected class {module}.{name}")

    def persistent_load(self, pid: Any) -> tuple[str, str]:
        return pid[2], _DTYPES[pid[1]]


def _describe_tensor(storage: tuple[str, str], offset: int, shape: tuple, strides: tuple, *_: Any) -> _Tensor:
    return _Tensor(*storage, offset, tuple(shape), tuple(strides))


def read_torch_tensors(path: Path) -> dict[str, np.ndarray]:
    """Return the tensors of a zip-less PyTorch state file by name, in the shapes that PyTorch would show.

    Raises:
        UserError: the file is missing, has another format, or is cut short.
    """
    try:
        with open(path, "rb") as file:
            if _StateReader(file).load() != _MAGIC:
                raise UserError(f"{path}: not a PyTorch weights file of the zip-less format")
            for _ in range(2):
                _StateReader(file).load()
            tensors = _StateReader(file).load()
            storages = _read_storages(file, tensors)
        return {name: _view(tensor, storages[tensor.key]) for name, tensor in tensors.items()}
    except FileNotFoundError:
        raise UserError(f"{path}: no such weights file") from None
    except (pickle.UnpicklingError, EOFError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise UserError(f"{path}: damaged PyTorch weights file ({' '.join(str(error).split())})") from None


def _read_storages(file: BinaryIO, tensors: dict[str, _Tensor]) -> dict[str, np.ndarray]:
    dtypes = {tensor.key: tensor.dtype for tensor in tensors.values()}
    storages = {}
    for key in _StateReader(file).load():
        length = int.from_bytes(file.read(8), "little")
        data = file.read(length * np.dtype(dtypes[key]).itemsize)
        storages[key] = np.frombuffer(data, dtypes[key], count=length)  # ValueError when cut short
    return storages


def _view(tensor: _Tensor, storage: np.ndarray) -> np.ndarray:
    reach = tensor.offset + sum((size - 1) * stride for size, stride in zip(tensor.shape, tensor.strides, strict=True))
    if reach >= len(storage):
        raise ValueError(f"a tensor reaches to value {reach} of {len(storage)}")
    # Tensors converted from TensorFlow keep its memory order: shape alone would scramble them.
    step = storage.itemsize
    strides = tuple(stride * step for stride in tensor.strides)
    view = np.lib.stride_tricks.as_strided(storage[tensor.offset :], tensor.shape, strides, writeable=False)
    return view.copy(order="C")

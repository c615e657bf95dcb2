"""Open the arrays that stages leave on disk, memory-mapped."""

from pathlib import Path

import numpy as np

from artstyle.errors import UserError


def open_array(path: Path, stage: str) -> np.ndarray:
    """Return the array of a `.npy` file, memory-mapped for reading.

    Args:
        stage: the stage that writes it, for the message.

    Raises:
        UserError: no such file, or none that NumPy can map.
    """
    try:
        return np.load(path, mmap_mode="r")
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except (ValueError, EOFError, OSError) as error:
        raise UserError(f"{path}: damaged ({error}); run `dvc repro -f {stage}`") from None

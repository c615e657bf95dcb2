"""Write and read the small files that travel between stages: CSV tables and strict JSON, never half-written."""

import json
import math
import os
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TextIO

import pandas as pd

from artstyle.errors import UserError

# Without a type, folder names such as `1920` or artists such as `007` would turn into numbers.
_TEXT = ("painting", "style", "other_styles", "true_style", "artist", "title", "genre", "family", "label", "likely")
_TEXT += ("class", "split", "phase", "variant", "skew")


def write_whole(path: Path, write: Callable[[TextIO], None]) -> None:
    """Write a text file through a temporary neighbour and rename it, so that a crash leaves no half file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with open(partial, "w", encoding="utf-8", newline="\n") as file:
        write(file)
    os.replace(partial, path)


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table as UTF-8 CSV with `\\n` line ends and floats of 8 significant digits; same table, same bytes."""
    write_whole(path, lambda file: table.to_csv(file, index=False, lineterminator="\n", float_format="%.8g"))


def join_tables(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of all tables, one table below the other, numbered anew."""
    return pd.concat(tables, ignore_index=True)


def read_table(path: Path, columns: list[str] | None = None, *, separator: str = ",") -> pd.DataFrame:
    """Read a CSV table; text columns stay text, an empty cell is "" and never NaN.

    Args:
        columns: columns that must be there.
        separator: what stands between two cells.

    Raises:
        UserError: the file is missing, cannot be read, is no table, or lacks a column.
    """
    options = {"keep_default_na": False, "encoding": "utf-8", "dtype": dict.fromkeys(_TEXT, str)}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # of cells that no column would hold
            table = pd.read_csv(path, sep=separator, index_col=False, **options)
    except OSError as error:
        raise _cannot_read(path, error) from None
    except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not a CSV table ({' '.join(str(error).split())})") from None
    for column in columns or []:
        if column not in table.columns:
            raise UserError(f"{path}: column '{column}' is missing")
    return table


def write_json(path: Path, value: Any) -> None:
    """Write strict JSON (no NaN, no Infinity), keys in the given order, floats rounded to 6 decimals.

    Raises:
        ValueError: a float is not finite; the caller must decide what stands for an undefined value.
    """
    text = json.dumps(_rounded(value), indent=2, ensure_ascii=False, allow_nan=False)
    write_whole(path, lambda file: file.write(text + "\n"))


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        UserError: the file is missing, cannot be read, or is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _cannot_read(path, error) from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not JSON ({error})") from None


def _cannot_read(path: Path, error: OSError) -> UserError:
    missing = isinstance(error, FileNotFoundError)
    return UserError(f"{path}: no such file" if missing else f"{path}: cannot be read ({error.strerror})")


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    if hasattr(value, "item"):  # NumPy scalars
        value = value.item()
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} cannot be written as JSON")
        return round(value, 6)
    return value

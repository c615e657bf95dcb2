"""Read `params.yaml` and hand its sections to keyword-only functions, so that a misspelt key is an error."""

import inspect
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

from artstyle.errors import UserError

# YAML 1.1 reads `1e-5` (no dot, no sign) as text, and `dvc exp run -S x=1e-5` writes exactly that.
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)[eE][+-]?\d+")


def load_parameters(path: Path, names: Iterable[str]) -> dict[str, Any]:
    """Return the named top-level parameters of a YAML file, and nothing else.

    A stage is given only what its `dvc.yaml` entry declares, so that it cannot depend on an undeclared value.

    Raises:
        UserError: the file is missing, is not a map, or lacks a name.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not valid YAML ({' '.join(str(error).split())})") from None
    if not isinstance(values, dict):
        raise UserError(f"{path}: expected a map of parameters")
    missing = [name for name in names if name not in values]
    if missing:
        raise UserError(f"{path}: parameter '{missing[0]}' is missing")
    return {name: _parse_numbers(values[name]) for name in names}


def call(function: Callable[..., Any], *args: Any, section: str, values: dict[str, Any] | None, **extra: Any) -> Any:
    """Call `function(*args, **values, **extra)` after checking the keys of `values` against its signature.

    Args:
        section: dotted place of `values` in params.yaml, for the message.
        values: one sub-section of params.yaml.
        extra: keyword arguments that do not come from that section.

    Raises:
        UserError: a key that the function does not take, or a keyword it needs and does not get.
    """
    if not isinstance(values, dict):
        raise UserError(f"params.yaml: {section} must be a map of parameters, got {values!r}")
    keywords = [p for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY]
    allowed = [p.name for p in keywords if p.name not in extra]
    for key in values:
        if key not in allowed:
            raise UserError(f"params.yaml: {section} has no parameter '{key}' (it takes: {', '.join(allowed)})")
    for parameter in keywords:
        if parameter.default is parameter.empty and parameter.name not in values and parameter.name not in extra:
            raise UserError(f"params.yaml: {section}.{parameter.name} is missing")
    return function(*args, **values, **extra)


def check_choice(name: str, value: Any, allowed: Iterable[str]) -> str:
    """Return `value` if it is one of `allowed`.

    Raises:
        UserError: naming the parameter, the value and what is allowed.
    """
    allowed = list(allowed)
    if value not in allowed:
        raise UserError(f"params.yaml: {name} is {value!r}; allowed: {', '.join(map(str, allowed))}")
    return value


def check_number(name: str, value: Any, low: float, high: float, *, whole: bool = False) -> Any:
    """Return `value` if it is a number in the closed range `low`..`high` (a whole number if asked).

    Raises:
        UserError: naming the parameter, the value and the range.
    """
    kind = int if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high:
        what = "a whole number" if whole else "a number"
        raise UserError(f"params.yaml: {name} is {value!r}; expected {what} from {low} to {high}")
    return value


def check_name(name: str, value: Any) -> str:
    """Return `value` as text if it names something, such as a data set; a whole number may be a name.

    Raises:
        UserError: naming the parameter and the value, which YAML took for something else, such as a date.
    """
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise UserError(f"params.yaml: {name} is {value!r}, which YAML takes for no name; choose one with more letters")
    return str(value)


def check_switch(name: str, value: Any) -> bool:
    """Return `value` if it is true or false.

    Raises:
        UserError: naming the parameter and the value.
    """
    if not isinstance(value, bool):
        raise UserError(f"params.yaml: {name} is {value!r}; allowed: true, false")
    return value


def _parse_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _parse_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_parse_numbers(item) for item in value]
    return float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value

"""Parameters of a run of a campaign: params.yaml, what its command sets, and how two runs differ."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artstyle.campaigns import as_text, read_yaml

# Told apart by the row itself; `train_skew` is the skew.
_OF_THE_RUN = ("dataset", "seed", "split.train_skew")
# Read by no stage up to `evaluate`, or only to draw the demo; the hash of the pictures is compared instead.
_ELSEWHERE = ("draw_demo", "outliers", "picture_suspects")
_THROUGH, _MIRROR = "evaluate.through", "evaluate.mirror"
# What runs did before there was a parameter for it; others came with a value that changed nothing.
_BEFORE = {
    "train_phase1.head.covariances": "false",
    "train_phase1.head.members": "1",
    "finetune_phase2.blend": "1",
    "pseudolabel_phase3.blend": "1",
    "finetune_phase2.crop": "1",
    "pseudolabel_phase3.crop": "1",
    _MIRROR: "false",
    "refit": "false",
}
_OFF = ("false", "null", "none")
_NUMBER = re.compile(r"[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_PHASES = {2: "finetune_phase2", 3: "pseudolabel_phase3"}
Parameters = dict[str, str]


def flatten_parameters(path: Path) -> Parameters:
    """Return params.yaml as dotted name -> value as text, without what no campaign runs.

    Raises:
        UserError: it is missing, or not valid YAML.
    """
    values = read_yaml(path)
    flat = _flatten(values if isinstance(values, dict) else {})
    return {name: text for name, text in flat.items() if name.split(".")[0] not in _ELSEWHERE}


def hash_parameters(parameters: Parameters) -> str:
    """Return the MD5 that stands for parameters in a row."""
    return hashlib.md5(json.dumps(parameters, sort_keys=True).encode(), usedforsecurity=False).hexdigest()


def read_overrides(command: str) -> Parameters:
    """Return what a command of `Run` sets, dotted name -> value as text."""
    settings = command.removesuffix(" evaluate").split(" -S ")[1:]
    pairs = [setting.partition("=") for setting in settings]
    return {name.removeprefix("+"): _normalise(text) for name, _, text in pairs}


@dataclass(frozen=True)
class Settings:
    """All parameters of one run.

    Attributes:
        noted: params.yaml.
        command: what the command sets on top.
    """

    noted: Parameters
    command: Parameters

    @property
    def all(self) -> Parameters:
        """Everything that held, also where there was no parameter for it yet."""
        return _BEFORE | self.noted | self.command


def find_differences(one: Settings, other: Settings) -> list[str]:
    """Return the sorted names of the parameters that differ between two runs.

    Seed, data set and skew do not count, nor do the parameters of phases that neither trained or of a head that neither
    has, nor the mirror image where neither looked at pixels. A parameter that only one of them has came with newer code
    and changes nothing as the file sets it; it counts where a command sets it (unless to false, null or none) and where
    it is an entry of the style map in use.
    """
    left, right = one.all, other.all
    trained = max(_count_phases(left), _count_phases(right))
    idle = tuple(f"{section}." for phase, section in _PHASES.items() if phase > trained)
    if left.get(_THROUGH) == right.get(_THROUGH) == "cache":
        idle += (_MIRROR,)
    if "head" in left and "crn" not in (left["head"], right.get("head")):
        idle += ("train_phase1.crn.",)
    names = {name for name in (*left, *right) if left.get(name) != right.get(name) and not name.startswith(idle)}
    maps = tuple(f"style_maps.{each.get('style_map')}." for each in (left, right))
    for name in set(left) ^ set(right):
        set_to = one.command.get(name, other.command.get(name))
        if (set_to is None or set_to in _OFF) and not name.startswith(maps):
            names.discard(name)
    return sorted(names - set(_OF_THE_RUN))


def _count_phases(parameters: Parameters) -> int:
    text = parameters.get("phases", "")
    return int(text) if text in ("1", "2", "3") else 3


def _flatten(values: dict[str, Any], place: str = "") -> Parameters:
    flat = {}
    for name, value in values.items():
        part = _flatten(value, f"{place}{name}.") if isinstance(value, dict) else None
        flat |= {f"{place}{name}": _normalise(as_text(value))} if part is None else part
    return flat


def _normalise(text: str) -> str:
    """Write a number in one way, whether YAML took `5e-4` for a number or not; names such as `007` stay."""
    return format(float(text), ".12g") if _NUMBER.fullmatch(text) else text

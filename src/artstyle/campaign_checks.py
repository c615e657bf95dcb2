"""What experiments.yaml may say of a campaign: checks that name the place (no TensorFlow)."""

import re
from pathlib import Path
from typing import Any

from artstyle.errors import UserError

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")  # DVC makes a Git reference of it


def check_quick(place: str, quick: Any, variants: list[str]) -> None:
    """Raise a UserError unless the `quick` part of a campaign is a map of lists, its variants those of the campaign."""
    known = {"variants", "seeds", "skews"}
    if not isinstance(quick, dict) or not set(quick) <= known or not isinstance(quick.get("variants", []), list):
        raise UserError(f"{place} must be a map of lists, with variants, seeds or skews, got {quick!r}")
    check_chosen(f"{place}.variants", quick.get("variants", []), variants)
    check_seeds(place, quick.get("seeds", [1]))
    check_skews(place, quick.get("skews", [None]))


def check_seeds(place: str, seeds: Any) -> None:
    """Raise a UserError unless these are whole numbers, each once."""
    numbers = isinstance(seeds, list) and all(isinstance(seed, int) and not isinstance(seed, bool) for seed in seeds)
    if not numbers or not seeds or len(set(seeds)) < len(seeds):
        raise UserError(f"{place}: 'seeds' must be a list of whole numbers, each once, got {seeds!r}")


def check_variant(path: Path, variant: Any, facts: Any) -> None:
    """Raise a UserError unless a variant has a name that DVC takes and the keys that a variant needs."""
    if not isinstance(variant, str) or not _NAME.fullmatch(variant):
        raise UserError(
            f"{path}: variant {variant!r}: use small letters, digits and single hyphens, and quotes around a number"
        )
    if not isinstance(facts, dict) or not facts.get("why") or not isinstance(facts.get("set", {}), dict):
        raise UserError(f"{path}: variant {variant} needs 'why' (a sentence) and may have 'set' (a map)")
    per_dataset = facts.get("datasets", {})
    if not isinstance(per_dataset, dict) or not all(isinstance(value, dict) for value in per_dataset.values()):
        raise UserError(f"{path}: variant {variant}: 'datasets' must be a map, data set: overrides")
    check_skews(f"{path}: variant {variant}", facts.get("skews", [None]))


def check_skews(place: str, skews: Any) -> None:
    """Raise a UserError unless these are null and ratios above 1."""
    good = isinstance(skews, list) and skews and all(skew is None or _is_ratio(skew) for skew in skews)
    if not good:
        raise UserError(f"{place}: 'skews' must be a list of null and ratios above 1, got {skews!r}")


def _is_ratio(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 1


def check_chosen(place: str, names: list[str], variants: list[str]) -> None:
    """Raise a UserError unless the campaign has all these variants."""
    for name in names:
        if name not in variants:
            raise UserError(f"{place}: no variant {name!r}; there are: {', '.join(variants)}")

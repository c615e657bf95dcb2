"""Campaigns: named variants of the experiment, each run with several seeds and skews (no TensorFlow)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from artstyle.campaign_checks import check_chosen, check_quick, check_seeds, check_skews, check_variant
from artstyle.errors import UserError

NATURAL = "natural"
_FORMS = (("base", dict, "a map"), ("seeds", list, "a list"), ("variants", dict, "a map"))
_SKEW_PARAMETER = "split.train_skew"


@dataclass(frozen=True)
class Run:
    """One experiment of a campaign.

    Attributes:
        campaign, variant: names in experiments.yaml.
        skew: `natural`, or such as `20to1` where small classes are made rarer in training.
        seed: whole number.
        overrides: dotted parameter -> value, for `-S`.
    """

    campaign: str
    variant: str
    skew: str
    seed: int
    overrides: dict[str, Any]

    @property
    def name(self) -> str:
        """Name of the DVC experiment: variant, skew where there is one, seed."""
        return "-".join([self.variant, *([] if self.skew == NATURAL else [self.skew]), str(self.seed)])

    @property
    def command(self) -> list[str]:
        """The command that runs it, without the name."""
        settings = [part for key, value in self.overrides.items() for part in ("-S", f"{key}={as_text(value)}")]
        return ["dvc", "exp", "run", *settings, "evaluate"]


def read_campaign(path: Path, name: str) -> dict[str, Any]:
    """Return one campaign of experiments.yaml; the head of that file says what its keys mean.

    `table` (name of the files in results/), `reference` (variant) and `skews` are always there.

    Raises:
        UserError: the file or the campaign is missing, or its form is wrong; names the place.
    """
    campaigns = read_yaml(path)
    if not isinstance(campaigns, dict) or name not in campaigns:
        known = ", ".join(campaigns) if isinstance(campaigns, dict) else "none"
        raise UserError(f"{path}: no campaign {name!r}; there are: {known}")
    campaign, place = campaigns[name], f"{path}: campaign {name}"
    if not isinstance(campaign, dict):
        raise UserError(f"{place} must be a map with base, seeds and variants")
    for key, kind, words in _FORMS:
        if key not in campaign:
            raise UserError(f"{place} lacks '{key}'")
        if not isinstance(campaign[key], kind) or (not campaign[key] and key != "base"):
            raise UserError(f"{place}: '{key}' must be {words}, got {campaign[key]!r}")
    for variant, facts in campaign["variants"].items():
        check_variant(path, variant, facts)
    variants = list(campaign["variants"])
    filled = {"table": name, "reference": variants[0], "skews": [None], **campaign}
    if not isinstance(filled.get("folds", False), bool):
        raise UserError(f"{place}: 'folds' must be true or false, got {filled['folds']!r}")
    check_skews(place, filled["skews"])
    check_chosen(f"{place}: reference", [filled["reference"]], variants)
    check_seeds(place, filled["seeds"])
    check_quick(f"{place}: quick", filled.get("quick", {}), variants)
    return filled


def read_yaml(path: Path) -> Any:
    """Return what a YAML file says.

    Raises:
        UserError: it is missing, or not valid YAML; names the file.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not valid YAML ({' '.join(str(error).split())})") from None


def take_quick(campaign: dict[str, Any]) -> dict[str, Any]:
    """Return the campaign with the variants, seeds and skews of its `quick` key, where it has them.

    Raises:
        UserError: there is no such key.
    """
    if not isinstance(campaign.get("quick"), dict):
        raise UserError(f"experiments.yaml: campaign with table {campaign['table']} has no 'quick' part")
    quick = campaign["quick"]
    return choose(campaign, quick.get("variants"), quick.get("seeds"), quick.get("skews"))


def choose(
    campaign: dict[str, Any], variants: list[str] | None, seeds: list[int] | None, skews: list[float | None] | None
) -> dict[str, Any]:
    """Return the campaign with these variants, seeds and skews only; None keeps all.

    Raises:
        UserError: a variant that it does not have.
    """
    check_chosen("experiments.yaml", variants or [], list(campaign["variants"]))
    kept = {name: facts for name, facts in campaign["variants"].items() if not variants or name in variants}
    seeds, skews = (list(dict.fromkeys(each)) for each in (seeds or campaign["seeds"], skews or campaign["skews"]))
    return {**campaign, "variants": kept, "seeds": seeds, "skews": skews}


def list_runs(name: str, campaign: dict[str, Any], dataset: str) -> list[Run]:
    """Return all runs of a campaign: skew by skew, in it seed by seed, so that early rows compare all variants.

    Raises:
        UserError: there are none.
    """
    runs = [
        Run(name, variant, name_skew(skew), seed, _override(campaign, facts, dataset, seed, skew))
        for skew in campaign["skews"]
        for seed in campaign["seeds"]
        for variant, facts in campaign["variants"].items()
        if skew in facts.get("skews", campaign["skews"])
    ]
    if not runs:
        skews = ", ".join(name_skew(skew) for skew in campaign["skews"])
        raise UserError(f"experiments.yaml: campaign {name}: none of the variants is run at the skews {skews}")
    return runs


def name_skew(ratio: float | None) -> str:
    """Return the name of a skew: `natural` for None, `20to1` for 20."""
    return NATURAL if ratio is None else f"{ratio:g}to1".replace(".", "p")


def read_skew(text: str) -> float | None:
    """Return the skew that a word of the command line means: `natural` or a ratio above 1.

    Raises:
        ValueError: it is neither.
    """
    ratio = None if text == NATURAL else float(text)
    if ratio is not None and not ratio > 1:
        raise ValueError(f"{text} is not above 1")
    return int(ratio) if ratio and ratio.is_integer() else ratio


def _override(campaign: dict, facts: dict, dataset: str, seed: int, skew: float | None) -> dict[str, Any]:
    skewed = {} if skew is None else {_SKEW_PARAMETER: skew}
    return {"dataset": dataset, "seed": seed, **campaign["base"], **skewed, **_set(facts, dataset)}


def list_settings(campaign: dict[str, Any], dataset: str) -> dict[str, list[str]]:
    """Return the names of the parameters that each variant sets itself."""
    return {variant: list(_set(facts, dataset)) for variant, facts in campaign["variants"].items()}


def _set(facts: dict, dataset: str) -> dict[str, Any]:
    return {**facts.get("set", {}), **facts.get("datasets", {}).get(dataset, {})}


def as_text(value: Any) -> str:
    """Write a value as Hydra reads it on a command line."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)

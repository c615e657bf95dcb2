"""Campaigns: named variants of the experiment, each run with several seeds, one row a run (no TensorFlow)."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from artstyle.errors import UserError
from artstyle.tables import read_json, read_table

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")  # DVC makes a Git reference of it
KEYS = ["variant", "skew", "seed", "phase"]
SCORES = ["validation_macro_f1", "accuracy", "macro_f1", "worst_recall", "ece"]
COSTS = ["minutes", "parameters"]
SOURCES = ["commit", "data_md5", "command"]


@dataclass(frozen=True)
class Run:
    """One experiment of a campaign.

    Attributes:
        campaign, variant, skew: names in experiments.yaml; `skew` is `natural` where nothing is made rarer.
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
        """Name of the DVC experiment."""
        parts = [self.campaign, self.variant, *([] if self.skew == "natural" else [self.skew]), str(self.seed)]
        return "-".join(parts)

    @property
    def command(self) -> list[str]:
        """The command that runs it, without the name."""
        settings = [part for key, value in self.overrides.items() for part in ("-S", f"{key}={_as_text(value)}")]
        return ["dvc", "exp", "run", *settings, "evaluate"]


def read_campaign(path: Path, name: str) -> dict[str, Any]:
    """Return one campaign of experiments.yaml: base, seeds, skews and variants.

    Raises:
        UserError: the file or the campaign is missing, or its form is wrong; names the place.
    """
    try:
        campaigns = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from None
    except yaml.YAMLError as error:
        raise UserError(f"{path}: not valid YAML ({' '.join(str(error).split())})") from None
    if not isinstance(campaigns, dict) or name not in campaigns:
        known = ", ".join(campaigns) if isinstance(campaigns, dict) else "none"
        raise UserError(f"{path}: no campaign {name!r}; there are: {known}")
    campaign = campaigns[name]
    if not isinstance(campaign, dict):
        raise UserError(f"{path}: campaign {name} must be a map with base, seeds and variants")
    for key, kind, words in (("base", dict, "a map"), ("seeds", list, "a list"), ("variants", dict, "a map")):
        if key not in campaign:
            raise UserError(f"{path}: campaign {name} lacks '{key}'")
        if not isinstance(campaign[key], kind):
            raise UserError(f"{path}: campaign {name}: '{key}' must be {words}, got {campaign[key]!r}")
    for skew, settings in (campaign.get("skews") or {}).items():
        if not _NAME.fullmatch(str(skew)) or not isinstance(settings, dict):
            raise UserError(f"{path}: campaign {name}: skew {skew!r} must be a simple name with a map of overrides")
    for variant, facts in campaign["variants"].items():
        if not _NAME.fullmatch(str(variant)):
            raise UserError(f"{path}: variant {variant!r}: use small letters, digits and single hyphens")
        if not isinstance(facts, dict) or not facts.get("why") or not isinstance(facts.get("set", {}), dict):
            raise UserError(f"{path}: variant {variant} needs 'why' (a sentence) and may have 'set' (a map)")
    return campaign


def list_runs(name: str, campaign: dict[str, Any], dataset: str, seeds: list[int] | None = None) -> list[Run]:
    """Return all runs of a campaign: seed by seed, so that early rows already compare all variants.

    Args:
        seeds: instead of those of the campaign.
    """
    skews = campaign.get("skews") or {"natural": {}}
    return [
        Run(
            name,
            variant,
            skew,
            seed,
            {"dataset": dataset, "seed": seed, **campaign["base"], **settings, **facts.get("set", {})},
        )
        for seed in seeds or campaign["seeds"]
        for skew, settings in skews.items()
        for variant, facts in campaign["variants"].items()
    ]


def find_open(runs: list[Run], table: pd.DataFrame) -> list[Run]:
    """Return the runs that have no row with their command yet."""
    done = set(table["command"]) if "command" in table else set()
    return [run for run in runs if " ".join(run.command) not in done]


def read_rows(path: Path) -> pd.DataFrame:
    """Return the table of a campaign, empty if there is none yet."""
    return read_table(path, [*KEYS, "command"]) if path.is_file() else pd.DataFrame(columns=[*KEYS, "command"])


def make_row(run: Run, metrics: Path, minutes: float, commit: str, data_md5: str) -> dict[str, Any]:
    """Return the row of a finished run from its metrics; recall of every class last.

    Args:
        metrics: folder with evaluate.json, train_phase1.json and the others.
        minutes: wall-clock time of the whole command.

    Raises:
        UserError: metrics are missing.
    """
    scores = read_json(metrics / "evaluate.json")
    test, phase = scores["test"], scores["final"]["chosen"]
    recalls = {name: values["recall"] for name, values in test["per_class"].items()}
    supported = [recalls[name] for name, values in test["per_class"].items() if values["support"]]
    trained = {"phase1": "train_phase1", "phase2": "finetune_phase2"}.get(phase, "finetune_phase2")
    return {
        "variant": run.variant,
        "skew": run.skew,
        "seed": run.seed,
        "phase": phase,
        "validation_macro_f1": scores["validation"]["macro_f1"],
        "accuracy": test["accuracy"],
        "macro_f1": test["macro"]["f1"],
        "worst_recall": min(supported),
        "ece": test["ece"],
        "minutes": round(minutes, 2),
        "parameters": read_json(metrics / f"{trained}.json")["n_trainable_weights"],
        "commit": commit,
        "data_md5": data_md5,
        "command": " ".join(run.command),
        **{f"recall_{name}": value for name, value in recalls.items()},
    }


def _as_text(value: Any) -> str:
    """Write a value as Hydra reads it on a command line."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)

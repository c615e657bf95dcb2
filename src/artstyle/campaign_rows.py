"""The table of a campaign: one row a finished run, with everything needed to make it again."""

from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from artstyle.campaign_settings import flatten_parameters, hash_parameters
from artstyle.campaigns import Run, as_text
from artstyle.errors import UserError
from artstyle.results import find_data_hash
from artstyle.tables import read_json, read_table

KEYS = ["variant", "skew", "seed", "phase"]
RUN = ["variant", "skew", "seed"]
SCORES = ["validation_accuracy", "validation_macro_f1", "accuracy", "macro_f1", "worst_recall", "ece"]
# Macro-F1 of one model over another of the same run, each with its interval; only of runs that went that far. Key: the
# first of three columns, value: the gain's name in metrics/evaluate.json.
GAINS = {"phase2_gain": "phase2_over_phase1", "pseudo_gain": "pseudo_over_control"}
COSTS = ["seconds", "minutes", "parameters"]
SOURCES = ["commit", "overrides", "parameters_md5", "data_md5", "test_md5", "command"]
# Stages whose seconds are the cost of a variant; all others are the same work for each.
_TRAINING = ("train_phase1", "finetune_phase2", "pseudolabel_phase3")
_REFIT = "refit"


def name_gain(gain: str) -> list[str]:
    """Return the columns of one of `GAINS`: the gain, and the ends of its interval."""
    return [gain, f"{gain}_low", f"{gain}_high"]


def find_open(runs: list[Run], finished: pd.DataFrame) -> list[Run]:
    """Return the runs that have no row yet among those that count, see `part_rows`."""
    done = set(finished[RUN].astype(str).itertuples(index=False, name=None))
    return [run for run in runs if (run.variant, run.skew, str(run.seed)) not in done]


def read_rows(path: Path) -> pd.DataFrame:
    """Return the table of a campaign, empty if there is none yet."""
    return read_table(path, [*KEYS, "command"]) if path.is_file() else pd.DataFrame(columns=[*KEYS, "command"])


def add_row(rows: pd.DataFrame, row: dict[str, Any]) -> pd.DataFrame:
    """Return the rows with this one, instead of an older one of the same run; recalls before the sources."""
    older = (rows[RUN].astype(str) == [str(row[key]) for key in RUN]).all(axis=1)
    table = pd.concat([rows[~older], pd.DataFrame([row])], ignore_index=True)
    recalls = [name for name in table if name.startswith("recall_")]
    gains = [column for gain in GAINS for column in name_gain(gain)]
    return table[[name for name in [*KEYS, *SCORES, *gains, *COSTS, *recalls, *SOURCES] if name in table]]


def read_facts(root: Path, run: Run, commit: str, test_md5: str) -> dict[str, str]:
    """Return where a run in the workspace comes from.

    `overrides` names the parameters that differ from the committed params.yaml, as `key=value`, with `;` between them;
    `parameters_md5` stands for all of the committed file.

    Args:
        root: the repository, params.yaml as the run left it, for all that it does not override.
        commit: of code and parameters.
        test_md5: see `hash_test_works`.
    """
    parameters = yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))
    differ = [f"{key}={as_text(value)}" for key, value in run.overrides.items() if _find(parameters, key) != value]
    return {
        "commit": commit,
        "overrides": ";".join(differ),
        "parameters_md5": hash_parameters(flatten_parameters(root / "params.yaml")),
        "data_md5": find_data_hash(root, run.overrides["dataset"]),
        "test_md5": test_md5,
        "command": " ".join(run.command),
    }


def _find(parameters: Any, key: str) -> Any:
    for part in key.split("."):
        parameters = parameters.get(part) if isinstance(parameters, dict) else None
    return parameters


def sum_seconds(timings: list[dict[str, Any]], phases: int) -> float | None:
    """Return the seconds of the training stages; None if the head was not trained but came from DVC's cache.

    Args:
        timings: stage and seconds of each stage that was executed.
        phases: how many phases were trained; later ones pass the model on, which costs a variant nothing.
    """
    stages = (*_TRAINING[:phases], _REFIT)
    seconds = {timing["stage"]: timing["seconds"] for timing in timings if timing["stage"] in stages}
    return round(sum(seconds.values()), 1) if _TRAINING[0] in seconds else None


def make_row(run: Run, metrics: Path, minutes: float, seconds: float | None, sources: dict[str, str]) -> dict[str, Any]:
    """Return the row of a finished run from its metrics, with the recall of every class.

    Args:
        metrics: folder with evaluate.json, train_phase1.json and the others.
        minutes: wall-clock time of the whole command.
        seconds: of training, see `sum_seconds`.
        sources: see `read_facts`.

    Raises:
        UserError: metrics are missing.
    """
    scores = read_json(metrics / "evaluate.json")
    test, phase = scores["test"], scores["final"]["chosen"]
    recalls = {name: values["recall"] for name, values in test["per_class"].items()}
    supported = [recalls[name] for name, values in test["per_class"].items() if values["support"]]
    if not supported:
        raise UserError(f"{metrics / 'evaluate.json'}: no class has test works")
    trained = "train_phase1" if phase == "phase1" else "finetune_phase2"
    return {
        "variant": run.variant,
        "skew": run.skew,
        "seed": run.seed,
        "phase": phase,
        "validation_accuracy": scores["validation"]["accuracy"],
        "validation_macro_f1": scores["validation"]["macro_f1"],
        "accuracy": test["accuracy"],
        "macro_f1": test["macro"]["f1"],
        "worst_recall": min(supported),
        "ece": test["ece"],
        **_find_gains(scores.get("gains", {})),
        "seconds": seconds,
        "minutes": round(minutes, 2),
        "parameters": read_json(metrics / f"{trained}.json")["n_trainable_weights"],
        **{f"recall_{name}": value for name, value in recalls.items()},
        **sources,
    }


def _find_gains(gains: dict[str, Any]) -> dict[str, float]:
    found = {}
    for gain, place in GAINS.items():
        if values := gains.get(place, {}).get("macro_f1"):
            found |= dict(zip(name_gain(gain), (values["gain"], values["low"], values["high"]), strict=True))
    return found

"""Tell whether runs of a campaign had the same parameters besides those that their variants set."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from artstyle.campaigns import Run, as_text
from artstyle.errors import UserError
from artstyle.tables import read_json, write_json

KEEP, AGAIN = "keep", "again"
COLUMN = "parameters_md5"
# Told apart by the row itself; `train_skew` is the skew.
_OF_THE_RUN = ("dataset", "seed", "split.train_skew")
# Read by no stage up to `evaluate`, or only to draw the demo, whose pictures have a hash of their own.
_ELSEWHERE = ("draw_demo", "outliers", "picture_suspects")
_PHASES = {2: "finetune_phase2", 3: "pseudolabel_phase3"}
_RUN = ["variant", "skew", "seed"]
Parameters = dict[str, str]


def flatten_parameters(path: Path) -> Parameters:
    """Return params.yaml as dotted name -> value as text, without what no campaign runs."""
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    flat = _flatten(values if isinstance(values, dict) else {})
    return {name: text for name, text in flat.items() if name.split(".")[0] not in _ELSEWHERE}


def hash_parameters(parameters: Parameters) -> str:
    """Return the MD5 that stands for parameters in a row."""
    return hashlib.md5(json.dumps(parameters, sort_keys=True).encode(), usedforsecurity=False).hexdigest()


def find_parameters(table: Path) -> Path:
    """Return where the parameters of a campaign's rows lie, given its table."""
    return table.with_name(f"{table.stem}_parameters.json")


def read_parameters(table: Path) -> dict[str, Parameters]:
    """Return the parameters that rows of a campaign refer to, by their MD5; none if the file is not there."""
    path = find_parameters(table)
    return read_json(path) if path.is_file() else {}


def note_parameters(table: Path, parameters: Parameters) -> None:
    """Add parameters to those that rows of a campaign can refer to."""
    write_json(find_parameters(table), read_parameters(table) | {hash_parameters(parameters): parameters})


def read_overrides(command: str) -> Parameters:
    """Return what a `dvc exp run` command sets, dotted name -> value as text."""
    words = command.split(" ")
    pairs = [words[i + 1].split("=", 1) for i, word in enumerate(words[:-1]) if word == "-S"]
    return {name: _normalise(text) for name, text in pairs}


def find_differences(one: Parameters, other: Parameters) -> list[str]:
    """Return the sorted names of the parameters that two runs both have, with different values that had an effect.

    A parameter that only one of them has came with newer code, which the commits of the rows tell apart. Seed, data set
    and skew do not count, nor do the parameters of phases that neither trained.
    """
    phases = max(int(each.get("phases", 3)) for each in (one, other))
    idle = tuple(f"{section}." for phase, section in _PHASES.items() if phase > phases)
    names = (set(one) & set(other)) - set(_OF_THE_RUN)
    return sorted(name for name in names if one[name] != other[name] and not name.startswith(idle))


def find_settings(row: dict[str, Any], known: dict[str, Parameters]) -> Parameters | None:
    """Return all parameters of the run behind a row, or None where they were not noted."""
    noted = known.get(row.get(COLUMN, ""))
    return None if noted is None else noted | read_overrides(row["command"])


def part_rows(rows: pd.DataFrame, runs: list[Run], now: Parameters, table: Path, others: str | None) -> pd.DataFrame:
    """Return the rows that count as finished runs.

    Args:
        rows: of the campaign; one whose parameters were not noted counts if its command is that of its run now.
        runs: that are asked for; rows of other runs are no matter.
        now: params.yaml.
        table: where the rows come from.
        others: what to do with rows of other parameters: `keep` (they count), `again` (they do not) or None (refuse).

    Raises:
        UserError: there are such rows, and nothing says what to do with them.
    """
    known = read_parameters(table)
    wanted = {(run.variant, run.skew, str(run.seed)): " ".join(run.command) for run in runs}
    finished, differ = [], {}
    for index, row in zip(rows.index, rows.to_dict("records"), strict=True):
        command = wanted.get(tuple(str(row[key]) for key in _RUN))
        settings = find_settings(row, known)
        if command is None or (settings is None and command == row["command"]):
            finished.append(index)
        elif settings is not None:
            wished = now | read_overrides(command)
            names = find_differences(settings, wished)
            if not names or others == KEEP:
                finished.append(index)
            else:
                differ[index] = f"{names[0]} was {settings[names[0]]} and is {wished[names[0]]}"
    if differ and others is None:
        first = rows.loc[next(iter(differ))]
        raise UserError(
            f"{table}: {len(differ)} of {len(rows)} rows have other parameters than their runs would have now (first:"
            f" {first['variant']}, seed {first['seed']}: {next(iter(differ.values()))}); --others again runs them anew,"
            " --others keep leaves them, and the report then compares only runs of the same parameters"
        )
    return rows.loc[finished]


def find_incomparable(
    rows: pd.DataFrame, known: dict[str, Parameters], variants: dict[str, Iterable[str]], reference: str
) -> set[tuple[str, str, int]]:
    """Return the runs that differ from the reference's run of that skew and seed in more than their variants set.

    Args:
        rows: of the campaign; runs whose parameters were not noted are taken as comparable.
        known: see `read_parameters`.
        variants: names of the parameters that each variant sets; rows of others are left out.
        reference: one of them.
    """
    rows = rows[rows["variant"].isin(variants)]
    runs = {(row["variant"], row["skew"], row["seed"]): row for row in rows.to_dict("records")}
    incomparable = set()
    for (variant, skew, seed), row in runs.items():
        other = runs.get((reference, skew, seed))
        settings = [find_settings(each, known) for each in (row, other) if each]
        if len(settings) < 2 or None in settings:
            continue
        if set(find_differences(*settings)) - {*variants[variant], *variants[reference]}:
            incomparable.add((variant, skew, seed))
    return incomparable


def _flatten(values: dict[str, Any], place: str = "") -> Parameters:
    flat = {}
    for name, value in values.items():
        part = _flatten(value, f"{place}{name}.") if isinstance(value, dict) else None
        flat |= {f"{place}{name}": _normalise(as_text(value))} if part is None else part
    return flat


def _normalise(text: str) -> str:
    """Write a number in one way, whether YAML took `5e-4` for a number or not."""
    try:
        return format(float(text), ".12g")
    except ValueError:
        return text

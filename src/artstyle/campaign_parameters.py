"""Tell whether runs of a campaign had the same parameters besides those that their variants set."""

from collections.abc import Container, Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from artstyle.campaign_settings import Parameters, Settings, find_differences, hash_parameters, read_overrides
from artstyle.campaigns import Run
from artstyle.errors import UserError
from artstyle.tables import read_json, write_json

KEEP, AGAIN = "keep", "again"
COLUMN = "parameters_md5"
_RUN = ["variant", "skew", "seed"]


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


def find_settings(row: dict[str, Any], known: dict[str, Parameters]) -> Settings | None:
    """Return all parameters of the run behind a row, or None where they were not noted."""
    noted = known.get(row.get(COLUMN, ""))
    return None if noted is None else Settings(noted, read_overrides(row["command"]))


def part_rows(
    rows: pd.DataFrame, runs: list[Run], now: Parameters, table: Path, others: str | None, data_md5: str | None = None
) -> pd.DataFrame:
    """Return the rows that count as finished runs.

    Args:
        rows: of the campaign; one whose parameters were not noted counts if its command is that of its run now.
        runs: that are asked for; rows of other runs are no matter.
        now: params.yaml.
        table: where the rows come from.
        others: what to do with rows of other parameters: `keep` (they count), `again` (they do not) or None (refuse).
        data_md5: of the pictures now, if known; rows of other pictures are treated alike.

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
            difference = _tell_difference(settings, Settings(now, read_overrides(command)))
            if data_md5 and row["data_md5"] != data_md5:
                difference = f"the pictures had the hash {row['data_md5']} and have {data_md5}"
            if difference is None or others == KEEP:
                finished.append(index)
            else:
                differ[index] = difference
    if differ and others is None:
        first = rows.loc[next(iter(differ))]
        raise UserError(
            f"{table}: {len(differ)} of {len(rows)} rows have other parameters than their runs would have now (first:"
            f" {first['variant']}, seed {first['seed']}: {next(iter(differ.values()))}); --others again runs them anew,"
            " --others keep leaves them, and the report then pairs only runs of the same parameters"
        )
    return rows.loc[finished]


def find_incomparable(
    rows: pd.DataFrame, known: dict[str, Parameters], variants: dict[str, Iterable[str]], reference: str
) -> set[tuple[str, str, int]]:
    """Return the runs that differ from the reference's of that skew and seed in pictures, or in what no variant sets.

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
        names = set(find_differences(*settings)) - {*variants[variant], *variants[reference]}
        if names or row["data_md5"] != other["data_md5"]:
            incomparable.add((variant, skew, seed))
    return incomparable


def find_mixed(rows: pd.DataFrame, known: dict[str, Parameters], besides: Container[str] = ()) -> list[str]:
    """Return a line for each variant and skew whose runs differ in parameters or pictures among themselves.

    Args:
        rows: of the variants that are reported; runs whose parameters were not noted are left out.
        known: see `read_parameters`.
        besides: names that may differ.
    """
    lines = []
    for (variant, skew), part in rows.groupby(["variant", "skew"], sort=False):
        records = part.to_dict("records")
        settings = [each for each in (find_settings(row, known) for row in records) if each]
        names = {name for each in settings[1:] for name in find_differences(settings[0], each)}
        names = sorted(name for name in names if name not in besides)
        if len(set(part["data_md5"])) > 1:
            names.append("the pictures")
        if names:
            lines.append(f"{variant} (skew {skew}): {', '.join(names)}")
    return lines


def _tell_difference(was: Settings, now: Settings) -> str | None:
    names = find_differences(was, now)
    if not names:
        return None
    values = [each.all.get(names[0], "not set") for each in (was, now)]
    return f"{names[0]} was {values[0]} and is {values[1]}"

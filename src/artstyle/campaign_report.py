"""Make the report of a campaign from its committed rows and counts, and from nothing else."""

from pathlib import Path
from typing import Any

import pandas as pd

from artstyle.campaign_counts import find_counts, read_counts
from artstyle.campaign_parameters import find_incomparable, find_mixed, read_parameters
from artstyle.campaign_plots import draw_differences, draw_recalls
from artstyle.campaign_rows import RUN, read_rows
from artstyle.campaign_summary import summarise_campaign
from artstyle.campaign_text import write_report
from artstyle.campaigns import list_settings
from artstyle.errors import UserError
from artstyle.evaluation_names import TOGETHER
from artstyle.fold_report import pool_folds, write_fold_report
from artstyle.fold_together import describe_gains, pool_together
from artstyle.tables import write_table, write_whole

N_RESAMPLES = 10_000
SEED = 1


def build_report(
    name: str, campaign: dict[str, Any], dataset: str, folder: Path
) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    """Return the report as Markdown, the summary and the recalls, see `summarise_campaign`.

    Of a campaign with `folds` the summary is that of `pool_folds`, and instead of recalls there is the same for works
    judged together, empty if there are none.

    Args:
        name: of the campaign; campaign: see `read_campaign`.
        dataset: name of the pictures.
        folder: with <table>.csv and <table>_counts.csv.gz.

    Raises:
        UserError: there are no runs, or rows and counts do not agree.
    """
    table, reference = campaign["table"], campaign["reference"]
    rows, counts = read_rows(folder / f"{table}.csv"), read_counts(find_counts(folder / f"{table}.csv"))
    variants = list(campaign["variants"])
    remade = f"python src/report_campaign.py --campaign {name} --dataset {dataset}"
    if campaign.get("folds"):
        _refuse_mixed(rows[rows["variant"].isin(variants)], folder / f"{table}.csv")
        return _build_folds(rows, counts, variants, name, dataset, folder, table, remade)
    known = read_parameters(folder / f"{table}.csv")
    others = find_incomparable(rows, known, list_settings(campaign, dataset), reference)
    summary, recalls = summarise_campaign(
        rows, counts, variants, reference, n_resamples=N_RESAMPLES, seed=SEED, incomparable=others
    )
    whys = {variant: values["why"] for variant, values in campaign["variants"].items()}
    facts = {
        "campaign": name,
        "dataset": dataset,
        "table": table,
        "reference": reference,
        "mixed": find_mixed(rows[rows["variant"].isin(variants)], known),
        "whys": {variant: why for variant, why in whys.items() if variant in set(rows["variant"])},
        "n_resamples": N_RESAMPLES,
        "command": remade,
        "plots": {
            f"{table}_differences.svg": f"Difference of every variant to {reference}",
            f"{table}_recalls.svg": "Recall of every class in every variant",
        },
    }
    return write_report(summary, rows[rows["variant"].isin(variants)], facts), summary, recalls


def _refuse_mixed(rows: pd.DataFrame, table: Path) -> None:
    if "test_md5" not in rows or not len(rows):
        return  # told later
    mixed = find_mixed(rows.assign(variant="the folds"), read_parameters(table), besides=("split.fold",))
    if mixed:
        raise UserError(f"{table}: works are pooled over folds, but their runs differ in parameters; {mixed[0]}")


def _build_folds(rows, counts, variants, name, dataset, folder, table, remade):
    if "test_md5" not in rows:
        raise UserError("no finished runs to report, or rows of an older form; run the campaign first")
    summary, recalls = pool_folds(rows, counts, variants, n_resamples=N_RESAMPLES, seed=SEED)
    facts = {"campaign": name, "dataset": dataset, "table": table, "n_resamples": N_RESAMPLES, "command": remade}
    rows = rows[rows["variant"].isin(variants)]
    tested = counts.merge(rows[RUN], on=RUN).groupby("variant")["n"].sum()
    rows = rows.assign(n_test=rows["variant"].map(tested))
    judged = read_counts(find_counts(folder / f"{table}.csv", TOGETHER))
    together = pool_together(rows, counts, judged, variants, n_resamples=N_RESAMPLES, seed=SEED)
    if together:
        facts["gains"] = describe_gains(together[0], table)
    text = write_fold_report(summary, recalls, rows, facts, together)
    return text, summary, together[0] if together else pd.DataFrame()


def save_report(name: str, campaign: dict[str, Any], dataset: str, folder: Path) -> Path:
    """Write <table>.md, <table>_summary.csv, and plots or, of folds, <table>_together_summary.csv; return the first.

    Raises:
        UserError: as `build_report`.
    """
    text, summary, other = build_report(name, campaign, dataset, folder)
    table = campaign["table"]
    write_table(folder / f"{table}_summary.csv", round_summary(summary))
    if campaign.get("folds"):
        (folder / f"{table}_together_summary.csv").unlink(missing_ok=True)
        if len(other):
            write_table(folder / f"{table}_together_summary.csv", round_summary(other))
    else:
        draw_differences(folder / "plots" / f"{table}_differences.svg", summary, campaign["reference"])
        draw_recalls(folder / "plots" / f"{table}_recalls.svg", other, int(summary["n_seeds"].max()))
    write_whole(folder / f"{table}.md", lambda file: file.write(text))
    return folder / f"{table}.md"


def round_summary(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the summary as it is written: six decimals."""
    return summary.round(6)

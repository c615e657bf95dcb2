"""Put the summary of a campaign into words: a page of Markdown with two tables."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from artstyle.campaign_rows import RUN, name_gain
from artstyle.campaign_summary import OTHER_PARAMETERS, OTHER_WORKS, PAIRED, REFERENCE

_SCORES = ("skew", "exported model", "seeds", "validation macro-F1", "accuracy", "SD", "95 %", "macro-F1", "SD", "95 %")
_SCORES += ("worst recall", "95 %", "ECE", "seconds", "parameters")
_GAINS = ("skew", "paired seeds", "accuracy, points", "95 %", "p", "p, Holm", "macro-F1", "95 %", "p", "p, Holm")


def write_report(summary: pd.DataFrame, rows: pd.DataFrame, facts: dict[str, Any]) -> str:
    """Return the report as Markdown.

    Args:
        summary: see `summarise_campaign`.
        rows: of the campaign.
        facts: campaign, dataset, table (file name without ending), reference, whys (variant -> sentence),
            n_resamples, command (that makes the report again), plots (file names), and, if some runs of a variant had
            other parameters, mixed (a line for each).
    """
    reference = facts["reference"]
    lines = [f"# Campaign {facts['campaign']}, data set {facts['dataset']}", "", *_introduce(summary, rows, facts), ""]
    lines += format_table(("variant", *_SCORES), [_list_scores(row) for row in summary.to_dict("records")])
    lines += ["", f"## Difference to {reference}", "", *_explain_pairs(summary, facts), ""]
    others = summary[summary["pairing"] != REFERENCE].to_dict("records")
    lines += format_table(("variant", *_GAINS), [_list_gains(row) for row in others])
    lines += ["", *(f"![{words}](plots/{name})" for name, words in facts["plots"].items())]
    lines += _report_gains(rows, "phase2_gain", "fine-tuning over the head")
    lines += _report_gains(rows, "pseudo_gain", "the pseudo-labels over their control")
    lines += ["", "## Variants", "", *(f"- **{name}**: {why}" for name, why in facts["whys"].items())]
    return "\n".join(lines) + "\n"


def _introduce(summary: pd.DataFrame, rows: pd.DataFrame, facts: dict[str, Any]) -> list[str]:
    tests = " to ".join(str(n) for n in sorted({summary["n_test"].min(), summary["n_test"].max()}))
    text = [
        f"{len(rows)} runs, {tests} test works, {name_sources(rows, facts)}",
        "",
        f"Mean over seeds, standard deviation over seeds (SD), and intervals that hold 95 % of {facts['n_resamples']}"
        " resamples of artists and seeds. A seed is also another split, so that the SD is that of painters as well."
        " Seconds are those of training. **Choose by validation macro-F1; the test scores only report.**",
    ]
    few = int(summary["n_seeds"].min())
    if few < 3:
        seeds = f"{few} seed{'' if few == 1 else 's'}"
        text += ["", f"Some variants have {seeds} only: the spread over seeds is unsure and the intervals too narrow."]
    if facts.get("mixed"):
        text += ["", f"Not all runs of a variant had the same parameters: {'; '.join(facts['mixed'])}."]
    return text


def name_sources(rows: pd.DataFrame, facts: dict[str, Any]) -> str:
    """Return in words where a report comes from: data, code, rows, counts and the command that makes it again.

    Args:
        rows: of the campaign.
        facts: table (file name without ending) and command.
    """
    commits = ", ".join(f"`{commit[:7]}`" for commit in dict.fromkeys(rows["commit"]))
    data = ", ".join(f"`{md5[:8]}`" for md5 in dict.fromkeys(rows["data_md5"]))
    table = facts["table"]
    return (
        f"data md5 {data}, code at {commits}; every run with its command is in [{table}.csv]({table}.csv). This page"
        f" comes from there and from [{table}_counts.csv.gz]({table}_counts.csv.gz) by `{facts['command']}`."
    )


def _explain_pairs(summary: pd.DataFrame, facts: dict[str, Any]) -> list[str]:
    unpaired = sorted(set(summary["variant"][summary["pairing"] == OTHER_WORKS]))
    text = [
        f"Runs are paired by seed and artist: a variant and {facts['reference']} with the same skew, seed and test"
        " works. p is two-sided, from the same resamples; Holm's correction is over those of a score and skew.",
    ]
    changed = sorted(set(summary["variant"][summary["pairing"] == OTHER_PARAMETERS]))
    if changed:
        text += ["", f"Not paired, since their runs had other parameters than the reference: {', '.join(changed)}."]
    if unpaired:
        names = ", ".join(unpaired)
        text += [
            "",
            f"Not paired, since their test works are others: {names}. Do not compare their scores with the rest.",
        ]
    return text


def _report_gains(rows: pd.DataFrame, gain: str, words: str) -> list[str]:
    """Return a section on what a phase gained in each run: the exported model may be that of an earlier phase."""
    columns = name_gain(gain)
    if gain not in rows:
        return []
    gains = rows[columns].apply(pd.to_numeric, errors="coerce").dropna().to_dict("index")
    if not gains:
        return []
    places = {index: [str(value) for value in rows.loc[index, RUN]] for index in gains}
    cells = [[*places[i], _signed(values[gain]), _interval(values, gain, _signed)] for i, values in gains.items()]
    return [
        "",
        f"## Gain of {words}",
        "",
        "Macro-F1 on the test works of one run, with intervals over resampled artists. Both models are compared"
        " whichever of all phases was exported; the tables above score the exported one.",
        "",
        *format_table(("variant", "skew", "seed", "macro-F1", "95 %"), cells),
    ]


def _list_scores(row: dict[str, Any]) -> list[str]:
    spread = [_number(row[f"{name}_sd"], digits) for name, digits in (("accuracy", 1), ("macro_f1", 3))]
    return [
        row["variant"],
        row["skew"],
        row["phase"],
        str(row["n_seeds"]),
        _number(row["validation_macro_f1"], 3),
        format_percent(row["accuracy"]),
        format_percent(row["accuracy_sd"]) if spread[0] else "",
        _interval(row, "accuracy", format_percent),
        _number(row["macro_f1"], 3),
        spread[1],
        _interval(row, "macro_f1"),
        _number(row["worst_recall"], 3),
        _interval(row, "worst_recall"),
        _number(row["ece"], 3),
        _number(row["seconds"], 0),
        f"{row['parameters']:,.0f}",
    ]


def _list_gains(row: dict[str, Any]) -> list[str]:
    cells = [row["variant"], row["skew"], str(row["n_paired"]) if row["pairing"] == PAIRED else row["pairing"]]
    for name, write in (("accuracy", _points), ("macro_f1", _signed)):
        cells += [write(row[f"{name}_difference"]), _interval(row, f"{name}_difference", write)]
        cells += [_number(row[f"{name}_p"], 4), _number(row[f"{name}_p_holm"], 4)]
    return cells


def format_table(head: Sequence[str], cells: list[list[str]], n_names: int = 2) -> list[str]:
    """Return a table as lines of Markdown; numbers to the right of the first `n_names` columns."""
    rule = ["---"] * n_names + ["---:"] * (len(head) - n_names)
    return [f"| {' | '.join(row)} |" for row in (head, rule, *cells)]


def _interval(row: dict[str, Any], name: str, write=None) -> str:
    write = write or (lambda value: _number(value, 3))
    limits = [write(row[f"{name}_{end}"]) for end in ("low", "high")]
    return " to ".join(limits) if all(limits) else ""


def _number(value: float, digits: int) -> str:
    return "" if pd.isna(value) else f"{value:.{digits}f}"


def format_percent(value: float) -> str:
    """Return a share (0..1) in percent with one decimal, nothing for NaN."""
    return "" if pd.isna(value) else f"{value:.1%}".replace("%", " %")


def _points(value: float) -> str:
    return "" if pd.isna(value) else f"{100 * value:+.1f}"


def _signed(value: float) -> str:
    return "" if pd.isna(value) else f"{value:+.3f}"

"""The marked parts of pages that come from results/: between `<!-- NAME:begin -->` and `<!-- NAME:end -->`."""

from pathlib import Path
from typing import Any

import pandas as pd

from artstyle.campaign_counts import find_counts, read_counts
from artstyle.campaign_rows import RUN, read_rows
from artstyle.errors import UserError
from artstyle.fold_report import list_pooled
from artstyle.readme_findings import (
    describe_clean_up,
    describe_every_painter,
    describe_outliers,
    describe_styles,
    describe_together,
    describe_trust,
)
from artstyle.score_table import format_scores
from artstyle.tables import read_json, read_table

_BASELINES = {
    "linear": "baseline: linear head on the frozen backbone",
    "artist_lookup": "baseline: artist lookup (sees no picture)",
    "majority": "baseline: majority class",
}
# Campaigns that compare variants, by the name of their marks; tables are named alike, with _ for -.
_CAMPAIGNS = (
    "ablation",
    "ablation-phase2",
    "heads",
    "noise",
    "resolution",
    "backbones",
    "artist-weights",
    "variants",
    "variants-phases",
)
# Page: the blocks on it that come from results/.
_PAGES = {
    "README.md": ("results", "styles", "trust", "outliers"),
    "docs/findings.md": ("folds", "folds-together", *_CAMPAIGNS, "cleanup"),
}
_NO_CAMPAIGN = "The campaign has not been run on the real paintings yet."
_NOT_TOGETHER = "No fold was run since the works of each painter are judged together as well."
_MODES = {"artist": "Artists never seen in training", "random": "Random split"}


def fill_blocks(text: str, blocks: dict[str, str], page: str = "README.md") -> str:
    """Return the text of a page with these blocks between their marks.

    Raises:
        UserError: a mark is missing, double or in the wrong order.
    """
    for name, block in blocks.items():
        begin, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->"
        if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
            raise UserError(f"{page}: needs the marks {begin.strip()} and {end}, once and in this order")
        text = text[: text.index(begin) + len(begin)] + block + "\n" + text[text.index(end) :]
    return text


def build_pages(root: Path, with_demo: bool = False) -> dict[str, dict[str, str]]:
    """Return the blocks of every page below `root`, by page and name of their marks.

    Args:
        root: folder with results/ and, for the demo, metrics/.
        with_demo: the score table of the demo run in the workspace as well.

    Raises:
        UserError: a file is missing.
    """
    blocks = build_results(root)
    pages = {page: {name: blocks[name] for name in names} for page, names in _PAGES.items()}
    if with_demo:
        pages["README.md"]["demo-scores"] = build_demo(root)
    return pages


def build_results(root: Path) -> dict[str, str]:
    """Return the blocks that follow from results/, by the name of their marks.

    Raises:
        UserError: a file is missing.
    """
    folder = root / "results" / "wikiart"
    run = folder / "artist"
    return {
        "results": "\n\n".join([describe_modes(read_json(folder / "summary.json")), *_list_every_painter(folder)]),
        "styles": _describe_styles(folder / "folds.csv"),
        "trust": describe_trust(read_json(run / "evaluate.json"), read_json(run / "run.json")),
        "outliers": describe_outliers(read_json(folder / "outliers.json")),
        "cleanup": describe_clean_up(read_table(folder / "clean_up.csv", ["kind", "treatment", "command"])),
        **{name: _describe_campaign(folder / f"{name.replace('-', '_')}_summary.csv") for name in _CAMPAIGNS},
        "folds": _describe_folds(folder / "folds_summary.csv"),
        "folds-together": _describe_folds(folder / "folds_together_summary.csv", _NOT_TOGETHER),
    }


def _describe_campaign(summary: Path) -> str:
    return describe_variants(pd.read_csv(summary)) if summary.is_file() else _NO_CAMPAIGN


def _describe_folds(summary: Path, without: str = _NO_CAMPAIGN) -> str:
    return "\n".join(list_pooled(pd.read_csv(summary))) if summary.is_file() else without


def _describe_styles(rows: Path) -> str:
    if not rows.is_file():
        return _NO_CAMPAIGN
    return describe_styles(read_counts(find_counts(rows)).merge(read_rows(rows)[RUN], on=RUN))


def _list_every_painter(folder: Path) -> list[str]:
    if not (summary := folder / "folds_summary.csv").is_file():
        return []
    rows, together = (
        read_table(folder / "folds.csv", ["commit", "data_md5", "ece"]),
        folder / "folds_together_summary.csv",
    )
    judged = [describe_together(pd.read_csv(together))] if together.is_file() else []
    return [describe_every_painter(pd.read_csv(summary), rows), *judged]


def build_demo(root: Path) -> str:
    """Return the score table of the run in the workspace, as `make repro` prints it.

    Raises:
        UserError: there was no run.
    """
    return f"```\n{format_scores(read_json(root / 'metrics' / 'evaluate.json'))}\n```"


def describe_modes(summary: dict[str, Any]) -> str:
    """Return table and notes of the collected runs in both split modes, from summary.json.

    Raises:
        UserError: a split mode was not collected.
    """
    for mode in _MODES:
        if mode not in summary:
            raise UserError(f"summary.json: no run with split.by={mode}; run `make wikiart-results`")
    heads = ("artists never seen in training: accuracy", "macro-F1", "random split: accuracy", "macro-F1")
    lines = [f"| | {' | '.join(heads)} |", f"| --- |{' ---: |' * len(heads)}"]
    rows = {"**final model**": summary}
    together = {mode: summary[mode].get("together") for mode in _MODES}
    if any(together.values()):
        rows["**the same, the works of each painter judged together**"] = together
    rows |= {words: {mode: summary[mode][name] for mode in _MODES} for name, words in _BASELINES.items()}
    for words, scores in rows.items():
        cells = [_show_scores(scores[mode]) for mode in _MODES]
        lines.append(f"| {words} | {' | '.join(cells)} |")
    for mode, words in _MODES.items():
        lines += ["", f"{words}: {_describe_run(summary[mode])}"]
    return "\n".join(lines)


def _show_scores(scores: dict[str, Any] | None) -> str:
    return f"{_percent(scores['accuracy'])} | {scores['macro_f1']:.3f}" if scores else " | "


def _describe_run(run: dict[str, Any]) -> str:
    final = f"{run['final']}, refitted with the validation works" if run.get("refit") else run["final"]
    parts = [f"{run['n_test']} test works", f"final model {final}"]
    if "intervals" in run:
        low, high = (_percent(run["intervals"]["accuracy"][end]) for end in ("low", "high"))
        parts.append(f"accuracy between {low} and {high} in 95 % of resamples of the test artists")
    before = f" (before calibration {run['ece_uncalibrated']:.3f})" if "ece_uncalibrated" in run else ""
    parts.append(f"ECE {run['ece']:.3f}{before}")
    untimed = run.get("untimed")
    reach = f"without {' and '.join(untimed)}, taken from the cache," if untimed else "in all"
    costs = f"{run['seconds'] / 60:.0f} minutes {reach} on 2 cores, at most {run['peak_mib']} MiB"
    source = f"seed {run['seed']}, data md5 `{run['data_md5'][:8]}`, commit `{run['commit'][:7]}`, `{run['command']}`"
    return f"{', '.join(parts)}, loss {run['loss']:.3f}; {costs}; {source}."


def describe_variants(summary: pd.DataFrame) -> str:
    """Return a short table of a campaign: mean scores and the difference to the reference with its interval."""
    heads = ("skew", "seeds", "accuracy", "macro-F1", "worst recall", "ECE", "macro-F1, difference", "95 %", "p, Holm")
    lines = [f"| variant | {' | '.join(heads)} |", f"| --- | --- |{' ---: |' * (len(heads) - 1)}"]
    for row in summary.to_dict("records"):
        cells = [row["variant"], row["skew"], f"{row['n_seeds']}", _percent(row["accuracy"]), f"{row['macro_f1']:.3f}"]
        cells += [f"{row['worst_recall']:.3f}", f"{row['ece']:.3f}"]
        if row["pairing"] == "paired":
            low, high = row["macro_f1_difference_low"], row["macro_f1_difference_high"]
            cells += [
                f"{row['macro_f1_difference']:+.3f}",
                f"{low:+.3f} to {high:+.3f}",
                f"{row['macro_f1_p_holm']:.4f}",
            ]
        else:
            cells += [row["pairing"], "", ""]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"

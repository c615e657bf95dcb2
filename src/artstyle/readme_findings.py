"""Parts of README.md that tell what single runs and experiments on the real paintings found."""

from typing import Any

import pandas as pd

from artstyle.campaign_text import format_percent
from artstyle.fold_together import list_gains
from artstyle.label_noise import KINDS, describe_noise

_NOISE = [f"noise_{n}_{kind}" for kind in KINDS for n in (2, 5, 10)]
_SCORES = ("self_confidence", "isolation_forest", "combined")
_KINDS = {"uniform": "to any class", "similar": "to the most similar class"}
_PHASES = {"phase1": "phase 1", "phase2": "phase 2", "pseudo": "pseudo-labels", "control": "their control"}
_PHASES["refit"] = "the refitted model"
_FOLDS = "python src/run_campaign.py --campaign folds --dataset wikiart"
# Characters of a hash that are shown.
_SHORT = {"data_md5": 8, "commit": 7}
_TREATMENTS = {
    "clean": "without noise",
    "noisy": "with noise",
    "dropped": "suspects dropped",
    "relabelled": "suspects relabelled",
}


def describe_trust(scores: dict[str, Any], run: dict[str, Any]) -> str:
    """Return a paragraph on how far the scores of a run carry.

    Args:
        scores: evaluate.json of the run.
        run: its run.json.
    """
    test = scores["test"]
    sizes = test["by_works_of_the_artist_in_test"].values()
    widths = [
        test[name]["accuracy"]["high"] - test[name]["accuracy"]["low"] for name in ("intervals_by_picture", "intervals")
    ]
    artists, pictures = (
        f"{test[name]['accuracy']['low']:.1%} to {test[name]['accuracy']['high']:.1%}"
        for name in ("intervals", "intervals_by_picture")
    )
    temperature = scores["final"]["temperature"]
    sureness = " (the network was too unsure of itself)" if temperature < 1 else " (the network was too sure of itself)"
    sureness = "" if f"{temperature:.2f}" == "1.00" else sureness
    text = (
        f"`{run['command']}` ({_source(run)}): accuracy {test['accuracy']:.1%}, macro-F1 {test['macro']['f1']:.3f} on"
        f" {test['n']} works by {sum(size['n_artists'] for size in sizes)} painters. Resampling painters gives"
        f" {artists}; resampling pictures would claim {pictures}, {widths[0] / widths[1]:.0%} of that width. The"
        f" calibration error is {test['ece']:.3f} ({_range(test['intervals']['ece'])} where painters are resampled,"
        f" which raises it), and was {test['ece_uncalibrated']:.3f} before scaling"
        f" by a temperature of {temperature:.2f}{sureness}."
    )
    text += _describe_works_together(scores["together"]) if "together" in scores else ""
    gains = "; ".join(_describe_gain(name, gain["macro_f1"]) for name, gain in scores["gains"].items())
    return text.replace("%", " %") + (f"\n\nGains in macro-F1, painters resampled: {gains}." if gains else "")


def _describe_works_together(found: dict[str, Any]) -> str:
    gain, outside = found["gain"]["macro_f1"], found["outside_that_class"]
    return (
        f"\n\nWith the works of each painter judged together: accuracy {found['accuracy']:.1%}"
        f" ({found['intervals']['accuracy']['low']:.1%} to {found['intervals']['accuracy']['high']:.1%}), macro-F1"
        f" {found['macro_f1']:.3f}, {gain['gain']:+.3f} ({gain['low']:+.3f} to {gain['high']:+.3f}); calibration error"
        f" {found['ece']:.3f}. Of the {outside['n']} works outside their painter's most frequent style"
        f" {outside['together']:.1%} are recognised, {outside['alone']:.1%} alone; one style for each painter would be"
        f" right for at most {found['one_class_an_artist']:.1%} of the works."
    )


def _range(limits: dict[str, float]) -> str:
    return f"{limits['low']:.3f} to {limits['high']:.3f}"


def _describe_gain(name: str, gain: dict[str, float]) -> str:
    later, earlier = name.split("_over_")
    return f"{_PHASES[later]} over {_PHASES[earlier]} {gain['gain']:+.3f} ({gain['low']:+.3f} to {gain['high']:+.3f})"


def describe_outliers(measured: dict[str, Any]) -> str:
    """Return the table of average precision for each kind of truth, with its source, from outliers.json."""
    run = measured["run"]
    lines = [
        f"Average precision, {measured['n_judged']} labels, `{run['command']}` ({_source(run)}):",
        "",
        "| truth | share wrong | self-confidence | isolation forest | combined |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    truths = {name: describe_noise(name) for name in _NOISE} | {
        "conflicts": f"{measured['truths']['conflicts']['n_wrong']} works in two styles"
    }
    for truth, words in truths.items():
        counts = measured["truths"][truth]
        cells = [f"{counts['n_wrong'] / counts['n_considered']:.3f}"]
        for score in _SCORES:
            found = measured[truth][score]["average_precision"]
            cells.append(f"{found['mean']:.3f} ({found['low']:.3f} to {found['high']:.3f})")
        lines.append(f"| {words} | {' | '.join(cells)} |")
    return "\n".join(lines)


def describe_every_painter(summary: pd.DataFrame, rows: pd.DataFrame) -> str:
    """Return a sentence on the scores over all folds of a cross-validation over painters.

    Args:
        summary: its pooled scores, all works in the first row, see `fold_report`.
        rows: one for each fold, see `campaign_rows`.
    """
    whole = summary.iloc[0]
    accuracy = [format_percent(whole[f"accuracy{end}"]) for end in ("", "_low", "_high")]
    macro_f1 = [f"{whole[f'macro_f1{end}']:.3f}" for end in ("", "_low", "_high")]
    lowest, highest = (format_percent(value) for value in (rows["accuracy"].min(), rows["accuracy"].max()))
    named = {name: ", ".join(f"`{text[:n]}`" for text in dict.fromkeys(rows[name])) for name, n in _SHORT.items()}
    return (
        f"**Every painter once, {len(rows)} folds: {accuracy[0]} and {macro_f1[0]}** on {int(whole['n_works'])} works"
        f" by {int(whole['n_artists'])} painters, each judged by a model that has seen no work of that painter;"
        f" accuracy between {accuracy[1]} and {accuracy[2]}, macro-F1 between {macro_f1[1]} and {macro_f1[2]} in 95 %"
        f" of resamples of the painters, single folds between {lowest} and {highest}, their ECE between"
        f" {rows['ece'].min():.3f} and {rows['ece'].max():.3f}; seed {rows['seed'].iloc[0]},"
        f" data md5 {named['data_md5']}, commit {named['commit']}, `{_FOLDS}`."
    )


def describe_together(summary: pd.DataFrame) -> str:
    """Return a sentence on the same cross-validation with the works of each painter judged together.

    Args:
        summary: its pooled scores, all works in the first row, see `fold_report.pool_together`.
    """
    whole = summary.iloc[0]
    accuracy = [format_percent(whole[f"accuracy{end}"]) for end in ("", "_low", "_high")]
    macro_f1 = [f"{whole[f'macro_f1{end}']:.3f}" for end in ("", "_low", "_high")]
    points, gain = list_gains(summary).values()
    return (
        f"**The same, the works of each painter judged together: {accuracy[0]} and {macro_f1[0]}**, between"
        f" {accuracy[1]} and {accuracy[2]}, {macro_f1[1]} and {macro_f1[2]}; {100 * points['']:+.1f} points"
        f" ({100 * points['_low']:+.1f} to {100 * points['_high']:+.1f}) and {gain['']:+.3f} ({gain['_low']:+.3f} to"
        f" {gain['_high']:+.3f}). No label of the works judged is used, only which of them are by one painter."
    )


def describe_styles(counts: pd.DataFrame) -> str:
    """Return a table of how well each style is recognised, best first, over all folds of a cross-validation.

    Args:
        counts: works by given and predicted class: given, predicted, n; see `campaign_counts`.
    """
    table = counts.pivot_table("n", "given", "predicted", "sum", fill_value=0)
    names = sorted({*table.index, *table.columns})
    table = table.reindex(index=names, columns=names, fill_value=0)
    given, named = table.sum(axis=1), table.sum(axis=0)
    rows = []
    for name in names:
        right, others = int(table.loc[name, name]), table.loc[name].drop(name)
        precision, recall = (right / max(int(n[name]), 1) for n in (named, given))
        f1 = 2 * right / max(int(given[name] + named[name]), 1)
        taken = (
            f"{_name_style(others.idxmax())}, {others.max() / max(int(given[name]), 1):.0%}" if others.any() else "-"
        )
        rows.append(
            (
                -recall,
                [_name_style(name), f"{int(given[name])}", f"{recall:.3f}", f"{precision:.3f}", f"{f1:.3f}", taken],
            )
        )
    head = ("style", "works", "recall", "precision", "F1", "most often taken for")
    lines = [f"| {' | '.join(head)} |", "| --- | ---: | ---: | ---: | ---: | --- |"]
    return "\n".join(lines + [f"| {' | '.join(cells)} |".replace("%", " %") for _, cells in sorted(rows)])


def _name_style(name: str) -> str:
    return name.replace("_", " ")


def describe_clean_up(rows: pd.DataFrame) -> str:
    """Return the table of test accuracy and of wrong labels in training, means over seeds, from clean_up.csv."""
    first = rows.iloc[0]
    lines = [
        f"Test accuracy and, in brackets, wrong labels in training; means of {rows['seed'].nunique()} seeds,"
        f" `{first['command']}` ({_source(first)}):",
        "",
        f"| noise | {' | '.join(_TREATMENTS.values())} |",
        f"| --- |{' ---: |' * len(_TREATMENTS)}",
    ]
    for (kind, share), part in rows.groupby(["kind", "share"], sort=False):
        mean = part.groupby("treatment")[["test_accuracy", "n_wrong"]].mean()
        cells = [
            f"{100 * mean.loc[name, 'test_accuracy']:.1f} % ({mean.loc[name, 'n_wrong']:.0f})" for name in _TREATMENTS
        ]
        lines.append(f"| {100 * share:g} % {_KINDS[kind]} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _source(run: Any) -> str:
    seed = f"seed {run['seed']}, " if isinstance(run, dict) else ""  # several seeds stand in the command of a table
    return f"{seed}data md5 `{run['data_md5'][:8]}`, commit `{run['commit'][:7]}`"

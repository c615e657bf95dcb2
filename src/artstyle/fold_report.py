"""Report a campaign whose variants are the folds of one cross-validation: every work counts once, in one table."""

import re
from typing import Any

import numpy as np
import pandas as pd

from artstyle.campaign_resampling import SCORES, draw_weights, find_interval, score_counts, weigh_counts
from artstyle.campaign_rows import RUN
from artstyle.campaign_scores import score_runs
from artstyle.campaign_text import format_percent, format_table, name_sources
from artstyle.errors import UserError

ALL = "all works"
# Artists by their number of tested works, at most.
_SIZES = {"artists with 1 to 5 works": 5, "artists with 6 to 50 works": 50, "artists with more than 50 works": np.inf}


def pool_folds(
    rows: pd.DataFrame, counts: pd.DataFrame, folds: list[str], *, n_resamples: int, seed: int
) -> tuple[pd.DataFrame, pd.Series]:
    """Return the scores over all folds together, and the recall of every class.

    The first row of the table has `SCORES` of all works, the others the accuracy on works of artists of some size;
    limits (`_low`, `_high`) hold 95 % of resamples of artists.

    Args:
        rows: see `campaign_rows`; counts: see `campaign_counts`; one run for each fold.
        folds: names of the variants that make up the cross-validation.
        n_resamples: number of resamples; seed: of the draws.

    Raises:
        UserError: a fold is missing or was run twice, folds do not make up one cross-validation, an artist stands in
            two of them, or rows and counts do not agree.
    """
    rows = rows[rows["variant"].isin(folds)]
    counts = counts.merge(rows[RUN], on=RUN)  # others may be there, of a run whose row was taken out
    _check(rows, counts, folds, seed)
    table, classes = tabulate_artists(rows, counts)
    return score_artists(table, classes, draw_weights(len(table), n_resamples, seed, "artists"))


def tabulate_artists(rows: pd.DataFrame, counts: pd.DataFrame) -> tuple[np.ndarray, list[str]]:
    """Return works by artist, given and predicted class, int (artists, k, k), and the names of the classes."""
    classes = [name.removeprefix("recall_") for name in rows if name.startswith("recall_")]
    artists, places = np.unique(counts["artist"].to_numpy(dtype=object), return_inverse=True)
    table = np.zeros((len(artists), len(classes), len(classes)), dtype=np.int64)
    index = {name: i for i, name in enumerate(classes)}
    np.add.at(table, (places, counts["given"].map(index), counts["predicted"].map(index)), counts["n"])
    return table, classes


def score_artists(table: np.ndarray, classes: list[str], weights: np.ndarray) -> tuple[pd.DataFrame, pd.Series]:
    """Return what `pool_folds` does, from a table of `tabulate_artists` and draws of artists, (resamples, artists)."""
    facts = [{"works": ALL, **_score(table, weights, SCORES)}]
    sizes, least = table.sum(axis=(1, 2)), 0
    for name, most in _SIZES.items():
        chosen = (sizes > least) & (sizes <= most)
        if chosen.any():
            facts.append({"works": name, **_score(table[chosen], weights[:, chosen], ("accuracy",))})
        least = most
    total = table.sum(axis=0)
    return pd.DataFrame(facts), pd.Series(np.diag(total) / np.maximum(total.sum(axis=1), 1), index=classes)


def _check(rows: pd.DataFrame, counts: pd.DataFrame, folds: list[str], seed: int) -> None:
    for fold in folds:
        if (n := int((rows["variant"] == fold).sum())) != 1:
            raise UserError(f"{fold}: has {n} runs; a cross-validation needs one of each fold")
    for name in ("skew", "seed", "data_md5"):
        if len(set(rows[name])) > 1:
            raise UserError(f"folds of more than one {name} do not make a cross-validation: {', '.join(folds)}")
    found = [re.search(r"(?:^|;)split\.fold=(\d+)/(\d+)(?:;|$)", str(text)) for text in rows["overrides"]]
    parts = sorted(tuple(map(int, match.groups())) if match else (0, 0) for match in found)
    if parts != [(number, len(folds)) for number in range(1, len(folds) + 1)]:
        raise UserError(f"split.fold of {', '.join(folds)} must be 1/{len(folds)} to {len(folds)}/{len(folds)}")
    score_runs(rows, counts, 1, seed)  # only for its check that rows and counts agree
    n_folds = counts.groupby("artist")["variant"].nunique()
    if (n_folds > 1).any():
        raise UserError(f"artist {n_folds.idxmax()!r} is tested in more than one fold")


def _score(table: np.ndarray, weights: np.ndarray, names: tuple[str, ...]) -> dict[str, Any]:
    total = table.sum(axis=0)
    expected = total.sum(axis=1) > 0
    scores, resampled = score_counts(total, expected), score_counts(weigh_counts(table, weights), expected)
    facts: dict[str, Any] = {"n_artists": len(table), "n_works": int(total.sum())}
    for name in names:
        low, high = find_interval(resampled[name])
        facts |= {name: float(scores[name]), f"{name}_low": low, f"{name}_high": high}
    return facts


def write_fold_report(
    summary: pd.DataFrame,
    recalls: pd.Series,
    rows: pd.DataFrame,
    facts: dict[str, Any],
    together: tuple[pd.DataFrame, pd.Series] | None = None,
) -> str:
    """Return the report as Markdown.

    Args:
        summary, recalls: see `pool_folds`.
        rows: of the campaign.
        facts: campaign, dataset, table (file name without ending), n_resamples, command (that makes the report again),
            and `gains`, words on `together` where there is that.
        together: see `fold_together.pool_together`.
    """
    lines = [
        f"# Campaign {facts['campaign']}, data set {facts['dataset']}",
        "",
        f"{len(rows)} folds, {name_sources(rows, facts)}",
        "",
        "Every artist is in the test side of exactly one fold, so that every work is judged once, by a model that has"
        f" seen no work of its artist. Intervals hold 95 % of {facts['n_resamples']} resamples of artists. The settings"
        " of params.yaml were chosen on other splits of the same collection. Validation scores are those of the chosen"
        " model; with `refit: true` it is trained once more with the validation works before it is tested.",
        "",
        *list_pooled(summary),
        "",
    ]
    cells = []
    for row in rows.to_dict("records"):
        scores = [f"{row['validation_macro_f1']:.3f}", format_percent(row["accuracy"]), f"{row['macro_f1']:.3f}"]
        cells.append([row["variant"], row["phase"], f"{row['n_test']}", *scores])
    head = ("fold", "exported model", "test works", "validation macro-F1", "accuracy", "macro-F1")
    lines += [*format_table(head, cells), ""]
    recalled = [["recall, all works", *(f"{v:.3f}" for v in recalls)]]
    if together:
        lines += [facts["gains"], "", *list_pooled(together[0]), ""]
        recalled.append(["recall, judged together", *(f"{v:.3f}" for v in together[1])])
    lines += format_table(("class", *recalls.index), recalled, n_names=1)
    return "\n".join(lines) + "\n"


def list_pooled(summary: pd.DataFrame) -> list[str]:
    """Return the table of the scores over all folds as lines of Markdown."""
    cells = []
    for row in summary.to_dict("records"):
        known = not pd.isna(row["macro_f1"])
        accuracy = [format_percent(row[f"accuracy{end}"]) for end in ("", "_low", "_high")]
        macro_f1 = [f"{row[f'macro_f1{end}']:.3f}" if known else "" for end in ("", "_low", "_high")]
        limits = " to ".join(accuracy[1:]), " to ".join(macro_f1[1:]) if known else ""
        counts = [f"{row['n_artists']}", f"{row['n_works']}"]
        cells.append([row["works"], *counts, accuracy[0], limits[0], macro_f1[0], limits[1]])
    return format_table(("tested", "artists", "works", "accuracy", "95 %", "macro-F1", "95 %"), cells, n_names=1)

"""Pool the folds of a cross-validation with the works of each artist judged together, beside each judged alone."""

import numpy as np
import pandas as pd

from artstyle.campaign_resampling import draw_weights, find_interval, score_counts, weigh_counts
from artstyle.campaign_rows import RUN
from artstyle.campaign_text import format_percent
from artstyle.errors import UserError
from artstyle.fold_report import score_artists, tabulate_artists


def pool_together(
    rows: pd.DataFrame, counts: pd.DataFrame, together: pd.DataFrame, folds: list[str], *, n_resamples: int, seed: int
) -> tuple[pd.DataFrame, pd.Series] | None:
    """Return what `pool_folds` does, for the works of each artist judged together; None if not all folds have that.

    The first row has the gain over judging each work alone besides: `accuracy_gain` and `macro_f1_gain`, with limits
    from the same resamples of artists; of the works outside the most frequent class of their artist, their number and
    the shares that are recognised alone and together: `n_outside`, `outside_alone`, `outside_together`; and what a
    plain vote would reach, which gives all works of an artist the class that most of them are taken for alone:
    `accuracy_vote`, `macro_f1_vote`.

    Args:
        together: counts of the works judged together; all else as for `pool_folds`, which has checked it.

    Raises:
        UserError: the works judged together are not those of the counts.
    """
    rows = rows[rows["variant"].isin(folds)]
    counts, together = (table.merge(rows[RUN], on=RUN) for table in (counts, together))
    if set(together["variant"]) != set(folds):
        return None
    asked, judged = (table.groupby([*RUN, "artist", "given"])["n"].sum() for table in (counts, together))
    if not asked.equals(judged):
        raise UserError("the works judged together are not those of the folds; start the campaign again to judge them")
    (alone, classes), (table, _) = tabulate_artists(rows, counts), tabulate_artists(rows, together)
    weights = draw_weights(len(table), n_resamples, seed, "artists")
    summary, recalls = score_artists(table, classes, weights)
    expected = table.sum(axis=(0, 2)) > 0
    whole = [score_counts(part.sum(axis=0), expected) for part in (table, alone)]
    drawn = [score_counts(weigh_counts(part, weights), expected) for part in (table, alone)]
    for name in ("accuracy", "macro_f1"):
        low, high = find_interval(drawn[0][name] - drawn[1][name])
        gain = {"": float(whole[0][name] - whole[1][name]), "_low": low, "_high": high}
        summary.loc[0, [f"{name}_gain{end}" for end in gain]] = list(gain.values())
    outside = np.arange(len(classes)) != alone.sum(axis=2).argmax(axis=1)[:, None]  # (artists, k)
    summary.loc[0, "n_outside"] = n = int((alone.sum(axis=2) * outside).sum())
    for name, part in (("outside_alone", alone), ("outside_together", table)):
        summary.loc[0, name] = float((np.diagonal(part, axis1=1, axis2=2) * outside).sum() / max(n, 1))
    vote = np.zeros_like(alone)
    vote[np.arange(len(alone)), :, alone.sum(axis=1).argmax(axis=1)] = alone.sum(axis=2)
    for name in ("accuracy", "macro_f1"):
        summary.loc[0, f"{name}_vote"] = float(score_counts(vote.sum(axis=0), expected)[name])
    return summary, recalls


def list_gains(summary: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Return the gains in the summary of `pool_together`: score name -> {"": gain, "_low": ..., "_high": ...}."""
    whole, ends = summary.iloc[0], ("", "_low", "_high")
    return {name: {end: float(whole[f"{name}_gain{end}"]) for end in ends} for name in ("accuracy", "macro_f1")}


def describe_gains(summary: pd.DataFrame, table: str) -> str:
    """Return a paragraph of Markdown on what judging together gains, and on the works that it may cost.

    Args:
        summary: of `pool_together`; table: file name of the campaign's rows, without ending.
    """
    points, gain = list_gains(summary).values()
    whole, file = summary.iloc[0], f"{table}_together_counts.csv.gz"
    together, alone, voted = (format_percent(whole[n]) for n in ("outside_together", "outside_alone", "accuracy_vote"))
    return (
        f"With the works of each artist judged together, without their labels ([{file}]({file})):"
        f" {100 * points['']:+.1f} points of accuracy ({100 * points['_low']:+.1f} to {100 * points['_high']:+.1f}),"
        f" {gain['']:+.3f} of macro-F1 ({gain['_low']:+.3f} to {gain['_high']:+.3f}) over judging each alone. A"
        " plain vote, which gives all works of an artist the class that most of them are taken for, has"
        f" {voted} and {whole['macro_f1_vote']:.3f}. Of the {int(whole['n_outside'])} works outside the most frequent"
        f" class of their artist, {together} are recognised, {alone} alone. Where the commit of a row is from before"
        " works were judged together, that was done afterwards, from the predictions of the run."
    )

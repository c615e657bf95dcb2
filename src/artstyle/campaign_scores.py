"""Scores of the runs of a campaign in the test set and in every resample, from rows and counts."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from artstyle.campaign_resampling import SCORES, draw_weights, score_counts, weigh_counts
from artstyle.campaign_rows import RUN
from artstyle.errors import UserError

# Metrics are kept to six decimals.
_TOLERANCE = 2e-6


@dataclass(frozen=True)
class RunScores:
    """One run.

    Attributes:
        test_md5: stands for the test works.
        n_artists, n_works: in the test set.
        scores: score name -> its value in the test set, 0..1.
        recalls: class name -> recall, of classes with works.
        resampled: score name -> its value in each resample, float64 (resamples,).
    """

    test_md5: str
    n_artists: int
    n_works: int
    scores: dict[str, float]
    recalls: dict[str, float]
    resampled: dict[str, np.ndarray]


def score_runs(
    rows: pd.DataFrame, counts: pd.DataFrame, n_resamples: int, seed: int
) -> dict[tuple[str, str, int], RunScores]:
    """Return the scores of each run, by (variant, skew, seed).

    Args:
        rows: see `campaign_rows`; counts: see `campaign_counts`.
        n_resamples: number of resamples; all runs share the draws of artists.
        seed: of the draws.

    Raises:
        UserError: a run without counts, or whose row says other scores than its counts.
    """
    artists = np.array(sorted(set(counts["artist"])), dtype=object)
    if not len(rows) or not len(artists):
        raise UserError("no finished runs to report; run the campaign first")
    weights = draw_weights(len(artists), n_resamples, seed, "artists")
    groups = dict(list(counts.groupby(RUN)))
    scored = {}
    for row in rows.to_dict("records"):
        run = (row["variant"], row["skew"], row["seed"])
        if run not in groups:
            raise UserError(f"{_name(row)}: its row has no counts; remove the row and run the campaign again")
        scored[run] = _score_run(row, groups[run], artists, weights)
    return scored


def _score_run(row: dict, counts: pd.DataFrame, artists: np.ndarray, weights: np.ndarray) -> RunScores:
    classes = [key.removeprefix("recall_") for key, value in row.items() if key.startswith("recall_") and value != ""]
    places, table = _tabulate(row, counts, artists, classes)
    total = table.sum(axis=0)
    expected = total.sum(axis=1) > 0
    whole = {name: float(value) for name, value in score_counts(total, expected).items()}
    recalls = {name: float(total[i, i] / total[i].sum()) for i, name in enumerate(classes) if expected[i]}
    _compare(row, whole, recalls)
    resampled = score_counts(weigh_counts(table, weights[:, places]), expected)
    return RunScores(row["test_md5"], len(places), int(total.sum()), whole, recalls, resampled)


def _tabulate(
    row: dict, counts: pd.DataFrame, artists: np.ndarray, classes: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of the run's artists and their confusion counts, int (artists, k, k)."""
    index = {name: i for i, name in enumerate(classes)}
    unknown = set(counts["given"]) | set(counts["predicted"])
    unknown -= set(index)
    if unknown:
        raise UserError(f"{_name(row)}: its counts name the class {min(unknown)!r} and its row has no such recall")
    if counts.duplicated(["artist", "given", "predicted"]).any():
        raise UserError(f"{_name(row)}: its counts are there twice; remove the row and run the campaign again")
    places, own = np.unique(np.searchsorted(artists, counts["artist"].to_numpy(dtype=object)), return_inverse=True)
    table = np.zeros((len(places), len(classes), len(classes)), dtype=np.int64)
    np.add.at(table, (own, counts["given"].map(index), counts["predicted"].map(index)), counts["n"])
    return places, table


def _compare(row: dict, whole: dict[str, float], recalls: dict[str, float]) -> None:
    derived = {**{name: whole[name] for name in SCORES}, **{f"recall_{name}": value for name, value in recalls.items()}}
    for name, value in derived.items():
        if not abs(float(row[name]) - value) <= _TOLERANCE:
            raise UserError(f"{_name(row)}: its row says {name} {row[name]} and its counts {value:.6f}")


def _name(row: dict) -> str:
    return f"{row['variant']}, skew {row['skew']}, seed {row['seed']}"

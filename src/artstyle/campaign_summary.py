"""Summarise a campaign: each variant over its seeds, and what it gains on the reference, with intervals."""

from collections.abc import Container
from typing import Any

import numpy as np
import pandas as pd

from artstyle.campaign_resampling import SCORES, average_seeds, correct_holm, draw_weights, find_interval, find_p_value
from artstyle.campaign_scores import RunScores, score_runs
from artstyle.campaigns import NATURAL
from artstyle.errors import UserError

COMPARED = ("accuracy", "macro_f1")
_MEANS = ("validation_macro_f1", "ece", "seconds", "minutes", "parameters")
PAIRED, REFERENCE, NO_SEED = "paired", "reference", "no common seed"
OTHER_WORKS, OTHER_PARAMETERS = "other test works", "other parameters"
Scored = dict[tuple[str, str, int], RunScores]


def summarise_campaign(
    rows: pd.DataFrame,
    counts: pd.DataFrame,
    variants: list[str],
    reference: str,
    *,
    n_resamples: int,
    seed: int,
    incomparable: Container[tuple[str, str, int]] = (),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the summary, one row a variant and skew, and the mean recall of every class in each of them.

    `phase` names the phases whose model was exported, with the number of runs if there are several. Intervals (`_low`,
    `_high`) hold 95 % of the resamples of artists and seeds; `_sd` is the standard deviation over seeds (n - 1),
    empty for one seed. Differences are to the reference of the same skew, over the comparable seeds that have the same
    test works in both; `_p` is two-sided, `_p_holm` corrected for all comparisons of that score and skew.

    Args:
        rows: see `campaign_rows`; counts: see `campaign_counts`.
        variants: order of the summary; rows of other variants are left out.
        reference: one of them.
        n_resamples: number of resamples.
        seed: of the draws.
        incomparable: variant, skew and seed of runs that are not paired, since their parameters are others.

    Raises:
        UserError: nothing to report, or rows and counts that do not agree.
    """
    if "test_md5" not in rows:
        raise UserError("no finished runs to report, or rows of an older form; run the campaign first")
    rows = rows[rows["variant"].isin(variants)]
    scored = score_runs(rows, counts, n_resamples, seed)
    skews = sorted(set(rows["skew"]), key=lambda skew: (skew != NATURAL, len(skew), skew))
    parts, recalls = [], []
    for skew in skews:
        for variant in variants:
            part = rows[(rows["variant"] == variant) & (rows["skew"] == skew)].sort_values("seed")
            if part.empty:
                continue
            seeds = part["seed"].tolist()
            draws = draw_weights(len(seeds), n_resamples, seed, "seeds")
            facts = {"variant": variant, "skew": skew, **_describe(part)}
            facts |= _score([scored[variant, skew, number] for number in seeds], part, draws)
            parts.append(facts | _compare(scored, variant, skew, reference, n_resamples, seed, incomparable))
            recalls.append({"variant": variant, "skew": skew, **_average_recalls(scored, variant, skew, seeds)})
    summary = pd.DataFrame(parts)
    for name in COMPARED:
        place = summary.columns.get_loc(f"{name}_p") + 1
        corrected = summary.groupby("skew")[f"{name}_p"].transform(lambda values: correct_holm(values.to_numpy(float)))
        summary.insert(place, f"{name}_p_holm", corrected)
    return summary, pd.DataFrame(recalls)


def _describe(part: pd.DataFrame) -> dict[str, Any]:
    phases = part["phase"].value_counts().sort_index()
    named = phases.index[0] if len(phases) == 1 else ", ".join(f"{name} x {n}" for name, n in phases.items())
    return {"phase": named, "n_seeds": len(part)}


def _score(runs: list[RunScores], part: pd.DataFrame, draws: np.ndarray) -> dict[str, Any]:
    facts: dict[str, Any] = {"n_test": round(np.mean([run.n_works for run in runs]))}
    for name in SCORES:
        values = pd.to_numeric(part[name])
        resampled = np.stack([run.resampled[name] for run in runs], axis=1)
        low, high = find_interval(average_seeds(resampled, draws))
        facts |= {name: values.mean(), f"{name}_sd": values.std(), f"{name}_low": low, f"{name}_high": high}
    return facts | {name: pd.to_numeric(part[name], errors="coerce").mean() for name in _MEANS}


def _compare(
    scored: Scored, variant: str, skew: str, reference: str, n_resamples: int, seed: int, incomparable: Container
) -> dict[str, Any]:
    """Return pairing, number of paired seeds, and difference, limits and p-value of each compared score."""
    numbers = sorted(number for name, own, number in scored if (name, own) == (variant, skew))
    common = [number for number in numbers if (reference, skew, number) in scored]
    alike = [number for number in common if (variant, skew, number) not in incomparable]
    pairs = [(scored[variant, skew, number], scored[reference, skew, number]) for number in alike]
    pairs = [(mine, other) for mine, other in pairs if mine.test_md5 == other.test_md5]
    unpaired = OTHER_WORKS if alike else OTHER_PARAMETERS if common else NO_SEED
    pairing = REFERENCE if variant == reference else PAIRED if pairs else unpaired
    facts: dict[str, Any] = {"pairing": pairing, "n_paired": len(pairs)}
    draws = draw_weights(max(len(pairs), 1), n_resamples, seed, "seeds")
    for name in COMPARED:
        keys = [f"{name}_{what}" for what in ("difference", "difference_low", "difference_high", "p")]
        values = [np.nan] * 4
        if pairing == PAIRED:
            difference = np.stack([mine.resampled[name] - other.resampled[name] for mine, other in pairs], axis=1)
            resampled = average_seeds(difference, draws)
            point = np.mean([mine.scores[name] - other.scores[name] for mine, other in pairs])
            values = [point, *find_interval(resampled), find_p_value(resampled)]
        facts |= dict(zip(keys, values, strict=True))
    return facts


def _average_recalls(scored: Scored, variant: str, skew: str, seeds: list[int]) -> dict[str, float]:
    return pd.DataFrame([scored[variant, skew, number].recalls for number in seeds]).mean().to_dict()

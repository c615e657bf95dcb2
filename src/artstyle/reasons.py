"""Why does a forest find a work odd? SHAP values of its features, grouped into reasons that words can be found for."""

import numpy as np
import pandas as pd
from sklearn.ensemble import IsolationForest

from artstyle.forests import Forests, to_single
from artstyle.picture_statistics import STATISTICS

GROUPS = {
    "classifier": ("own_probability", "margin", "rank", "entropy"),
    "neighbours": ("agreement",),
    "look": ("centre_distance",),  # and all component_*
    **{name: (name,) for name in STATISTICS},
    "format": ("aspect",),
}
N_REASONS = 3
# (below the class, above the class)
COMPARISONS = {
    "saturation": ("colours {much}less saturated", "colours {much}more saturated"),
    "lightness": ("{much}darker", "{much}lighter"),
    "colourfulness": ("{much}less colourful", "{much}more colourful"),
    "edge_density": ("{much}fewer edges", "{much}more edges"),
    "format": ("a {much}taller format", "a {much}wider format"),
}


def explain_scores(forests: Forests, features: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    """Return the contribution of each feature to the forest's raw score of some works.

    The raw score is minus the mean depth at which the trees isolate a work; the anomaly score is 2^(raw / usual depth).
    The contributions of a work and its `base` add up to it. Positive pushes towards "outlier".

    Source: Lundberg et al., "From local explanations to global understanding with explainable AI for trees" (2020).

    Args:
        features: the columns that the forests were fitted on, all works.
        rows: positions of the works to explain, (m,).

    Returns:
        m rows, one column a feature and `base`; 0 for works of a class without a forest.
    """
    contributions = pd.DataFrame(0.0, index=range(len(rows)), columns=[*features.columns, "base"])
    values = to_single(features)
    for key, forest in forests.forests.items():
        chosen = np.flatnonzero(forests.used[rows] == key)
        if len(chosen):
            contributions.iloc[chosen] = explain_forest(forest, values[rows[chosen]])
    return contributions


def explain_forest(forest: IsolationForest, values: np.ndarray) -> np.ndarray:
    """Return SHAP values and, last, their base, float64 (m, columns + 1); rows add up to minus the mean depth.

    Args:
        values: float32 (m, columns).
    """
    import shap  # slow to import, and only this function needs it

    explainer = shap.TreeExplainer(forest)
    # shap explains the depth, where less is more suspicious.
    depth = np.asarray(explainer.shap_values(values), np.float64)
    base = np.full((len(values), 1), float(np.ravel(explainer.expected_value)[0]))
    return -np.hstack([depth, base])


def word_reasons(contributions: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Put the three strongest reasons of each work into words.

    Args:
        contributions: from `explain_scores`, m rows.
        facts: m rows for the same works: label, likely, own_probability, likely_probability, agreement,
            neighbour_label (name), neighbour_share, usual_probability and usual_agreement (medians of the class),
            centre_distance, and `STATISTICS` and aspect in standard deviations from the class.

    Returns:
        reason_1, shap_1, ... reason_3, shap_3: words, and how much earlier (in steps of depth, above 0) the trees
        isolate the work because of it. A work with fewer pushes towards "outlier" has "" and 0.
    """
    grouped = pd.DataFrame({name: _sum_group(contributions, name) for name in GROUPS})
    rows = []
    for (_, pushes), fact in zip(grouped.iterrows(), facts.itertuples(index=False), strict=True):
        strongest = pushes.sort_values(ascending=False, kind="stable").head(N_REASONS)
        reasons = [(_word(name, fact), push) if push > 0 else ("", 0.0) for name, push in strongest.items()]
        rows.append([part for reason in reasons for part in reason])
    columns = [f"{what}_{i + 1}" for i in range(N_REASONS) for what in ("reason", "shap")]
    return pd.DataFrame(rows, columns=columns)


def _sum_group(contributions: pd.DataFrame, group: str) -> pd.Series:
    columns = list(GROUPS[group])
    if group == "look":
        columns += [name for name in contributions.columns if name.startswith("component_")]
    return contributions[columns].sum(axis=1)


def _word(group: str, fact) -> str:
    label = readable(fact.label)
    if group == "classifier":
        if fact.likely != fact.label:
            likely = f"{readable(fact.likely)} {fact.likely_probability:.0%}"
            return f"the classifier gives {label} {fact.own_probability:.0%}, but {likely}"
        return f"the classifier gives {label} {fact.own_probability:.0%} (usual: {fact.usual_probability:.0%})"
    if group == "neighbours":
        if fact.neighbour_label != fact.label:
            other = f"{fact.neighbour_share:.0%} of its neighbours are {readable(fact.neighbour_label)}"
            return f"{other}, {fact.agreement:.0%} {label}"
        return f"{fact.agreement:.0%} of its neighbours are {label} (usual: {fact.usual_agreement:.0%})"
    if group == "look":
        if fact.centre_distance >= 1.05:  # below, the words would say "1.0 times"
            return f"looks unlike other {label}: {fact.centre_distance:.1f} times the usual distance from their centre"
        return f"an unusual mix of picture features for {label}"
    distance = fact.aspect if group == "format" else getattr(fact, group)
    if abs(distance) < 0.5:
        return f"{group.replace('_', ' ')} in an unusual mix for {label}"
    much = "far " if abs(distance) > 2 else ""
    return f"{COMPARISONS[group][distance > 0].format(much=much)} than other {label}"


def readable(name: str) -> str:
    """Return a class name as words."""
    return name.replace("_", " ")

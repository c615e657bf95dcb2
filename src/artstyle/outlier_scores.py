"""Three scores of how suspicious a label is, and how well each finds labels that are known to be wrong."""

import numpy as np
import pandas as pd
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score, roc_auc_score

SCORES = ("self_confidence", "isolation_forest", "combined")
PRECISION_AT = (50, 200)


def score_labels(own_probability: np.ndarray, isolation: np.ndarray) -> pd.DataFrame:
    """Return the three scores, higher = more suspicious, n rows.

    self_confidence is 1 - the out-of-fold probability of the given label (Northcutt et al., "Confident Learning",
    JAIR 2021); isolation_forest is the anomaly score as it is; combined is the mean of the rank percentiles of both.

    Args:
        own_probability: float (n,), 0..1.
        isolation: anomaly score of the forest of the given class, float (n,).
    """
    doubt = 1 - own_probability
    combined = (rank_percentiles(doubt) + rank_percentiles(isolation)) / 2
    return pd.DataFrame({"self_confidence": doubt, "isolation_forest": isolation, "combined": combined})


def rank_percentiles(scores: np.ndarray) -> np.ndarray:
    """Return the share of works ranked below each, float (n,) within 0..1; equal scores share their mean rank."""
    return (rankdata(scores) - 0.5) / len(scores)


def select_planted(truth: pd.DataFrame) -> pd.DataFrame:
    """Return painting and true_style (in lower case, `_` for blanks) of the labels that the demo made wrong."""
    wrong = truth[truth["fault"] == "wrong_label"].drop_duplicates("painting")
    styles = wrong["true_style"].str.lower().str.replace(r"[ -]", "_", regex=True)
    return wrong[["painting"]].assign(true_style=styles).reset_index(drop=True)


def list_truths(works: pd.DataFrame, planted: pd.DataFrame | None) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """List what is known about wrong labels, by kind of truth.

    `planted` are labels that the demo made wrong on purpose; `conflicts` are works that stand in two styles, one of
    which was given; `any` is both, where there are both. Works that another kind knows as doubtful are left out of a
    kind, they are no right labels either. Where a style has several labels (the target is not the style), a wrong style
    is no wrong label, and nothing is known.

    Args:
        works: columns painting, label, style, conflict; n rows.
        planted: columns painting, true_style (as in `works`), or None.

    Returns:
        kind -> (wrong bool (n,), considered bool (n,)); only kinds with at least one wrong and one right label.
    """
    if works[["style", "label"]].drop_duplicates()["style"].duplicated().any():
        return {}
    conflicts = (works["conflict"] == 1).to_numpy()
    wrong = _find_planted(works, planted) & ~conflicts
    kinds = {"planted": (wrong, ~conflicts), "conflicts": (conflicts, ~wrong)}
    if wrong.any() and conflicts.any():
        kinds["any"] = (wrong | conflicts, np.ones(len(works), bool))
    return {name: (bad, used) for name, (bad, used) in kinds.items() if bad.any() and (used & ~bad).any()}


def _find_planted(works: pd.DataFrame, planted: pd.DataFrame | None) -> np.ndarray:
    if planted is None:
        return np.zeros(len(works), bool)
    label_of_style = works.groupby("style")["label"].first()
    true_style = works["painting"].map(planted.set_index("painting")["true_style"])
    # Two styles may be merged into one label: such a work was not given a wrong one.
    true_label = true_style.map(label_of_style)
    return (true_style.notna() & (true_label != works["label"])).to_numpy()


def score_against_truth(scores: pd.DataFrame, wrong: np.ndarray) -> dict[str, dict[str, float]]:
    """Measure how well each score ranks the wrong labels first; all values 0..1 except counts, higher is better.

    Args:
        scores: one column a score, n rows.
        wrong: bool (n,) with at least one True and one False.

    Returns:
        score -> auroc (0.5 = chance), average_precision (chance = share of wrong labels), precision_at_50 and
        precision_at_200 (share of wrong labels among the first; of all works where there are fewer), n_positive.
    """
    measured = {}
    for name in scores:
        found = count_found(scores[name], wrong, list(PRECISION_AT))
        precision = {
            f"precision_at_{n}": hits / min(n, len(wrong)) for n, hits in zip(PRECISION_AT, found, strict=True)
        }
        measured[name] = {
            "auroc": float(roc_auc_score(wrong, scores[name])),
            "average_precision": float(average_precision_score(wrong, scores[name])),
            **precision,
            "n_positive": int(wrong.sum()),
        }
    return measured


def count_found(scores: np.ndarray, wrong: np.ndarray, first: list[int]) -> np.ndarray:
    """Return how many wrong labels are among the `n` most suspicious works for each n of `first`, float.

    Of equal scores on the edge the expected number counts, so that the order of rows has no say.
    """
    levels, level = np.unique(-np.asarray(scores), return_inverse=True)
    works = np.concatenate([[0], np.cumsum(np.bincount(level, minlength=len(levels)))])
    found = np.concatenate([[0], np.cumsum(np.bincount(level, weights=wrong, minlength=len(levels)))])
    return np.interp(first, works, found)


def trace_precision(truths: dict[str, tuple[np.ndarray, np.ndarray]], scores: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return rows truth, score, n, precision (0..1) for n = 1..`most` works looked at: what a curator would find."""
    rows = []
    for truth, (wrong, considered) in truths.items():
        n = np.arange(1, min(most, int(considered.sum())) + 1)
        for name in scores:
            precision = count_found(scores.loc[considered, name], wrong[considered], list(n)) / n
            rows.append(pd.DataFrame({"truth": truth, "score": name, "n": n, "precision": precision}))
    columns = ["truth", "score", "n", "precision"]
    return pd.concat(rows, ignore_index=True)[columns] if rows else pd.DataFrame(columns=columns)

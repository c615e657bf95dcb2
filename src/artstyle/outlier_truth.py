"""Which labels are known to be wrong, and which works are fit to plant wrong labels in."""

import numpy as np
import pandas as pd


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

"""Apply what a curator decided about single works: keep the label, give another one, or leave the work out."""

from pathlib import Path

import pandas as pd

from artstyle.errors import UserError
from artstyle.tables import read_table

COLUMNS = ["painting", "action", "label"]
ACTIONS = ("keep", "relabel", "drop")


def read_decisions(path: Path) -> pd.DataFrame:
    """Return painting, action, label of each decision as a curator wrote it; names in Unicode NFC, as ids are.

    Args:
        path: CSV with these columns and no others, as the review page writes it.

    Raises:
        UserError: another column (it would be lost), no painting, an unknown action, a label that is missing, or a
            painting that stands there twice; names file, row (1 is the header) and value.
    """
    table = read_table(path, COLUMNS)
    if others := [name for name in table.columns if name not in COLUMNS]:
        raise UserError(f"{path}: column {others[0]!r}; corrections have {', '.join(COLUMNS)} and nothing else")
    table = table[COLUMNS].astype(str)
    for name in ("painting", "label"):
        table[name] = table[name].str.normalize("NFC")
    decided = set()
    for number, (painting, action, label) in enumerate(table.to_numpy(), start=2):
        place = f"{path}: row {number}"
        if not painting:
            raise UserError(f"{place}: no painting")
        if painting in decided:
            raise UserError(f"{place}: painting {painting!r} stands there twice")
        if action not in ACTIONS:
            raise UserError(f"{place}: action {action!r}; allowed: {', '.join(ACTIONS)}")
        if action in ("keep", "relabel") and not label:
            raise UserError(f"{place}: {action} needs a label: the one that was kept, or the new one")
        decided.add(painting)
    return table


def read_corrections(path: Path, paintings: pd.Series, class_names: list[str]) -> pd.DataFrame:
    """Return painting, action, label of each decision; a kept label stands there as well as a new one.

    What a work has without corrections may be another label than the one that a curator saw and kept: one of an earlier
    round of corrections, or the other of two styles.

    Args:
        path: as `read_decisions` takes it.
        paintings: all paintings that there are, also those that have no class.
        class_names: what a work may be relabelled to.

    Raises:
        UserError: a mistake that `read_decisions` finds, or an unknown painting or class; names file, row (1 is the
            header) and value.
    """
    table = read_decisions(path)
    known = set(paintings)
    for number, (painting, action, label) in enumerate(table.to_numpy(), start=2):
        place = f"{path}: row {number}"
        if painting not in known:
            raise UserError(f"{place}: painting {painting!r} is not among the filtered paintings")
        if action in ("keep", "relabel") and label not in class_names:
            raise UserError(f"{place}: label {label!r} is no class; classes: {', '.join(class_names)}")
    return table


def correct_works(works: pd.DataFrame, corrections: pd.DataFrame, target: str) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the works with every decision applied, and how many there were of each kind.

    A work that a curator kept or relabelled is no conflict any more. One that the style map or the target leaves out
    stays out; such decisions are counted as `without_effect`.

    Args:
        works: painting, label, style, artist, genre, conflict, ...
        corrections: from `read_corrections`.
        target: what the label is, style, genre or artist; the column of that name is corrected as well.
    """
    decided = corrections.set_index("painting")
    actions = works["painting"].map(decided["action"])
    relabelled, kept, dropped = (actions == action for action in ("relabel", "keep", "drop"))
    labels = works["painting"].map(decided["label"])
    changed = (relabelled | kept) & (labels != works["label"])
    labels = labels[changed]
    corrected = works.copy()
    corrected.loc[changed, "label"] = labels
    corrected.loc[changed, target] = labels.map(_find_styles(works)) if target == "style" else labels
    corrected.loc[relabelled | kept, "conflict"] = 0
    counts = {"kept": int(kept.sum()), "relabelled": int(relabelled.sum()), "dropped": int(dropped.sum())}
    counts["without_effect"] = len(corrections) - sum(counts.values())
    return corrected[~dropped].reset_index(drop=True), counts


def join_decisions(earlier: pd.DataFrame, newer: pd.DataFrame) -> pd.DataFrame:
    """Return the decisions of two rounds; where a painting stands in both the newer one, in the place of the older.

    Args:
        earlier, newer: tables with these columns, each painting once.
    """
    joined = pd.concat([earlier, newer], ignore_index=True)[COLUMNS]
    places = joined["painting"].map(dict(zip(joined["painting"][::-1], joined.index[::-1], strict=True)))
    latest = ~joined["painting"].duplicated(keep="last")
    return joined[latest].iloc[places[latest].argsort(kind="stable")].reset_index(drop=True)


def _find_styles(works: pd.DataFrame) -> dict[str, str]:
    """Return the style of each class: the one of its own name if it has it, else its most frequent one."""
    counts = works.groupby("label")["style"].value_counts(sort=True)
    styles = {label: counts[label].index for label in counts.index.unique("label")}
    return {
        label: label if label in names else min(names[counts[label] == counts[label].max()])
        for label, names in styles.items()
    }

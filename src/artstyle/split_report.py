"""What a split came to: counts, realised shares, classes that could not be everywhere, artists on both sides."""

import pandas as pd

from artstyle.parameters import check_number
from artstyle.split_folds import read_fold, share_out
from artstyle.split_places import PRIORITY, SIDES
from artstyle.split_sides import LABELLED, PARTS, UNUSED, check_shares, check_split, split_works
from artstyle.train_skew import find_ratio, skew_training

_MOST_LINES = 60


def split_and_report(
    works: pd.DataFrame,
    classes: list[str],
    *,
    by: str,
    shares: dict[str, float],
    fold: str | None,
    tries: int,
    tolerance: float,
    train_skew: float | None,
    target: str,
    seed: int,
) -> tuple[pd.DataFrame, dict, list[str]]:
    """Return the works with their sides (see `split_works`), the metrics and the lines for the log.

    Args:
        fold: such as 2/5: the second of five folds is the test side, see `artstyle.split_folds`; None: no folds.
        tolerance: difference of shares (0..1) above which the log names a class.
        train_skew: largest over smallest class in training, see `skew_training`; None leaves the classes as they are.

    Raises:
        UserError: as `split_works`.
    """
    check_number("split.tolerance", tolerance, 0, 1)
    chosen = read_fold(fold)
    wanted = share_out(check_shares(shares), chosen)
    dealt = split_works(works, classes, by=by, shares=wanted, fold=chosen, tries=tries, target=target, seed=seed)
    shares = dict(zip(SIDES, wanted.tolist(), strict=True))
    split = skew_training(dealt, classes, ratio=train_skew, seed=seed)
    check_split(split, by)
    summary = summarise_split(split, classes, shares, by, dealt)
    return split, summary, describe_split(split, summary, shares, tolerance, in_folds=chosen is not None)


def count_sides(split: pd.DataFrame, classes: list[str]) -> pd.DataFrame:
    """Return the number of works of each class (row) on each of `PARTS` (column)."""
    counts = pd.crosstab(split["label"], split["split"])
    return counts.reindex(index=classes, columns=list(PARTS), fill_value=0)


def summarise_split(
    split: pd.DataFrame, classes: list[str], shares: dict[str, float], by: str, dealt: pd.DataFrame | None = None
) -> dict:
    """Return the metrics of a split: shares (0..1) asked and realised, counts, groups and artists a side.

    Shares count sampled works only, classes those with a label, numbers a side all works; a deviation is a difference
    of shares. `shared_artists` tells how far the test set can be answered by recognising artists: how many have works
    in training and in test, and what share of the test works is theirs. `train_ratio` is the largest over the smallest
    class in training, works counted once.

    Args:
        dealt: the split before training works were taken out for a skew, which shares are counted on.
    """
    sampled = split[split["sampled"] == 1]
    shared = sampled if dealt is None else dealt[dealt["sampled"] == 1]
    realised = shared["split"].value_counts(normalize=True).reindex(list(SIDES), fill_value=0.0)
    off = _deviations(shared, classes, shares)
    counts = count_sides(split, classes)
    per_side = split.groupby("split")[["group", "artist"]].nunique().reindex(list(SIDES), fill_value=0)
    trained = set(sampled["artist"][sampled["split"] == "train"])
    tested = sampled["artist"][sampled["split"] == "test"]
    return {
        "by": by,
        "shares": {side: {"asked": float(shares[side]), "realised": float(realised[side])} for side in SIDES},
        "worst_deviation": float(max(abs(realised[side] - shares[side]) for side in SIDES)),
        "worst_class": {"name": off.idxmax(), "deviation": float(off.max())},
        "train_ratio": find_ratio(counts["train"]),
        "n_works": {part: int((split["split"] == part).sum()) for part in counts},
        "n_groups": {side: int(n) for side, n in per_side["group"].items()},
        "n_artists": {side: int(n) for side, n in per_side["artist"].items()},
        "shared_artists": {"n": len(trained & set(tested)), "test_share": float(tested.isin(trained).mean())},
        "classes_without": {side: [name for name in classes if counts.loc[name, side] == 0] for side in LABELLED},
        "classes": {name: {**row, "deviation": float(off[name])} for name, row in counts.to_dict("index").items()},
    }


def _deviations(sampled: pd.DataFrame, classes: list[str], shares: dict[str, float]) -> pd.Series:
    realised = pd.crosstab(sampled["label"], sampled["split"], normalize="index")
    realised = realised.reindex(index=classes, columns=list(SIDES), fill_value=0.0)
    return (realised - pd.Series(shares)).abs().max(axis=1)


def describe_split(
    split: pd.DataFrame, summary: dict, shares: dict[str, float], tolerance: float, *, in_folds: bool = False
) -> list[str]:
    """Return what a reader of the log must know, one line each.

    Args:
        tolerance: difference of shares (0..1) above which a class is named.
        in_folds: the test side is a fold, for which classes claim no places.
    """
    lines = [] if in_folds else [*_explain_places(split, summary, shares)]
    for side, names in summary["classes_without"].items():
        lines += [f"no {side} works: {', '.join(names)}"] if names else []
    rows = list(summary["classes"].items())
    for name, row in rows[:_MOST_LINES]:
        lines.append(f"{name}: {', '.join(f'{part} {row[part]}' for part in PARTS if row[part])}")
    lines += [f"... and {len(rows) - _MOST_LINES} classes more"] if len(rows) > _MOST_LINES else []
    far = [f"{name} by {row['deviation']:.3f}" for name, row in rows if row["deviation"] > tolerance]
    lines += [f"off the shares asked for by more than {tolerance}: {', '.join(far)}"] if far else []
    realised = ", ".join(
        f"{side} {pair['realised']:.4f} ({pair['asked']:g})" for side, pair in summary["shares"].items()
    )
    shared = summary["shared_artists"]
    moved = int(((split["sampled"] == 1) & (split["split"] == UNUSED)).sum())
    lines += [f"{moved} training works left out for split.train_skew"] if moved else []
    lines.append(f"largest class in training: {summary['train_ratio']:.1f} times the smallest")
    lines.append(f"shares (asked for): {realised}; worst class {summary['worst_class']['name']}")
    lines.append(f"{shared['n']} artists in train and test, {shared['test_share']:.1%} of the test works are theirs")
    return lines


def _explain_places(split: pd.DataFrame, summary: dict, shares: dict[str, float]) -> list[str]:
    """One line for each class that is not on every side: the rule, or that its groups were claimed by other classes."""
    order = [side for side in PRIORITY if shares[side] > 0]
    sampled = split[split["sampled"] == 1]
    n_groups = sampled.groupby("label")["group"].nunique()
    on_sides = sampled.groupby("label")["split"].unique()
    what = "artist group" if summary["by"] == "artist" else "picture family"
    lines = []
    for name in summary["classes"]:
        n = int(n_groups.get(name, 0))
        due = order[:n]
        lacking = [side for side in due if side not in on_sides.get(name, ())]
        if n < len(order):
            rule = f"too few for {len(order)} sides: {', '.join(due) or 'none'} only"
            lines.append(f"{name}: works of {n} {what}{'' if n == 1 else 's'}, {rule}")
        if lacking:
            lines.append(f"{name}: none in {', '.join(lacking)}, for smaller classes need the {what}s that it shares")
    return lines

"""Draw a fixed number of works a class, so that common classes do not drown the rare ones."""

import numpy as np
import pandas as pd

from artstyle.errors import UserError
from artstyle.parameters import check_choice, check_number

STRATEGIES = ("drop", "max", "replace")
PARTS = ("sampled", "repeated", "not_sampled", "conflict")


def sample_works(
    works: pd.DataFrame, *, n: int | None, strategy: str, min_works: int, seed: int
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Mark which works take part and how often, and leave out the classes that are too small.

    The draw of a class depends on the seed, its name and its works only: neither another class nor the order of the
    rows changes it, and a larger `n` keeps what a smaller one drew. Conflicts are never drawn.

    Args:
        works: painting, label, conflict, ...
        n: works a class; None takes all.
        strategy: what happens to a class with fewer than `n`: `drop` leaves it out, `max` takes it whole, `replace`
            takes it whole and fills it up by draws with replacement.
        min_works: classes with fewer works (conflicts not counted) are left out.

    Returns:
        The works of the classes that stay, with sampled (0 or 1) and n_draws (0; 1; more with `replace`), and the
        number of works of each class that was left out.

    Raises:
        UserError: a bad value, or fewer than two classes stay.
    """
    _check_options(n, strategy, min_works, seed)
    at_least = max(min_works, n) if n is not None and strategy == "drop" else min_works
    available = _count(works["label"], works["conflict"] == 0)
    left_out = {label: size for label, size in available.items() if size < at_least}
    kept = [label for label in available if label not in left_out]
    if len(kept) < 2:
        raise UserError(
            f"params.yaml: {len(kept)} class{'' if len(kept) == 1 else 'es'} with at least {at_least} works left"
            f" ({', '.join(kept) or 'none'}); two are needed: see style_map, merge_sample.n and merge_sample.min_works"
        )
    works = works[works["label"].isin(kept)].sort_values("painting").reset_index(drop=True)
    draws = np.zeros(len(works), dtype=np.int64)
    for label in kept:
        rows = np.flatnonzero((works["label"] == label) & (works["conflict"] == 0))
        draws[rows] = _draw(len(rows), n, strategy, np.random.default_rng([seed, *label.encode()]))
    return works.assign(sampled=np.minimum(draws, 1), n_draws=draws), left_out


def _check_options(n: int | None, strategy: str, min_works: int, seed: int) -> None:
    check_choice("merge_sample.strategy", strategy, STRATEGIES)
    check_number("merge_sample.min_works", min_works, 1, 10**9, whole=True)
    check_number("seed", seed, 0, 2**32 - 1, whole=True)
    if n is not None:
        check_number("merge_sample.n", n, 1, 10**9, whole=True)


def _draw(size: int, n: int | None, strategy: str, rng: np.random.Generator) -> np.ndarray:
    draws = np.ones(size, dtype=np.int64)
    if n is None:
        return draws
    draws[rng.permutation(size)[n:]] = 0
    if strategy == "replace" and n > size:
        draws += np.bincount(rng.integers(size, size=n - size), minlength=size)
    return draws


def _count(labels: pd.Series, rows: pd.Series) -> dict[str, int]:
    counts = labels[rows].value_counts()
    return {label: int(counts.get(label, 0)) for label in sorted(set(labels))}


def count_classes(works: pd.DataFrame) -> pd.DataFrame:
    """Return one row a class, sorted by name, with the numbers of works in `PARTS`; `repeated` counts extra draws."""
    drawn = works["sampled"] == 1
    columns = {
        "sampled": _count(works["label"], drawn),
        "not_sampled": _count(works["label"], ~drawn & (works["conflict"] == 0)),
        "conflict": _count(works["label"], works["conflict"] == 1),
    }
    draws = works.groupby("label")["n_draws"].sum()
    columns["repeated"] = {label: int(draws[label]) - n for label, n in columns["sampled"].items()}
    return pd.DataFrame(columns, columns=list(PARTS))


def summarise_sample(counts: pd.DataFrame, left_out: dict[str, int]) -> dict:
    """Return the totals, each class's works available, sampled, drawn and in conflict, and the classes left out."""
    per_class = pd.DataFrame(
        {
            "available": counts["sampled"] + counts["not_sampled"],
            "sampled": counts["sampled"],
            "draws": counts["sampled"] + counts["repeated"],
            "conflicts": counts["conflict"],
        }
    )
    return {
        "n_classes": len(counts),
        **{f"n_{name}": int(total) for name, total in per_class.sum().items()},
        "left_out": left_out,
        "classes": per_class.to_dict("index"),
    }

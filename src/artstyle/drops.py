"""What does not go on: one row a file or folder, with the reason and the painting that stands for it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

DROP_COLUMNS = ["painting", "reason", "partner", "detail"]


@dataclass(frozen=True)
class Drop:
    """A file or folder that does not go on: why, because of which painting, and what a person may want to know."""

    painting: str
    reason: str
    partner: str = ""
    detail: str = ""


def make_drop_table(drops: Iterable[Drop]) -> pd.DataFrame:
    """Return the drops as a table with the columns painting, reason, partner, detail, sorted by them."""
    rows = sorted((drop.painting, drop.reason, drop.partner, drop.detail) for drop in drops)
    return pd.DataFrame(rows, columns=DROP_COLUMNS, dtype=object)


def count_reasons(drops: Iterable[Drop]) -> dict[str, int]:
    """Return how many drops have each reason, sorted by reason."""
    return dict(sorted(Counter(drop.reason for drop in drops).items()))

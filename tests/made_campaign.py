"""A small campaign without any training: rows and counts of made confusions."""

import numpy as np
import pandas as pd

from artstyle.campaign_counts import COLUMNS
from artstyle.campaign_resampling import score_counts

CLASSES = ["a", "b"]


def make_run(
    variant: str, seed: int, confusions: dict[str, list[list[int]]], *, test: str = "t", skew: str = "natural", **facts
) -> tuple[dict, pd.DataFrame]:
    """Return the row and the counts of one run.

    Args:
        confusions: artist -> works by given class (row) and predicted class (column).
        test: stands for the test works.
        facts: other values of the row.
    """
    total = np.sum(list(confusions.values()), axis=0)
    scores = {name: float(value) for name, value in score_counts(total, total.sum(axis=1) > 0).items()}
    recalls = {f"recall_{name}": total[i, i] / max(total[i].sum(), 1) for i, name in enumerate(CLASSES)}
    row = {"variant": variant, "skew": skew, "seed": seed, "phase": "phase1", "validation_macro_f1": 0.5, **scores}
    row |= {"ece": 0.25, "seconds": 10.0, "minutes": 1.0, "parameters": 100, **recalls, "commit": "c0ffee00"}
    row |= {"data_md5": "d0d0d0d0d0", "test_md5": f"{test}{seed}", "command": f"run {variant} {skew} {seed}", **facts}
    counts = [
        (variant, skew, seed, artist, CLASSES[i], CLASSES[j], n)
        for artist, confusion in confusions.items()
        for (i, j), n in np.ndenumerate(confusion)
        if n
    ]
    return row, pd.DataFrame(counts, columns=COLUMNS)


def make_campaign(runs: list[tuple[dict, pd.DataFrame]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the table of rows and the table of counts."""
    return pd.DataFrame([row for row, _ in runs]), pd.concat([counts for _, counts in runs], ignore_index=True)


def right_and_wrong(n_right: int, n_wrong: int) -> list[list[int]]:
    """Return the confusions of an artist with so many works in each of the two classes, right and wrong."""
    return [[n_right, n_wrong], [n_wrong, n_right]]

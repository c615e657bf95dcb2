"""Read the per-epoch histories that DVCLive wrote for each phase."""

from pathlib import Path

import pandas as pd

from artstyle.tables import read_table

_SIDES = {"train": "", "validation": "val_"}
_METRICS = ("loss", "accuracy")


def read_histories(folders: dict[str, Path]) -> pd.DataFrame:
    """Return one row an epoch with the columns phase, step (from 0), loss, accuracy, val_loss, val_accuracy.

    Args:
        folders: name of each phase -> its DVCLive folder, in order of training.

    Raises:
        UserError: a history is missing.
    """
    parts = []
    for phase, folder in folders.items():
        columns = {}
        for side, prefix in _SIDES.items():
            for metric in _METRICS:
                path = folder / "plots" / "metrics" / side / f"{metric}.tsv"
                table = read_table(path, ["step", metric], separator="\t")
                columns |= {"step": table["step"], f"{prefix}{metric}": table[metric]}
        parts.append(pd.DataFrame(columns).assign(phase=phase))
    return pd.concat(parts, ignore_index=True)

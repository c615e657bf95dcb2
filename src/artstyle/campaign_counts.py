"""How often each artist's test works were taken for what, in every run: from this all scores can be made again."""

import gzip
import hashlib
import os
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

from artstyle.campaigns import Run
from artstyle.errors import UserError
from artstyle.evaluation_names import FINAL, TOGETHER
from artstyle.predictions import Predictions

COLUMNS = ["variant", "skew", "seed", "artist", "given", "predicted", "n"]
# Equal or near lines next to each other: the file is a third of the size.
_ORDER = ["seed", "artist", "given", "predicted", "skew", "variant"]


def find_counts(table: Path, phase: str = FINAL) -> Path:
    """Return where the counts to the rows of a campaign lie; works judged together have a file of their own."""
    return table.with_name(
        f"{table.stem}_together_counts.csv.gz" if phase == TOGETHER else f"{table.stem}_counts.csv.gz"
    )


def count_run(predictions: Predictions, run: Run, phase: str = FINAL) -> pd.DataFrame:
    """Return artist, given class, predicted class and number of test works of the exported model, with the run.

    Args:
        phase: `final`, each work judged alone, or `final_together`.
    """
    test = predictions.select(split="test", phase=phase)
    names = np.asarray(test.class_names, object)
    predicted = names[test.probabilities.argmax(axis=1)]
    table = pd.DataFrame({"artist": test.table["artist"], "given": test.table["label"], "predicted": predicted})
    counts = table.groupby(["artist", "given", "predicted"], as_index=False).size().rename(columns={"size": "n"})
    return counts.assign(variant=run.variant, skew=run.skew, seed=run.seed)[COLUMNS]


def hash_test_works(predictions: Predictions) -> str:
    """Return the MD5 of the test works' names and labels: runs with the same one were asked the same questions."""
    test = predictions.select(split="test", phase=FINAL).table.sort_values("painting")
    lines = (test["painting"] + "\t" + test["label"]).str.cat(sep="\n")
    return hashlib.md5(lines.encode(), usedforsecurity=False).hexdigest()


def add_counts(counts: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    """Return the counts with those of one run, instead of older ones of the same run."""
    first = added.iloc[0]
    older = (counts[["variant", "skew", "seed"]] == first[["variant", "skew", "seed"]].tolist()).all(axis=1)
    return pd.concat([counts[~older], added], ignore_index=True)


def read_counts(path: Path) -> pd.DataFrame:
    """Return the counts of a campaign, empty if there are none yet.

    Raises:
        UserError: the file is damaged or lacks a column.
    """
    if not path.is_file():
        return pd.DataFrame(columns=COLUMNS).astype({"seed": int, "n": int})
    kinds = {name: int if name in ("seed", "n") else str for name in COLUMNS}
    try:
        table = pd.read_csv(path, dtype=kinds, keep_default_na=False)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise UserError(f"{path}: cannot be read ({' '.join(str(error).split())})") from None
    if list(table.columns) != COLUMNS:
        raise UserError(f"{path}: columns must be {', '.join(COLUMNS)}")
    return table


def write_counts(path: Path, counts: pd.DataFrame) -> None:
    """Write the counts as a packed CSV, whole or not at all; same counts, same bytes."""
    text = counts.sort_values(_ORDER)[COLUMNS].to_csv(index=False, lineterminator="\n")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(gzip.compress(text.encode(), mtime=0))
    os.replace(partial, path)

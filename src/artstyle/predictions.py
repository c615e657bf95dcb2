"""The predictions table: one row a painting, one probability column a class, classes in the model's order."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from artstyle.errors import UserError
from artstyle.evaluation_names import FACTS
from artstyle.scores import find_faults
from artstyle.tables import read_table


@dataclass(frozen=True)
class Predictions:
    """Predictions with their facts.

    Attributes:
        table: columns painting, artist, label (name), split, phase; n rows, all text.
        labels: class index of each row's label, int (n,).
        probabilities: float64 (n, k), rows sum to 1.
        class_names: k names in the model's order.
    """

    table: pd.DataFrame
    labels: np.ndarray
    probabilities: np.ndarray
    class_names: list[str]

    def select(self, **facts: str) -> "Predictions":
        """Return the rows whose named columns have these values, such as `select(split="test", phase="phase2")`."""
        keep = np.ones(len(self.table), bool)
        for column, value in facts.items():
            keep &= (self.table[column] == str(value)).to_numpy()
        table = self.table[keep].reset_index(drop=True)
        return Predictions(table, self.labels[keep], self.probabilities[keep], self.class_names)

    def sort(self) -> "Predictions":
        """Return the rows in the order of their painting ids, so that two models' rows stand side by side."""
        order = np.argsort(self.table["painting"].to_numpy(str), kind="stable")
        table = self.table.iloc[order].reset_index(drop=True)
        return Predictions(table, self.labels[order], self.probabilities[order], self.class_names)


def build_predictions(
    works: pd.DataFrame, split: str, phase: str, probabilities: np.ndarray, class_names: list[str]
) -> pd.DataFrame:
    """Return the predictions table of one part and phase.

    Args:
        works: columns painting, artist, label (name); n rows.
        split: "validation" or "test".
        phase: name of the training phase that made the model.
        probabilities: (n, k), rows sum to 1; kept to 6 significant digits.
        class_names: k names in the model's order; they become the columns after `phase`.

    Raises:
        ValueError: shapes that do not fit, or a class name that is double or is one of the other columns.
    """
    double = [name for name in class_names if class_names.count(name) > 1 or name in FACTS]
    if double:
        raise ValueError(f"class name {double[0]!r} is double or a column of the predictions table")
    if probabilities.shape != (len(works), len(class_names)):
        raise ValueError(f"probabilities have shape {probabilities.shape}; expected {(len(works), len(class_names))}")
    table = works[["painting", "artist", "label"]].reset_index(drop=True).assign(split=split, phase=phase)
    return pd.concat([table, pd.DataFrame(_round(probabilities), columns=class_names)], axis=1)


def read_predictions(path: Path) -> Predictions:
    """Read a predictions table.

    Raises:
        UserError: a missing column, no class column, or a row whose label is no class or whose probabilities are not
            a distribution; names the painting.
    """
    table = read_table(path, FACTS)
    class_names = list(table.columns[table.columns.get_loc("phase") + 1 :])
    if list(table.columns) != [*FACTS, *class_names] or not class_names:
        raise UserError(f"{path}: columns must be {', '.join(FACTS)} and then one a class")
    facts = table[FACTS]
    indices = {name: index for index, name in enumerate(class_names)}
    unknown = ~facts["label"].isin(indices)
    if unknown.any():
        row = facts[unknown].iloc[0]
        raise UserError(f"{path}: {row['painting']} has the label {row['label']!r}; classes: {', '.join(class_names)}")
    labels = facts["label"].map(indices).to_numpy(np.int64)
    numbers = table[class_names].apply(pd.to_numeric, errors="coerce")
    odd = numbers.isna()
    if odd.any(axis=None):
        row, column = (int(position[0]) for position in np.nonzero(odd.to_numpy()))
        value = table[class_names].iloc[row, column]
        raise UserError(f"{path}: {_name_row(facts, row)}: {class_names[column]} is {value!r}; expected a number")
    probabilities = numbers.to_numpy(np.float64)
    for row, what in find_faults(labels, probabilities):
        raise UserError(f"{path}: {_name_row(facts, row)}: {what}")
    return Predictions(facts, labels, probabilities, class_names)


def _name_row(facts: pd.DataFrame, row: int) -> str:
    return f"{facts['painting'].iloc[row]} ({facts['split'].iloc[row]}, {facts['phase'].iloc[row]})"


def _round(probabilities: np.ndarray) -> np.ndarray:
    values = np.asarray(probabilities, np.float64)
    exponent = np.floor(np.log10(np.maximum(np.abs(values), 1e-12)))
    scale = 10.0 ** (5 - exponent)
    return np.round(values * scale) / scale

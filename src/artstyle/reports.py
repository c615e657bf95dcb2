"""Make the metrics and plots of `evaluate` from the predictions table alone."""

from pathlib import Path
from typing import Any

import pandas as pd

from artstyle.evaluation_names import BASELINES, FINAL, PHASES
from artstyle.predictions import Predictions
from artstyle.score_plots import (
    draw_confusion,
    draw_per_class_f1,
    draw_reliability,
    draw_training_curves,
    tabulate_confusion,
)
from artstyle.scores import count_confusions, score_predictions
from artstyle.tables import write_table


def summarise_evaluation(table: Predictions, choice: dict[str, Any]) -> dict[str, Any]:
    """Return the metrics of `evaluate`: full scores on test, short ones for validation, phases and baselines.

    Args:
        table: predictions of all trained phases, the exported model and the baselines.
        choice: which phase's model was exported (`chosen`) and `why`.
    """
    trained = [name for name in PHASES if (table.table["phase"] == name).any()]
    scored = {name: _score(table, "test", name) for name in (*trained, *BASELINES)}
    return {
        "final": {"chosen": choice["chosen"], "why": choice["why"]},
        "test": _score(table, "test", FINAL),
        "validation": _shorten(_score(table, "validation", FINAL)),
        "phases": {name: _shorten(scored[name]) for name in trained},
        "baselines": {name: _shorten(scored[name]) for name in BASELINES},
    }


def _score(table: Predictions, side: str, phase: str) -> dict[str, Any]:
    part = table.select(split=side, phase=phase)
    return score_predictions(part.labels, part.probabilities, part.class_names)


def _shorten(scores: dict[str, Any]) -> dict[str, Any]:
    short = {name: scores[name] for name in ("n", "accuracy", "loss", "ece")}
    return {**short, "macro_f1": scores["macro"]["f1"]}


def draw_report(table: Predictions, histories: pd.DataFrame, folder: Path) -> None:
    """Write the plots of the exported model on the test works and of the training, as tables and pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    test = table.select(split="test", phase=FINAL)
    names, predicted = test.class_names, test.probabilities.argmax(axis=1)
    scores = score_predictions(test.labels, test.probabilities, names)
    write_table(folder / "confusion.csv", tabulate_confusion(test.labels, predicted, names))
    per_class = pd.DataFrame.from_dict(scores["per_class"], orient="index").rename_axis("class").reset_index()
    write_table(folder / "per_class.csv", per_class)
    title = f"Test works: {len(test.labels)}"
    draw_confusion(folder / "confusion.svg", count_confusions(test.labels, predicted, len(names)), names, title=title)
    draw_per_class_f1(folder / "per_class_f1.svg", scores)
    draw_reliability(folder / "reliability.svg", {"test": (test.labels, test.probabilities)})
    draw_training_curves(folder / "training_loss.svg", histories, "loss", label="loss, nats")
    draw_training_curves(folder / "training_accuracy.svg", histories, "accuracy", label="accuracy, share")

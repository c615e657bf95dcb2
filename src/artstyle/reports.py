"""Draw the plots of `evaluate` from the predictions table and the histories of training."""

from pathlib import Path

import pandas as pd

from artstyle.calibration import bin_confidences
from artstyle.curve_plots import draw_precision_recall
from artstyle.evaluation_names import FINAL, UNCALIBRATED
from artstyle.predictions import Predictions
from artstyle.score_plots import (
    draw_confusion,
    draw_per_class_f1,
    draw_reliability,
    draw_training_curves,
    tabulate_confusion,
)
from artstyle.scores import count_confusions, score_predictions
from artstyle.stage_count_plots import draw_stage_counts
from artstyle.tables import read_json, read_table, write_table


def draw_counts_of_stages(filtered: Path, merged: Path, split: Path, classes: list[str], folder: Path) -> None:
    """Write class_counts.svg from the metrics of `filter` and the tables of counts of `merge_sample` and `split`."""
    kept = read_json(filtered)["per_style"]
    counts = [read_table(path, ["class", "part", "n"]) for path in (merged, split)]
    draw_stage_counts(folder / "class_counts.svg", kept, *counts, classes)


def draw_report(table: Predictions, histories: pd.DataFrame, folder: Path) -> None:
    """Write the plots of the exported model on the test works and of the phases' training, as tables and pictures."""
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
    draw_precision_recall(folder / "precision_recall.svg", test.labels, test.probabilities, names)
    raw = table.select(split="test", phase=UNCALIBRATED)
    curves = {"before": (raw.labels, raw.probabilities), "after": (test.labels, test.probabilities)}
    for name, curve in curves.items():
        write_table(folder / f"reliability_{name}.csv", bin_confidences(*curve))
    draw_reliability(folder / "reliability.svg", {f"{name} calibration": curve for name, curve in curves.items()})
    draw_training_curves(folder / "training_loss.svg", histories, "loss", label="loss, nats")
    draw_training_curves(folder / "training_accuracy.svg", histories, "accuracy", label="accuracy, share")

"""Stage evaluate: export the chosen model, predict validation and test with it, score it beside the baselines."""

from pathlib import Path

import numpy as np
import pandas as pd

from artstyle.evaluation import export_final, predict_baselines, predict_final, predict_phases
from artstyle.evaluation_names import CURVES
from artstyle.histories import read_histories
from artstyle.predictions import read_predictions
from artstyle.reports import draw_report, summarise_evaluation
from artstyle.stage import run_stage
from artstyle.tables import read_json, read_table, write_json, write_table
from artstyle.training_data import read_training_data

PARAMETERS = ("seed",)


def main(
    pack: Path,
    paintings: Path,
    features: Path,
    works: Path,
    classes: Path,
    phase1: Path,
    phase2: Path,
    phase3: Path,
    phase1_history: Path,
    phase2_history: Path,
    phase3_history: Path,
    phase3_metrics: Path,
    model: Path,
    predictions: Path,
    metrics: Path,
    plots: Path,
    *,
    seed: int,
) -> None:
    """Export the chosen model, predict validation and test with it, and score it beside the baselines."""
    data = read_training_data(features, paintings, works, classes)
    choice = read_json(phase3_metrics)["final"]
    models = {"phase1": phase1, "phase2": phase2, "pseudo": phase3 / "pseudo", "control": phase3 / "control"}
    trained = choice["validation_macro_f1"]
    phases = predict_phases(data, {name: models[name] for name in trained}, seed)
    export_final(models[choice["chosen"]], model, choice, data.classes)
    final = predict_final(data, model, np.load(pack, mmap_mode="r"), read_table(paintings))
    write_table(predictions, pd.concat([phases, final, predict_baselines(data)], ignore_index=True))
    table = read_predictions(predictions)  # every score comes from the table as it is on disk
    write_json(metrics, summarise_evaluation(table, choice))
    histories = {"phase1": phase1_history, "phase2": phase2_history, "pseudo": phase3_history / "pseudo"}
    draw_report(
        table, read_histories({title: histories[name] for name, title in CURVES.items() if name in trained}), plots
    )


if __name__ == "__main__":
    run_stage(main, PARAMETERS)

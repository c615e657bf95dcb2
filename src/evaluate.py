"""Stage evaluate: export the final model, predict validation and test with it, score it beside the baselines."""

from pathlib import Path
from typing import Any

from artstyle.baseline_predictions import predict_baselines
from artstyle.evaluation import (
    Pictures,
    SavedNetworks,
    export_final,
    predict_final,
    predict_phases,
    tabulate_final,
)
from artstyle.evaluation_names import CURVES, REFIT, find_models
from artstyle.histories import read_histories
from artstyle.model_report import report_landscape, report_pictures
from artstyle.objective_names import OBJECTIVE
from artstyle.packing import open_pack
from artstyle.predictions import read_predictions
from artstyle.priors import plan_calibration
from artstyle.probability_balance import find_balances
from artstyle.reports import draw_counts_of_stages, draw_report
from artstyle.stage import run_stage
from artstyle.summaries import summarise_evaluation
from artstyle.tables import join_tables, read_json, read_table, write_json, write_table
from artstyle.training_data import read_training_data

PARAMETERS = ("evaluate", "filter", "seed", "split", "target", "threads", *OBJECTIVE)


def main(
    pack: Path,
    paintings: Path,
    features: Path,
    works: Path,
    classes: Path,
    phase1: Path,
    phase2: Path,
    phase3: Path,
    refit: Path,
    phase1_history: Path,
    phase2_history: Path,
    phase3_history: Path,
    phase3_metrics: Path,
    refit_metrics: Path,
    filter_metrics: Path,
    merge_counts: Path,
    split_counts: Path,
    model: Path,
    predictions: Path,
    metrics: Path,
    plots: Path,
    gallery: Path,
    *,
    evaluate: dict,
    filter: dict,
    seed: int,
    split: dict,
    target: str,
    **objective: Any,
) -> None:
    """Export the final model, predict validation and test with it, and score it beside the baselines."""
    data = read_training_data(features, paintings, works, classes)
    plan = plan_calibration(data.classes, data.count_training_works(), evaluate, objective, target)
    choice, models = read_json(phase3_metrics)["final"], find_models(phase1, phase2, phase3)
    facts = {"chosen": choice["chosen"], "why": choice["why"], "reading": filter["reading"]}
    trained = {name: models[name] for name in choice["validation_loss"]}
    chosen = exported = models[choice["chosen"]]
    if read_json(refit_metrics)["refit"]:
        exported = trained[REFIT] = refit
    pictures, networks = Pictures(open_pack(pack), read_table(paintings)), SavedNetworks(data.classes)
    phases, cached = predict_phases(data, networks, trained, plan.prior, seed)
    balances = find_balances(data, plan.prior, objective, split.get("train_skew"))
    export = (chosen, exported, model, facts, plan, pictures, cached[choice["chosen"]]["validation"], balances)
    found, oeuvre, logits = export_final(data, networks, *export)
    calibrated = tabulate_final(data, "validation", logits, found.apply(logits), plan.prior, oeuvre)
    seen = cached[REFIT if REFIT in cached else choice["chosen"]]["test"]
    final = predict_final(data, model, plan, pictures, seen, found, oeuvre)
    write_table(predictions, join_tables([phases, calibrated, final, predict_baselines(data, plan.baselines)]))
    table = read_predictions(predictions)  # every score comes from the table as it is on disk
    choice |= {"temperature": found.temperature} | ({"together": oeuvre.as_json()} if oeuvre else {})
    write_json(metrics, summarise_evaluation(table, choice, split_by=split["by"], seed=seed))
    histories = {"phase1": phase1_history, "phase2": phase2_history, "pseudo": phase3_history / "pseudo"}
    draw_report(table, read_histories({CURVES[name]: histories[name] for name in CURVES if name in trained}), plots)
    draw_counts_of_stages(filter_metrics, merge_counts, split_counts, data.classes, plots)
    gallery.mkdir(parents=True, exist_ok=True)
    if plan.through == "pixels":
        report_landscape(data, networks.open(chosen)[0], plots, seed)  # the exported one knows the validation works
        network, architecture = networks.open(exported)
        report_pictures(table, network, architecture, pictures, gallery)


if __name__ == "__main__":
    run_stage(main, PARAMETERS)

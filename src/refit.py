"""Stage refit: train the chosen model once more, on training and validation works together."""

import shutil
from pathlib import Path
from typing import Any

from artstyle.objective_names import OBJECTIVE
from artstyle.packing import open_pack
from artstyle.parameters import check_switch
from artstyle.stage import run_stage
from artstyle.tables import read_json, read_table, write_json

SECTIONS = ("train_phase1", "finetune_phase2", "pseudolabel_phase3")
PARAMETERS = ("extract_features", "refit", "seed", "split", "threads", *SECTIONS, *OBJECTIVE)


def main(
    pack: Path,
    features: Path,
    paintings: Path,
    works: Path,
    classes: Path,
    phase1: Path,
    phase1_metrics: Path,
    phase2_metrics: Path,
    phase3_metrics: Path,
    model: Path,
    metrics: Path,
    *,
    extract_features: dict,
    finetune_phase2: dict,
    pseudolabel_phase3: dict,
    refit: bool,
    seed: int,
    split: dict,
    train_phase1: dict,
    **objective: Any,
) -> None:
    """Train the chosen model once more, on training and validation works together, or say why not."""
    check_switch("refit", refit)
    third = read_json(phase3_metrics)
    chosen = third["final"]["chosen"]
    why = _find_hindrance(refit, split, works)
    if why:
        _leave_out(model, metrics, chosen, why)
        return
    # TensorFlow takes seconds to start, which a run without this stage need not wait for.
    from artstyle.objectives import build_objective
    from artstyle.pixels import open_pictures
    from artstyle.refitting import Refit, find_chain, join_validation
    from artstyle.training_data import read_training_data

    data = read_training_data(features, paintings, works, classes)
    aim = build_objective(data.classes, data.count_training_works(), **objective)
    facts = data.store.facts
    pictures = open_pictures(open_pack(pack), read_table(paintings), facts["picture_px"], facts["n_views"])
    found = {"phase1": read_json(phase1_metrics), "phase2": read_json(phase2_metrics), **third}
    sections = dict(zip(SECTIONS, (train_phase1, finetune_phase2, pseudolabel_phase3), strict=True))
    seen = (pictures, extract_features["augmentation"])
    again = Refit(join_validation(data), aim, seed, found, sections, seen)
    scores = again.run(phase1, find_chain(chosen, third["teacher"]), model)
    write_json(metrics, {"refit": True, "chosen": chosen, "phases": scores})


def _find_hindrance(refit: bool, split: dict, works: Path) -> str:
    """Return why the model is not trained again, "" if it is: validation works would shift what training balances."""
    if not refit:
        return "refit: false"
    if split["train_skew"] is not None:
        return "split.train_skew makes the training works rarer, not those of validation"
    table = read_table(works, ["split", "n_draws"])
    if (table.loc[table["split"] == "train", "n_draws"] > 1).any():
        return "merge_sample.strategy: replace repeats training works, not those of validation"
    return ""


def _leave_out(model: Path, metrics: Path, chosen: str, why: str) -> None:
    for folder in (model, model.with_name(model.name + ".partial")):
        shutil.rmtree(folder, ignore_errors=True)
    write_json(model / "left_out.json", {"why": why})
    write_json(metrics, {"refit": False, "why": why, "chosen": chosen})
    print(f"{chosen} stays as it is ({why})", flush=True)


if __name__ == "__main__":
    run_stage(main, PARAMETERS)

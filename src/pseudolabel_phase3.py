"""Stage pseudolabel_phase3: learn from confident works of the pool, beside a control without them."""

from pathlib import Path
from typing import Any

from artstyle.model_folders import pass_on
from artstyle.objective_names import OBJECTIVE
from artstyle.parameters import call, check_number
from artstyle.pseudolabels import check_pool
from artstyle.selection import choose_candidate
from artstyle.stage import run_stage
from artstyle.tables import read_json, write_json

PARAMETERS = ("phases", "pseudolabel_phase3", "seed", "split", "threads", *OBJECTIVE)


def main(
    features: Path,
    paintings: Path,
    works: Path,
    classes: Path,
    phase1: Path,
    phase2: Path,
    phase1_metrics: Path,
    phase2_metrics: Path,
    models: Path,
    history: Path,
    metrics: Path,
    *,
    phases: int,
    pseudolabel_phase3: dict,
    seed: int,
    split: dict,
    **objective: Any,
) -> None:
    """Learn from confident works of the pool, beside a control without them, and choose the final model."""
    check_number("phases", phases, 1, 3, whole=True)
    candidates = {name: read_json(path) for name, path in (("phase1", phase1_metrics), ("phase2", phase2_metrics))}
    teacher = choose_candidate(candidates)
    start = {"phase1": phase1, "phase2": phase2}[teacher["chosen"]]
    if phases < 3:
        passed = pass_on(start, models / "passed_on", history / "pseudo")
        write_json(metrics, {"teacher": teacher["chosen"], **passed, "final": teacher})
        return
    # As in finetune_phase2: no TensorFlow for a phase that is left out.
    from artstyle.objectives import build_objective
    from artstyle.phase3 import run_phase3
    from artstyle.phase3_methods import check_shares
    from artstyle.training_data import read_training_data

    data = read_training_data(features, paintings, works, classes)
    check_pool(data.works, split["by"])
    if isinstance(pseudolabel_phase3, dict):
        check_shares(pseudolabel_phase3.get("method"), data.works, split)
    aim = build_objective(data.classes, data.count_training_works(), **objective)
    arguments = (data, start, aim, seed, models, history)
    scores = call(run_phase3, *arguments, section="pseudolabel_phase3", values=pseudolabel_phase3)
    # Of equal ones the first wins: without a pseudo-label both are the same, and that is no merit of theirs.
    candidates |= {"control": scores["control"], "pseudo": scores["pseudo"]}
    write_json(metrics, {"teacher": teacher["chosen"], **scores, "final": choose_candidate(candidates)})


if __name__ == "__main__":
    run_stage(main, PARAMETERS)

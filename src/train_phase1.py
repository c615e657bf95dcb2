"""Stage train_phase1: train the head on cached features of the frozen backbone."""

from pathlib import Path
from typing import Any

from artstyle.later_stages import check_later_stages
from artstyle.members import count_members
from artstyle.objective_names import OBJECTIVE
from artstyle.objectives import build_objective
from artstyle.parameters import call
from artstyle.phases import run_phase1
from artstyle.stage import run_stage
from artstyle.tables import write_json
from artstyle.training_data import read_training_data

PARAMETERS = ("train_phase1", "head", "seed", "threads", *OBJECTIVE)


def main(
    features: Path,
    paintings: Path,
    works: Path,
    classes: Path,
    model: Path,
    history: Path,
    metrics: Path,
    *,
    train_phase1: dict,
    head: str,
    seed: int,
    **objective: Any,
) -> None:
    """Train the head on cached features of the frozen backbone."""
    data = read_training_data(features, paintings, works, classes)
    options = train_phase1.get("head") if isinstance(train_phase1, dict) else None
    n_members = count_members(head, options, data.store.facts["backbone"])
    check_later_stages(Path("params.yaml"), data, objective, n_members)
    aim = build_objective(data.classes, data.count_training_works(), **objective)
    arguments = (data, head, aim, seed, model, history)
    write_json(metrics, call(run_phase1, *arguments, section="train_phase1", values=train_phase1))


if __name__ == "__main__":
    run_stage(main, PARAMETERS)

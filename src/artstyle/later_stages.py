"""Refuse before hours of training what a stage after it would refuse."""

from pathlib import Path

from artstyle.parameters import load_parameters
from artstyle.phase3_methods import check_method
from artstyle.priors import plan_calibration
from artstyle.training_data import TrainingData


def check_later_stages(path: Path, data: TrainingData, objective: dict) -> None:
    """Check the choices of phase 3 and of `evaluate` that do not go with each other or with the objective.

    They are no parameters of the stage that asks, because another value makes no other network: a change of them alone
    runs no training again, and is checked by its own stage.

    Args:
        path: params.yaml.
        objective: the parameters `OBJECTIVE`.

    Raises:
        UserError: as the later stage would.
    """
    values = load_parameters(path, ("evaluate", "phases", "pseudolabel_phase3"))
    plan_calibration(data.classes, data.count_training_works(), values["evaluate"], objective)
    section = values["pseudolabel_phase3"]
    if values["phases"] == 3 and isinstance(section, dict) and "method" in section:
        check_method(section["method"], objective["loss"], data.store.facts["n_views"])

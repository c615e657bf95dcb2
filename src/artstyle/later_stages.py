"""Refuse before hours of training what a stage after it would refuse."""

from pathlib import Path

from artstyle.members import check_step
from artstyle.objectives import build_objective
from artstyle.parameters import call, check_number, check_switch, load_parameters
from artstyle.phase3_methods import check_phase3, check_shares
from artstyle.phase_checks import check_phase2
from artstyle.priors import plan_calibration
from artstyle.training_data import TrainingData


def check_later_stages(path: Path, data: TrainingData, objective: dict, n_members: int) -> None:
    """Check the parameters of phases 2 and 3, where they are run, `refit`, and what `evaluate` makes of the objective.

    They are no parameters of the stage that asks, because another value makes no other network: a change of them alone
    runs no training again, and is checked by its own stage.

    Args:
        path: params.yaml.
        objective: the parameters `OBJECTIVE`.
        n_members: classifiers in the head, each of which needs works in every step.

    Raises:
        UserError: as the later stage would.
    """
    values = load_parameters(path, ("evaluate", "finetune_phase2", "phases", "pseudolabel_phase3", "refit", "split"))
    check_switch("refit", values["refit"])
    plan_calibration(data.classes, data.count_training_works(), values["evaluate"], objective)
    phases = check_number("phases", values["phases"], 1, 3, whole=True)
    if phases >= 2:
        call(check_phase2, section="finetune_phase2", values=values["finetune_phase2"])
        check_step(n_members, values["finetune_phase2"]["fit"]["batch"], "finetune_phase2.fit")
    if phases == 3:
        built = build_objective(data.classes, data.count_training_works(), **objective)
        arguments = (built, data.store.facts["n_views"])
        call(check_phase3, *arguments, section="pseudolabel_phase3", values=values["pseudolabel_phase3"])
        check_step(n_members, values["pseudolabel_phase3"]["fit"]["batch"], "pseudolabel_phase3.fit")
        check_shares(values["pseudolabel_phase3"]["method"], data.works, values["split"])

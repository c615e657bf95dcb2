"""What the sections of phases 1 and 2 in params.yaml may hold; `phase3_methods` does the same for phase 3."""

from artstyle.errors import UserError
from artstyle.parameters import call, check_choice
from artstyle.training import check_fit
from artstyle.tuning import Tuning


def check_phase1(head: str, fit: dict) -> None:
    """Check the section `train_phase1.fit` with the head that it trains.

    Raises:
        UserError: a number out of range, a parameter missing or too many, averaged weights with a head whose
            normalisation moves in training, or rectangles cut from maps that the head does not see.
    """
    call(check_fit, "train_phase1.fit", section="train_phase1.fit", values=fit)
    if head == "crn" and fit["ema_momentum"]:
        raise UserError(
            f"params.yaml: train_phase1.fit.ema_momentum is {fit['ema_momentum']!r} with head: crn, whose batch"
            " normalisation keeps averages of its own; set it to 0"
        )
    if head != "crn" and fit["cutmix"]:
        raise UserError(
            f"params.yaml: train_phase1.fit.cutmix is {fit['cutmix']!r} with head: {head}, which sees no map to cut"
            " from; set it to 0, or take mixup"
        )


def check_phase2(*, through: str, layer_decay: float, blend: float | None, crop: float, fit: dict) -> None:
    """Check the section `finetune_phase2`; `run_phase2` says what its parameters mean.

    Raises:
        UserError: an unknown choice, a number out of range, a parameter of `fit` missing or too many.
    """
    check_choice("finetune_phase2.through", through, ("cache", "pixels"))
    Tuning(layer_decay, blend, crop).check("finetune_phase2")
    call(check_fit, "finetune_phase2.fit", section="finetune_phase2.fit", values=fit)

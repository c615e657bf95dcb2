"""What training aims at: the loss and the balancing of classes, checked against each other."""

from dataclasses import dataclass

import numpy as np

from artstyle.balancing import Balancing, build_balancing
from artstyle.errors import UserError
from artstyle.losses import PRIOR_LOSSES, WEIGHTED_LOSSES, LogitLoss, build_loss
from artstyle.parameters import call


@dataclass(frozen=True)
class Objective:
    """The loss, and how classes are balanced besides.

    Attributes:
        counts: training works of each class, (classes,), all above 0.
    """

    loss: LogitLoss
    balancing: Balancing
    counts: np.ndarray

    def weigh_classes(self) -> np.ndarray:
        """Return how much a work of each class counts once balancing acts, float64 (classes,): 1 without any.

        The weight in the loss, times the class weight, times how much more often its works are drawn.
        """
        shares = self.balancing.share_classes(self.counts, 1, 2)  # of the last epoch, whatever their number
        drawn = 1.0 if shares is None else shares / (self.counts / self.counts.sum())
        return np.asarray(self.loss.weights) * self.balancing.weights * drawn


def build_objective(
    classes: list[str],
    counts: np.ndarray,
    *,
    loss: str,
    losses: dict,
    class_weights: str,
    sampling: str,
    balancing: dict,
) -> Objective:
    """Return loss and balancing for training works of the given class sizes.

    Args:
        classes: class names.
        counts: training works of each class.
        loss, class_weights, sampling: names at the top of params.yaml.
        losses, balancing: their sections in params.yaml.

    Raises:
        UserError: a class without training works, a value out of range, or choices that correct the same skew twice.
    """
    for name, count in zip(classes, counts, strict=True):
        if count == 0:
            raise UserError(f"class {name} has no training work; change split.shares or leave the class out")
    built = Objective(
        call(build_loss, loss, counts, section="losses", values=losses),
        call(build_balancing, class_weights, sampling, counts, section="balancing", values=balancing),
        np.asarray(counts),
    )
    _refuse_double_correction(loss, class_weights, sampling)
    return built


def _refuse_double_correction(loss: str, class_weights: str, sampling: str) -> None:
    if class_weights != "none" and loss in (*WEIGHTED_LOSSES, *PRIOR_LOSSES):
        raise UserError(
            f"params.yaml: class_weights is {class_weights!r} with loss: {loss}, which corrects for class sizes itself;"
            " use class_weights: none, or another loss"
        )
    if sampling != "natural" and loss in (*WEIGHTED_LOSSES, *PRIOR_LOSSES):
        raise UserError(
            f"params.yaml: sampling is {sampling!r} with loss: {loss}, which corrects for class sizes itself;"
            " use sampling: natural, or another loss"
        )
    if sampling != "natural" and class_weights != "none":
        raise UserError(
            f"params.yaml: class_weights is {class_weights!r} with sampling: {sampling}; together they correct twice,"
            " use one of them"
        )

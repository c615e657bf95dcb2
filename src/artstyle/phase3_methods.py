"""The ways of phase 3, and what they do not go with; apart from `phase3`, so that phase 1 can ask."""

from artstyle.errors import UserError
from artstyle.losses import PRIOR_LOSSES
from artstyle.parameters import check_choice

METHODS = ("plain", "consistency")


def check_method(method: str, loss: str, n_views: int) -> None:
    """Check that a method goes with the loss and with the cached views.

    Raises:
        UserError: an unknown method, or `consistency` with a loss that leaves the class shares out of the logits, or
            without an augmented view.
    """
    check_choice("pseudolabel_phase3.method", method, METHODS)
    if method == "consistency" and loss in PRIOR_LOSSES:
        raise UserError(
            f"params.yaml: pseudolabel_phase3.method is 'consistency' with loss: {loss}, whose logits"
            " leave the class shares out; use method: plain, or another loss"
        )
    if method == "consistency" and n_views < 2:
        raise UserError(
            "params.yaml: pseudolabel_phase3.method is 'consistency', which needs an augmented view; set"
            " extract_features.n_views to 2 or more"
        )

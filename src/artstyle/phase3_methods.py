"""The ways of phase 3, and what they do not go with; apart from `phase3`, so that phase 1 can ask."""

from typing import Any

import numpy as np
import pandas as pd

from artstyle.errors import UserError
from artstyle.losses import PRIOR_LOSSES
from artstyle.objectives import Objective
from artstyle.parameters import call, check_choice, check_number
from artstyle.training import check_fit
from artstyle.tuning import Tuning

METHODS = ("plain", "consistency")
_SECTION = "pseudolabel_phase3"


def check_phase3(
    objective: Objective,
    n_views: int,
    *,
    method: str,
    select: dict,
    consistency: dict,
    weight: float,
    layer_decay: float,
    blend: float | None,
    crop: float,
    fit: dict,
) -> None:
    """Check the section `pseudolabel_phase3`; of `select` and `consistency` the one that the method reads.

    Args:
        objective: what training aims at.
        n_views: cached views of each picture.

    Raises:
        UserError: a choice that `check_method` refuses, a number out of range, a parameter missing or too many.
    """
    check_method(method, objective.loss.name, n_views, balanced=bool(np.ptp(objective.weigh_classes()) > 1e-9))
    check_number(f"{_SECTION}.weight", weight, 0, 10)
    Tuning(layer_decay, blend, crop).check(_SECTION)
    call(check_fit, f"{_SECTION}.fit", section=f"{_SECTION}.fit", values=fit, patience=None)
    if method == "plain":
        call(_check_select, section=f"{_SECTION}.select", values=select)
    else:
        call(_check_consistency, section=f"{_SECTION}.consistency", values=consistency)


def _check_select(*, threshold: float | None, precision: float, max_share_per_class: float) -> None:
    _check_threshold(f"{_SECTION}.select", threshold, precision)
    check_number(f"{_SECTION}.select.max_share_per_class", max_share_per_class, 0, 100)


def _check_consistency(*, threshold: float | None, ratio: int, momentum: float, precision: float) -> None:
    _check_threshold(f"{_SECTION}.consistency", threshold, precision)
    check_number(f"{_SECTION}.consistency.ratio", ratio, 1, 16, whole=True)
    check_number(f"{_SECTION}.consistency.momentum", momentum, 0, 0.9999)


def _check_threshold(section: str, threshold: float | None, precision: float) -> None:
    if threshold is not None:
        check_number(f"{section}.threshold", threshold, 0, 1)
    check_number(f"{section}.precision", precision, 0, 1)


def check_method(method: str, loss: str, n_views: int, *, balanced: bool = False) -> None:
    """Check that a method goes with the loss, the balancing and the cached views.

    Args:
        balanced: classes count more or less than they have works.

    Raises:
        UserError: an unknown method, or `consistency` with a loss that leaves the class shares out of the logits, with
            balanced classes, or without an augmented view.
    """
    check_choice("pseudolabel_phase3.method", method, METHODS)
    if method == "consistency" and loss in PRIOR_LOSSES:
        raise UserError(
            f"params.yaml: pseudolabel_phase3.method is 'consistency' with loss: {loss}, whose logits"
            " leave the class shares out; use method: plain, or another loss"
        )
    if method == "consistency" and balanced:
        raise UserError(
            "params.yaml: pseudolabel_phase3.method is 'consistency', which keeps to the class shares, with a loss,"
            " class_weights or sampling that balances the classes; use method: plain, or none of these"
        )
    if method == "consistency" and n_views < 2:
        raise UserError(
            "params.yaml: pseudolabel_phase3.method is 'consistency', which needs an augmented view; set"
            " extract_features.n_views to 2 or more"
        )


def check_shares(method: str, works: pd.DataFrame, split: Any) -> None:
    """Check that a method goes with the classes of the training works.

    `consistency` aligns its labels for the pool with their shares; where those were made other than the pool's, it
    would push the works of rare classes below its threshold.

    Args:
        works: the split table; a training work that was drawn several times has n_draws above 1, a work of the pool
            that `merge_sample.n` left over has a label and sampled 0.
        split: the section of params.yaml.

    Raises:
        UserError: `consistency` with `split.train_skew`, with repeated works, or with left-over works in the pool.
    """
    if method != "consistency":
        return
    skew = split.get("train_skew") if isinstance(split, dict) else None
    train, pool = (works[works["split"] == side] for side in ("train", "pool"))
    reasons = {
        f"split.train_skew: {skew}": skew is not None,
        "merge_sample.strategy: replace": (train["n_draws"] > 1).any(),
        "works that merge_sample.n left over": ((pool["sampled"] == 0) & (pool["label"] != "")).any(),
    }
    what = next((name for name, holds in reasons.items() if holds), None)
    if what:
        raise UserError(
            f"params.yaml: {_SECTION}.method is 'consistency', which expects the pool to have the class shares of the"
            f" training works, with {what}, which makes the two differ; use method: plain"
        )

"""Blend the weights before and after fine-tuning."""

from typing import Any

import keras
import numpy as np

from artstyle.callbacks import score_validation
from artstyle.parameters import check_number

# Tried on validation; of equally good ones the largest, which is most trained.
SHARES = (1.0, 0.8, 0.6, 0.4, 0.2)


def copy_weights(model: keras.Model) -> list[np.ndarray]:
    """Return copies of the trainable weights of a model, in its order."""
    return [keras.ops.convert_to_numpy(weight) for weight in model.trainable_weights]


def blend_weights(model: keras.Model, before: list[np.ndarray], validation, share: float | None) -> dict:
    """Leave `share` of the trainable weights and 1 - `share` of those before the training in a compiled model.

    On the way between a pretrained network and the same one fine-tuned there can lie networks that are better on data
    unlike the training's than either end: Wortsman et al., "Robust fine-tuning of zero-shot models" (CVPR 2022),
    equation 1 (WiSE-FT). Costs nothing when the network is used.

    Args:
        before: what `copy_weights` returned before the training.
        validation: works that `score_validation` scores the blend on.
        share: above 0, at most 1 (fine-tuned alone); None takes the one of `SHARES` with the lowest loss, see
            `selection.choose_candidate`.

    Returns:
        `blend` (the share) and `validation` {accuracy, loss, macro_f1} with it.
    """
    after = copy_weights(model)
    best: dict[str, Any] = {}
    for tried in SHARES if share is None else (share,):
        set_blend(model, before, after, tried)
        scores = score_validation(model, validation)
        if not best or scores["loss"] < best["validation"]["loss"]:
            best = {"blend": tried, "validation": scores}
    share = best["blend"]
    set_blend(model, before, after, share)
    print(f"kept: {share:.0%} the weights after fine-tuning, {1 - share:.0%} those before", flush=True)
    return best


def check_blend(section: str, share: float | None) -> None:
    """Check the parameter `blend` of a section of params.yaml; None is found on validation."""
    if share is not None:
        check_number(f"{section}.blend", share, 0.01, 1)


def set_blend(model: keras.Model, before: list[np.ndarray], after: list[np.ndarray], share: float) -> None:
    """Put `share` of the weights `after` and 1 - `share` of those `before` into a model."""
    for weight, old, new in zip(model.trainable_weights, before, after, strict=True):
        weight.assign(new if share == 1 else np.float32(1 - share) * old + np.float32(share) * new)

"""Losses by name. All take one-hot labels and logits, so that smoothing and sample weights mean the same in each."""

import keras

from artstyle.parameters import check_choice, check_number

LOSSES = ("cross_entropy", "focal")


def build_loss(name: str, *, label_smoothing: float, focal_gamma: float) -> keras.losses.Loss:
    """Return the loss; lower is better, in nats.

    `focal` is equation 4 of Lin et al., "Focal loss for dense object detection" (ICCV 2017) without the class weight
    alpha: (1 - p)^gamma times cross-entropy; gamma 0 gives cross-entropy.

    Args:
        name: one of `LOSSES`.
        label_smoothing: share of each label spread evenly over all classes, 0..0.5.
        focal_gamma: exponent of the focal loss, 0..10; not used by `cross_entropy`.

    Raises:
        UserError: an unknown loss or a value out of range.
    """
    check_choice("loss", name, LOSSES)
    check_number("losses.label_smoothing", label_smoothing, 0, 0.5)
    check_number("losses.focal_gamma", focal_gamma, 0, 10)
    if name == "focal":
        return keras.losses.CategoricalFocalCrossentropy(
            alpha=1.0, gamma=focal_gamma, from_logits=True, label_smoothing=label_smoothing
        )
    return keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=label_smoothing)

"""Losses by name. All take one-hot or mixed labels and logits, so that smoothing and weights mean the same in each."""

import keras
import numpy as np
from keras import ops

from artstyle.balancing import compute_effective_numbers
from artstyle.parameters import check_choice, check_number

LOSSES = (
    "cross_entropy",
    "focal",
    "class_balanced",
    "class_balanced_focal",
    "balanced_softmax",
    "logit_adjusted",
    "ldam",
)
# These take the class shares of the training works into the loss.
PRIOR_LOSSES = ("balanced_softmax", "logit_adjusted")
WEIGHTED_LOSSES = ("class_balanced", "class_balanced_focal")


@keras.saving.register_keras_serializable(package="artstyle")
class LogitLoss(keras.losses.Loss):
    """Cross-entropy with changed logits, a focus on hard works, and a weight of each class; nats, lower is better.

    loss = sum over classes of -t (1 - p)^gamma log p, where p = softmax(logits + offsets - margins * y),
    y is the label, and t the label times its class weight, smoothed. Linear in the label but for the margin.

    Args:
        offsets: added to the logits, one a class.
        margins: taken from the logit of the label's class, one a class.
        weights: weight of each class.
        gamma: exponent of the focal loss.
        label_smoothing: share of each label spread evenly over all classes.
    """

    def __init__(self, offsets, margins, weights, *, gamma=0.0, label_smoothing=0.0, **options):
        super().__init__(**options)
        self.offsets, self.margins, self.weights = ([float(v) for v in row] for row in (offsets, margins, weights))
        self.gamma, self.label_smoothing = gamma, label_smoothing

    def call(self, labels, logits):
        labels = ops.cast(labels, logits.dtype)  # (batch, classes)
        offsets, margins, weights = (ops.cast(row, logits.dtype) for row in (self.offsets, self.margins, self.weights))
        log_p = ops.log_softmax(logits + offsets - margins * labels, axis=-1)
        weighted = labels * weights
        spread = ops.sum(weighted, axis=-1, keepdims=True) / logits.shape[-1]  # (batch, 1)
        terms = -log_p * (weighted * (1 - self.label_smoothing) + spread * self.label_smoothing)
        if self.gamma:
            # 1 - p from the logarithm stays above 0, where the gradient of a power below 1 is infinite.
            terms = terms * ops.power(ops.maximum(-ops.expm1(log_p), 1e-7), self.gamma)
        return ops.sum(terms, axis=-1)  # (batch,)

    def get_config(self):
        names = ("offsets", "margins", "weights", "gamma", "label_smoothing")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def build_loss(
    name: str,
    counts: np.ndarray,
    *,
    label_smoothing: float,
    focal_gamma: float,
    effective_beta: float,
    logit_tau: float,
    ldam_margin: float,
) -> LogitLoss:
    """Return the loss by its name.

    - focal: Lin et al., "Focal loss for dense object detection" (ICCV 2017), equation 4; gamma 0 is cross-entropy.
    - class_balanced, class_balanced_focal: Cui et al., "Class-balanced loss based on effective number of samples"
      (CVPR 2019), equations 4 and 5; the weights add up to the number of classes.
    - balanced_softmax: Ren et al., "Balanced meta-softmax" (NeurIPS 2020), equation 3.
    - logit_adjusted: Menon et al., "Long-tail learning via logit adjustment" (ICLR 2021), equation 10; tau 1 equals
      balanced_softmax.
    - ldam: Cao et al., "Learning imbalanced datasets with label-distribution-aware margin loss" (NeurIPS 2019),
      equations 12 and 13: margins fall with the fourth root of the class size. The logits are those of a plain dense
      layer, not cosines, so that no scale is needed.

    Args:
        counts: training works of each class, (classes,), all above 0.
        label_smoothing: share of each label spread evenly over all classes, 0..0.5 (Szegedy et al., "Rethinking the
            inception architecture for computer vision", CVPR 2016, section 7).
        focal_gamma: exponent of the focal losses, 0..10.
        effective_beta: 0..0.999999; 0 weights all classes alike, near 1 by the inverse of their size.
        logit_tau: strength of the logit adjustment, 0..10.
        ldam_margin: margin of the smallest class, in logits, 0..100.

    Raises:
        UserError: an unknown loss or a value out of range.
    """
    check_choice("loss", name, LOSSES)
    check_number("losses.label_smoothing", label_smoothing, 0, 0.5)
    check_number("losses.focal_gamma", focal_gamma, 0, 10)
    check_number("losses.effective_beta", effective_beta, 0, 0.999999)
    check_number("losses.logit_tau", logit_tau, 0, 10)
    check_number("losses.ldam_margin", ldam_margin, 0, 100)
    counts = np.asarray(counts, np.float64)
    offsets, margins, weights = np.zeros(len(counts)), np.zeros(len(counts)), np.ones(len(counts))
    if name in PRIOR_LOSSES:
        offsets = np.log(counts / counts.sum()) * (logit_tau if name == "logit_adjusted" else 1)
    if name in WEIGHTED_LOSSES:
        weights = 1 / compute_effective_numbers(counts, effective_beta)
        weights *= len(counts) / weights.sum()
    if name == "ldam":
        margins = ldam_margin * (counts.min() / counts) ** 0.25
    gamma = focal_gamma if name.endswith("focal") else 0.0
    return LogitLoss(offsets, margins, weights, gamma=gamma, label_smoothing=label_smoothing, name=name)

"""Turn logits into probabilities that can be taken at their word: class shares put back, one temperature."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from artstyle.parameters import check_choice, check_number

CALIBRATIONS = ("temperature", "none")
PRIORS = ("natural", "uniform")
LOWEST, HIGHEST = 0.1, 10.0  # temperatures that are looked at
# Of the logarithm of the temperature around 0, before any work is seen. Without it, a handful of works that are all
# right would make every later prediction certain; with a thousand works it moves the temperature by one to four
# hundredths of its distance from 1, with seventy by 7 to 30.
_DEVIATION = 0.5


@dataclass(frozen=True)
class Calibration:
    """How logits become probabilities: softmax((logits + offsets) / temperature).

    Attributes:
        temperature: above 0; 1 leaves the logits as they are, more makes predictions less sure.
        offsets: one a class, added to the logits.
    """

    temperature: float
    offsets: tuple[float, ...]

    def apply(self, logits: np.ndarray) -> np.ndarray:
        """Return probabilities float64 (n, classes) of logits (n, classes)."""
        return softmax((np.asarray(logits, np.float64) + self.offsets) / self.temperature, axis=1)

    def shift(self, probabilities: np.ndarray) -> np.ndarray:
        """Return probabilities (n, classes) as if they came from logits with the offsets; no temperature."""
        shifted = np.asarray(probabilities, np.float64) * np.exp(self.offsets - np.max(self.offsets))
        return shifted / np.maximum(shifted.sum(axis=1, keepdims=True), np.finfo(np.float64).tiny)

    def as_json(self) -> dict:
        return {"temperature": self.temperature, "offsets": list(self.offsets)}


def read_calibration(values: Any, n_classes: int) -> Calibration:
    """Return the calibration that `as_json` gave; temperature 1 without offsets where there is none.

    Raises:
        ValueError: the values are not those of a calibration of so many classes.
    """
    if values is None:
        return Calibration(1.0, (0.0,) * n_classes)
    try:
        calibration = Calibration(float(values["temperature"]), tuple(float(value) for value in values["offsets"]))
    except (KeyError, TypeError, ValueError):
        raise ValueError("calibration needs a temperature and offsets") from None
    if not calibration.temperature > 0 or len(calibration.offsets) != n_classes:
        raise ValueError(f"calibration needs a temperature above 0 and {n_classes} offsets")
    return calibration


@dataclass(frozen=True)
class Prior:
    """What has to be added to the logits, apart from any temperature.

    Attributes:
        loss_offsets: what the loss added in training and the network therefore leaves out, (classes,).
        removed: logarithm of the class shares times tau, to be taken from the calibrated logits, (classes,);
            zeros for the natural distribution.
    """

    loss_offsets: np.ndarray
    removed: np.ndarray

    def calibrate(self, temperature: float) -> Calibration:
        """Return the calibration softmax((logits + loss offsets) / temperature - removed) in its usual form."""
        offsets = self.loss_offsets - temperature * self.removed
        return Calibration(round(float(temperature), 6), tuple(np.round(offsets, 6).tolist()))


def build_prior(loss_offsets: np.ndarray, counts: np.ndarray, *, prior: str, prior_tau: float) -> Prior:
    """Return the offsets for a model that was trained with a loss.

    With `natural`, the shares that a loss such as balanced_softmax takes out of the logits are put back. With
    `uniform`, the logarithm of the class shares times `prior_tau` is then subtracted: post-hoc logit adjustment, Menon
    et al., "Long-tail learning via logit adjustment" (ICLR 2021), equation 9.

    Args:
        loss_offsets: `LogitLoss.offsets` of the training, (classes,).
        counts: training works of each class, (classes,), all above 0.
        prior: the distribution of classes that probabilities are for.
        prior_tau: 0 (nothing is subtracted)..10; 1 is right for classes that are all equally frequent.

    Raises:
        UserError: an unknown prior or a value out of range.
    """
    check_choice("evaluate.prior", prior, PRIORS)
    check_number("evaluate.prior_tau", prior_tau, 0, 10)
    counts = np.asarray(counts, np.float64)
    removed = prior_tau * np.log(counts / counts.sum()) if prior == "uniform" else np.zeros(len(counts))
    return Prior(np.asarray(loss_offsets, np.float64), removed)


def find_calibration(prior: Prior, logits: np.ndarray, labels: np.ndarray, *, calibration: str) -> Calibration:
    """Return the calibration of a model, its temperature fitted where asked for.

    The temperature is fitted before any prior is removed, because validation works are distributed as the training
    works; it moves no prediction of `prior: natural`.

    Args:
        logits: of the validation works, (n, classes).
        labels: their class indices, int (n,).
        calibration: `temperature` or `none` (temperature 1).

    Raises:
        UserError: an unknown calibration.
    """
    check_choice("evaluate.calibration", calibration, CALIBRATIONS)
    if calibration == "none":
        return prior.calibrate(1.0)
    return prior.calibrate(fit_temperature(np.asarray(logits, np.float64) + prior.loss_offsets, labels))


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the most probable temperature, 0.1..10, given the labels.

    Its negative log likelihood is that of Guo et al., "On Calibration of Modern Neural Networks" (ICML 2017), section
    4.2; its logarithm is taken to be normal around 0 beforehand, see `_DEVIATION`.

    Args:
        logits: (n, classes).
        labels: class indices, int (n,).
    """
    rows = np.arange(len(labels))

    def measure_loss(log_temperature: float) -> float:
        likelihood = log_softmax(logits / np.exp(log_temperature), axis=1)[rows, labels].sum()
        return 0.5 * (log_temperature / _DEVIATION) ** 2 - likelihood

    bounds = (np.log(LOWEST), np.log(HIGHEST))
    return float(np.exp(minimize_scalar(measure_loss, bounds=bounds, method="bounded", options={"xatol": 1e-6}).x))


def recover_temperature(uncalibrated: np.ndarray, calibrated: np.ndarray) -> float | None:
    """Return the temperature between two tables of probabilities (n, classes) of the same works, None if they hide it.

    The difference of two classes' logits before calibration is the one after it times the temperature, plus a number
    that belongs to the pair. It is read off the two most probable classes of every work.
    """
    pairs = np.sort(np.argsort(-uncalibrated, axis=1, kind="stable")[:, :2], axis=1)  # (n, 2)
    before, after = (np.take_along_axis(table, pairs, axis=1) for table in (uncalibrated, calibrated))
    seen = (np.minimum(before, after) > 1e-12).all(axis=1)
    before, after = (np.log(part[seen, 0]) - np.log(part[seen, 1]) for part in (before, after))
    _, pair = np.unique(pairs[seen], axis=0, return_inverse=True)
    before, after = (_centre(part, pair) for part in (before, after))
    scatter = float(after @ after)
    return float(before @ after) / scatter if scatter > 1e-6 else None


def _centre(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    if len(values) == 0:
        return values
    return values - (np.bincount(group, weights=values) / np.bincount(group))[group]

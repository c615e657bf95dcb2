"""Give small classes, or artists with few works, more say in training (no TensorFlow)."""

from dataclasses import dataclass

import numpy as np

from artstyle.errors import UserError
from artstyle.parameters import check_choice, check_number

CLASS_WEIGHTS = ("none", "inverse", "sqrt_inverse", "effective")
SAMPLING = ("natural", "balanced", "sqrt", "progressive")


def compute_effective_numbers(counts: np.ndarray, beta: float) -> np.ndarray:
    """Return the effective number of works of each class, (1 - beta^n) / (1 - beta).

    Cui et al., "Class-balanced loss based on effective number of samples" (CVPR 2019), equation 3. Works overlap in
    what they show, so that each further one counts less.

    Args:
        counts: works of each class, above 0.
        beta: 0 (every class counts 1) up to below 1 (near 1 the number itself).
    """
    return (1 - np.power(beta, np.asarray(counts, np.float64))) / (1 - beta)


def compute_class_weights(name: str, counts: np.ndarray, beta: float) -> np.ndarray:
    """Return the weight of each class, float64 (classes,), with mean 1 over the training works.

    Args:
        name: none | inverse (1 / n) | sqrt_inverse (1 / sqrt n) | effective (1 / effective number).
        counts: training works of each class, above 0.
        beta: of the effective number.
    """
    counts = np.asarray(counts, np.float64)
    weights = {
        "none": np.ones(len(counts)),
        "inverse": 1 / counts,
        "sqrt_inverse": 1 / np.sqrt(counts),
        "effective": 1 / compute_effective_numbers(counts, beta),
    }[name]
    return weights * counts.sum() / (weights * counts).sum()


@dataclass(frozen=True)
class Balancing:
    """How classes are balanced over the epochs of a phase.

    Attributes:
        weights: weight of each class, (classes,), once balancing acts.
        sampling: one of `SAMPLING`.
        deferred_share: share of the epochs before weights and sampling act, 0..0.95, rounded down to whole epochs;
            0 = from the start, as in every phase of one epoch.
        artist_exponent: as in `artists.weigh_by_artist`; acts from the start, and between the works of a class only.
    """

    weights: np.ndarray
    sampling: str
    deferred_share: float
    artist_exponent: float = 0.0

    def find_start(self, epochs: int) -> int:
        """Return the first epoch (from 0) in which balancing acts; the last one at the latest."""
        return int(self.deferred_share * epochs + 1e-9)  # 0.58 of 50 is 28.999... in binary

    def weigh(self, labels: np.ndarray, epoch: int, epochs: int) -> np.ndarray:
        """Return the factor of each sample's weight, float32 (n,), in an epoch counted from 0."""
        if epoch < self.find_start(epochs):
            return np.ones(len(labels), np.float32)
        return self.weights[labels].astype(np.float32)

    def share_classes(self, counts: np.ndarray, epoch: int, epochs: int) -> np.ndarray | None:
        """Return the share of each class in an epoch (from 0), or None where every work is drawn once.

        `progressive` goes linearly from natural to balanced (Kang et al., "Decoupling representation and classifier",
        ICLR 2020, equation 2); `sqrt` draws by the square root of the class size (equation 1 with q = 1/2).

        Args:
            counts: samples of each class; a class without any gets share 0.
        """
        start = self.find_start(epochs)
        if self.sampling == "natural" or epoch < start:
            return None
        natural = counts / counts.sum()
        balanced = (counts > 0) / np.count_nonzero(counts)
        if self.sampling == "balanced":
            return balanced
        if self.sampling == "sqrt":
            return np.sqrt(counts) / np.sqrt(counts).sum()
        done = min(1.0, (epoch - start) / (epochs - start - 1)) if epochs - start > 1 else 1.0
        return (1 - done) * natural + done * balanced


def build_balancing(
    class_weights: str,
    sampling: str,
    counts: np.ndarray,
    *,
    effective_beta: float,
    deferred_share: float,
    artist_exponent: float,
) -> Balancing:
    """Return the balancing by its names.

    Args:
        class_weights, sampling: one of `CLASS_WEIGHTS` and of `SAMPLING`.
        counts: training works of each class, above 0.
        effective_beta: beta of `class_weights: effective`, 0..0.999999.
        deferred_share: share of the epochs of a phase before both act, 0..0.95 (deferred re-weighting: Cao et al.,
            NeurIPS 2019, section 3.3).
        artist_exponent: see `artists.weigh_by_artist`, 0..1.

    Raises:
        UserError: an unknown name or a value out of range.
    """
    check_choice("class_weights", class_weights, CLASS_WEIGHTS)
    check_choice("sampling", sampling, SAMPLING)
    check_number("balancing.effective_beta", effective_beta, 0, 0.999999)
    check_number("balancing.deferred_share", deferred_share, 0, 0.95)
    check_number("balancing.artist_exponent", artist_exponent, 0, 1)
    if deferred_share and class_weights == "none" and sampling == "natural":
        raise UserError(
            f"params.yaml: balancing.deferred_share is {deferred_share!r}, but nothing is there to be deferred;"
            " choose class_weights or sampling, or set it to 0"
        )
    weights = compute_class_weights(class_weights, counts, effective_beta)
    return Balancing(weights, sampling, deferred_share, artist_exponent)


def draw_by_class(labels: np.ndarray, shares: np.ndarray, n: int, random: np.random.Generator) -> np.ndarray:
    """Return `n` positions into `labels`, shuffled, with the wanted share of each class (exact up to rounding).

    Works of a class come round in turn: none is drawn twice before every other one was drawn once.

    Args:
        labels: class index of each sample, int (samples,).
        shares: share of each class, (classes,), adding up to 1; 0 for classes without samples.
    """
    quotas = np.floor(shares * n + 1e-9).astype(int)
    rest = np.argsort(-(shares * n - quotas), kind="stable")[: n - quotas.sum()]
    quotas[rest] += 1
    drawn = []
    for label, quota in enumerate(quotas):
        own = np.flatnonzero(labels == label)
        rounds = -(-quota // len(own)) if quota else 0
        drawn.extend(np.concatenate([random.permutation(own) for _ in range(rounds)])[:quota] if rounds else [])
    return random.permutation(np.array(drawn, dtype=np.int64))

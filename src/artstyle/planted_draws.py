"""Plant wrong labels again and again, and judge each time what was planted."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from artstyle.errors import UserError
from artstyle.evidence import Evidence
from artstyle.label_noise import KINDS, find_similar, flip_labels, name_noise
from artstyle.label_review import Options, Review, review_labels
from artstyle.parameters import check_choice, check_number


@dataclass(frozen=True)
class Draw:
    """One judgement of labels of which some are known to be wrong; n rows each.

    Attributes:
        kind: name of the noise, see `name_noise`.
        suspicions: from `list_suspicions`.
        wrong: labels that were planted, bool (n,).
        considered: works that count when the ranking is measured, bool (n,).
    """

    kind: str
    suspicions: pd.DataFrame
    wrong: np.ndarray
    considered: np.ndarray


def plant_draws(
    evidence: Evidence,
    review: Review,
    fit: np.ndarray,
    options: Options,
    purpose: str,
    *,
    shares: list[float],
    kinds: list[str],
    n_seeds: int,
    seed: int,
) -> Iterator[Draw]:
    """Plant every share and kind of noise with every seed and judge all labels anew, out of fold.

    The chance of a draw depends on the seed, its purpose, kind, share and number only, so that what is reported never
    shares a draw with what a rule is chosen on, and another kind changes nothing here.

    Args:
        review: of the given labels; says which classes are alike.
        fit: works whose label may flip, bool (n,); only they are considered.
        purpose: name of the series of draws.
        shares: shares of the works in `fit` whose label flips, each more than 0 and at most 0.5.
        kinds: of `KINDS`.
        n_seeds: draws of each.
    """
    _check(purpose, shares, kinds, n_seeds)
    similar = find_similar(review.probabilities, review.labels, evidence.trusted)
    for share in shares:
        for kind in kinds:
            name = name_noise(kind, share)
            for number in range(n_seeds):
                rng = np.random.default_rng([seed, *f"{purpose}/{name}".encode(), number])
                labels, wrong = flip_labels(evidence.labels, fit, kind, share, similar, rng)
                judged = review_labels(evidence, labels, options, int(rng.integers(2**31)))
                if wrong.any() and (fit & ~wrong).any():
                    yield Draw(name, judged.suspicions, wrong, fit)


def _check(purpose: str, shares: list[float], kinds: list[str], n_seeds: int) -> None:
    check_number(f"outliers.{purpose}.n_seeds", n_seeds, int(purpose == "combine"), 1000, whole=True)
    for name, values in (("shares", shares), ("kinds", kinds)):
        if not isinstance(values, list) or not values or len(set(map(str, values))) < len(values):
            raise UserError(f"params.yaml: outliers.{purpose}.{name} is {values!r}; expected a list without repeats")
    for share in shares:
        check_number(f"outliers.{purpose}.shares", share, 1e-6, 0.5)
    for kind in kinds:
        check_choice(f"outliers.{purpose}.kinds", kind, KINDS)

"""Judge the works of an artist together: most artists keep to a style or two, so that one work speaks of the others.

No label of any of them is used, only that they are by one artist.

Each artist has class shares of their own, drawn from a Dirichlet distribution around those of the collection; the
classes of the works are drawn from them, and a picture speaks for a class by its probability over the share of that
class in the collection. The class of each work is then inferred from its picture and from what the others seem to be,
by zero-order collapsed variational inference: Asuncion, Welling, Smyth and Teh, "On Smoothing and Inference for Topic
Models" (UAI 2009), there CVB0, with works for words, artists for documents and classes for topics.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import softmax

from artstyle.errors import UserError
from artstyle.model_folders import FACTS, check_folder
from artstyle.scores import MIN_PROBABILITY
from artstyle.temperature import fit_temperature

# Concentrations that are looked at, in works: with 1 the first other work weighs as much as the whole collection, with
# 4096 even an artist of many works is judged one by one.
CANDIDATES = tuple(2.0**power for power in range(13))
_MAX_ROUNDS, _STILL = 2000, 1e-8


@dataclass(frozen=True)
class Oeuvre:
    """How works of an artist are judged together.

    Attributes:
        concentration: how many works of an artist the shares of the collection count for, above 0; less lets the
            other works of an artist say more.
        shares: of each class in the collection, (classes,), above 0, adding up to 1.
        temperature: divides the logarithms of what is inferred, above 0. Works of an artist are mistaken together,
            which the inference does not know: without it, it is too sure.
        balance: how much more each class counts in the probabilities than by its share, (classes,), above 0; empty if
            they are for the shares as they are. It is taken out before the inference and put back after it.
    """

    concentration: float
    shares: tuple[float, ...]
    temperature: float = 1.0
    balance: tuple[float, ...] = ()

    def apply(self, probabilities: np.ndarray, artists: np.ndarray) -> np.ndarray:
        """Return the probabilities of works, float64 (n, classes), given the others of their artists.

        Args:
            probabilities: of each work by its picture alone, (n, classes), rows add up to 1.
            artists: name of each work's artist, (n,); a work whose artist is "" is judged alone, and so is the only
                work of an artist: both keep their probabilities.
        """
        probabilities = np.asarray(probabilities, np.float64)
        rows, group = find_companions(artists)
        judged = probabilities.copy()
        if len(rows):
            balance = np.asarray(self.balance or 1.0)
            inferred = self._infer(_normalise(probabilities[rows] / balance), group)
            judged[rows] = _normalise(softmax(np.log(inferred) / self.temperature, axis=1) * balance)
        return judged

    def _infer(self, probabilities: np.ndarray, group: np.ndarray) -> np.ndarray:
        shares = np.asarray(self.shares)
        evidence = np.maximum(probabilities, MIN_PROBABILITY) / shares
        q = probabilities.copy()
        for _ in range(_MAX_ROUNDS):
            total = np.zeros((group.max() + 1, len(shares)))
            np.add.at(total, group, q)
            new = evidence * (self.concentration * shares + total[group] - q)
            new /= new.sum(axis=1, keepdims=True)
            moved = np.abs(new - q).max()
            # Half a step: two works that contradict each other would else change places for ever.
            q = (q + new) / 2
            if moved < _STILL:
                break
        return q

    def as_json(self) -> dict[str, Any]:
        return {
            "concentration": self.concentration,
            "temperature": self.temperature,
            "shares": list(self.shares),
            "balance": list(self.balance),
        }


def read_oeuvre(values: Any, n_classes: int) -> Oeuvre:
    """Return what `as_json` gave.

    Raises:
        ValueError: the values are not that, for so many classes.
    """
    try:
        shares, balance = (tuple(float(value) for value in values[name]) for name in ("shares", "balance"))
        oeuvre = Oeuvre(float(values["concentration"]), shares, float(values["temperature"]), balance)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise ValueError("oeuvre needs a concentration, a temperature, shares and balance") from None
    numbers = np.array([oeuvre.concentration, oeuvre.temperature, *shares, *balance])
    whole = len(shares) == n_classes and abs(sum(shares) - 1) < 0.001 and len(balance) in (0, n_classes)
    if not whole or not (np.isfinite(numbers) & (numbers > 0)).all():
        raise ValueError(f"oeuvre needs concentration, temperature and {n_classes} shares of 1, all above 0")
    return oeuvre


def open_oeuvre(folder: Path) -> Oeuvre:
    """Read how an exported classifier judges works of an artist together.

    Raises:
        UserError: the folder is no model, or its export says nothing about that.
    """
    facts = check_folder(folder)
    if "oeuvre" not in facts:
        raise UserError(
            f"{folder}: does not say how works of an artist are judged together (trained with target: artist, or by"
            " other code); leave out --by-artist"
        )
    try:
        return read_oeuvre(facts["oeuvre"], len(facts["architecture"]["classes"]))
    except (KeyError, TypeError):
        raise UserError(f"{folder / FACTS}: not the description of a model") from None
    except ValueError as error:
        raise UserError(f"{folder / FACTS}: {error}") from None


def find_oeuvre(
    probabilities: np.ndarray,
    labels: np.ndarray,
    artists: np.ndarray,
    *,
    balances: Sequence[np.ndarray | None],
    concentration: float | None,
    calibration: str,
) -> Oeuvre:
    """Return how works of an artist are judged together, the concentration found where it is not given.

    Shares of the classes are the mean of the probabilities, without their balance: the collection as the classifier
    sees it. The concentration is the one of `CANDIDATES` with the lowest loss, before
    the temperature is fitted, as `fit_temperature` does, on the works of artists with several.

    Args:
        probabilities, labels, artists: of works that the classifier did not learn from, (n, classes), (n,), (n,).
        balances: see `Oeuvre`, each up to a factor; None if there is none. Of several the one with the lowest loss.
        concentration: above 0, or None.
        calibration: `temperature` or `none` (temperature 1).
    """
    tried = []  # loss, how works are judged together without their balance, the balance, what comes out
    # Of equals the one that trusts other works least.
    candidates = CANDIDATES[::-1] if concentration is None else (concentration,)
    for each in balances:
        balance = () if each is None else tuple(np.round(each / np.min(each), 6).tolist())
        natural = _normalise(np.asarray(probabilities, np.float64) / (balance or 1.0))
        shares = np.maximum(natural.mean(axis=0), 1e-4)
        shares = tuple(np.round(shares / shares.sum(), 6).tolist())
        for oeuvre in (Oeuvre(value, shares) for value in candidates):
            judged = oeuvre.apply(natural, artists)
            own = np.maximum(judged[np.arange(len(labels)), labels], MIN_PROBABILITY)
            tried.append((-np.log(own).mean(), oeuvre, balance, judged))
    _, oeuvre, balance, judged = min(tried, key=lambda each: each[0])
    rows, _ = find_companions(artists)
    if calibration == "none" or not len(rows):
        return replace(oeuvre, balance=balance)
    temperature = fit_temperature(np.log(np.maximum(judged[rows], MIN_PROBABILITY)), labels[rows])
    return replace(oeuvre, temperature=round(temperature, 6), balance=balance)


def _normalise(rows: np.ndarray) -> np.ndarray:
    return rows / rows.sum(axis=1, keepdims=True)


def find_companions(artists: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of works that are not the only one of their artist, int (m,), and the artist of each, 0.. (m,).

    Args:
        artists: names, (n,); "" is nobody, not an artist.
    """
    names, group, n_works = np.unique(np.asarray(artists, str), return_inverse=True, return_counts=True)
    rows = np.flatnonzero(((n_works > 1) & (names != ""))[group])
    return rows, np.unique(group[rows], return_inverse=True)[1]

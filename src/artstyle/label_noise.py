"""Plant wrong labels on purpose, so that scores can be measured on any pictures."""

import re

import numpy as np

KINDS = ("uniform", "similar")
_WORDS = {"uniform": "to any class", "similar": "to the most similar class"}


def name_noise(kind: str, share: float) -> str:
    """Return the name of a kind of noise, for instance `noise_5_similar` for 5 % of the labels."""
    return f"noise_{100 * share:g}_{kind}".replace(".", "_")


def describe_noise(name: str) -> str:
    """Return in words what a name of `name_noise` stands for; a name of something else as it is."""
    found = re.fullmatch(r"noise_(.+)_(uniform|similar)", name)
    return f"{found[1].replace('_', '.')} % flipped {_WORDS[found[2]]}" if found else name


def find_similar(probabilities: np.ndarray, labels: np.ndarray, trusted: np.ndarray) -> np.ndarray:
    """Return the class that each class is mistaken for most, int (k,).

    That is the other class with the highest mean out-of-fold probability over the trusted works of the class; only
    classes that a work was given count.

    Args:
        probabilities: float (n, k), out of fold.
        labels: given class indices, int (n,).
        trusted: bool (n,).
    """
    n_classes = probabilities.shape[1]
    present = np.unique(labels)
    similar = np.arange(n_classes)
    for label in present:
        members = (labels == label) & trusted
        others = present[present != label]
        if members.any() and len(others):
            similar[label] = others[probabilities[members].mean(0)[others].argmax()]
    return similar


def flip_labels(
    labels: np.ndarray, fit: np.ndarray, kind: str, share: float, similar: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Give a share of the works another label.

    Args:
        labels: given class indices, int (n,).
        fit: works whose label may flip, bool (n,); the share is of these, at least one work.
        kind: `uniform` (any other class that is given) or `similar` (Han et al., "Co-teaching", NeurIPS 2018, call it
            pair flipping).
        share: 0..1.
        similar: from `find_similar`.

    Returns:
        The new labels and where they are wrong, bool (n,).
    """
    rows = np.flatnonzero(fit)
    chosen = rng.permutation(rows)[: max(1, round(share * len(rows)))]
    present = np.unique(labels)
    flipped = labels.copy()
    if kind == "similar":
        flipped[chosen] = similar[labels[chosen]]
    elif len(present) > 1:
        steps = rng.integers(1, len(present), size=len(chosen))
        flipped[chosen] = present[(np.searchsorted(present, labels[chosen]) + steps) % len(present)]
    return flipped, flipped != labels

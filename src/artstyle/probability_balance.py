"""For which class shares are a classifier's probabilities? Those of the collection, or others by training or choice."""

import numpy as np

from artstyle.objectives import Objective
from artstyle.temperature import Prior


def find_balance(objective: Objective, prior: Prior, asked: np.ndarray | None) -> np.ndarray | None:
    """Return how much more each class counts in a classifier's probabilities than by its share, (classes,).

    None if it does not: trained on the classes as they are, for the classes as they are.

    Args:
        objective: of the training, with the works of each class that it saw.
        prior: what is put back into the logits and taken out of them.
        asked: class indices of works as they will be asked about, if training works have other shares; else None.
    """
    balance = objective.weigh_classes() * np.exp(-prior.removed)
    if asked is not None:
        natural = np.bincount(asked, minlength=len(balance)) + 1
        balance = balance * (objective.counts / objective.counts.sum()) / (natural / natural.sum())
    return None if np.allclose(balance, balance[0]) else balance

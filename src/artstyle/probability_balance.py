"""For which class shares are a classifier's probabilities? Those of the collection, or others by training or choice."""

import numpy as np
import pandas as pd

from artstyle.objectives import Objective
from artstyle.temperature import Prior


def find_balance(
    objective: Objective, prior: Prior, works: pd.DataFrame, labels: np.ndarray, skew: float | None
) -> np.ndarray | None:
    """Return how much more each class counts in a classifier's probabilities than by its share, (classes,).

    None if it does not: trained on the classes as they are, for the classes as they are.

    Args:
        objective: of the training, with the works of each class that it saw.
        prior: what is put back into the logits and taken out of them.
        works: the split: split, n_draws.
        labels: class indices of the validation works, int (n,). Their shares stand for those of the works that will be
            asked about where the training works have others: repeated ones, or with a skew.
        skew: `split.train_skew`.
    """
    balance = objective.weigh_classes() * np.exp(-prior.removed)
    if skew is not None or (works.loc[works["split"] == "train", "n_draws"] > 1).any():
        natural = np.bincount(labels, minlength=len(balance)) + 1
        balance = balance * (objective.counts / objective.counts.sum()) / (natural / natural.sum())
    return None if np.allclose(balance, balance[0]) else balance

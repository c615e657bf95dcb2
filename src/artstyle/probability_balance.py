"""For which class shares are a classifier's probabilities? Those of the collection, or others by training or choice."""

import numpy as np
import pandas as pd

from artstyle.objectives import Objective
from artstyle.temperature import Prior


def find_balances(
    objective: Objective, prior: Prior, works: pd.DataFrame, labels: np.ndarray, skew: float | None
) -> list[np.ndarray | None]:
    """Return how much more each class may count in a classifier's probabilities than by its share, (classes,) each.

    None for one that does not: trained on the classes as they are, for the classes as they are. There are two where
    balancing is deferred: validation may have kept an epoch from before it.

    Args:
        objective: of the training, with the works of each class that it saw.
        prior: what is put back into the logits and taken out of them.
        works: the split: split, n_draws.
        labels: class indices of the validation works, int (n,). Their shares stand for those of the works that will be
            asked about where the training works have others: repeated ones, or with a skew.
        skew: `split.train_skew`.
    """
    asked = np.exp(-prior.removed)
    if skew is not None or (works.loc[works["split"] == "train", "n_draws"] > 1).any():
        natural = np.bincount(labels, minlength=len(asked)) + 1
        asked = asked * (objective.counts / objective.counts.sum()) / (natural / natural.sum())
    weighed = asked * objective.weigh_classes()
    balances = [weighed, asked] if objective.balancing.deferred_share > 0 else [weighed]
    return [None if np.allclose(balance, balance[0]) else balance for balance in balances]

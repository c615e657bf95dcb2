"""For which class shares are a classifier's probabilities? Those of the collection, or others by training or choice."""

from typing import Any

import numpy as np

from artstyle.objectives import build_objective
from artstyle.temperature import Prior
from artstyle.training_data import TrainingData


def find_balances(
    data: TrainingData, prior: Prior, objective: dict[str, Any], skew: float | None
) -> list[np.ndarray | None]:
    """Return how much more each class may count in a classifier's probabilities than by its share, (classes,) each.

    None for one that does not: trained on the classes as they are, for the classes as they are. There are two where
    balancing is deferred: validation may have kept an epoch from before it.

    Args:
        data: of the training. The shares of its validation works stand for those of the works that will be asked about
            where the training works have others: repeated ones, or with a skew.
        prior: what is put back into the logits and taken out of them.
        objective: the parameters `OBJECTIVE`.
        skew: `split.train_skew`.
    """
    counts, train = data.count_training_works(), data.select("train")
    aim, asked = build_objective(data.classes, counts, **objective), np.exp(-prior.removed)
    if skew is not None or (train["n_draws"] > 1).any():
        natural = np.bincount(data.encode(data.select("validation")), minlength=len(asked)) + 1
        asked = asked * (counts / counts.sum()) / (natural / natural.sum())
    weighed = asked * aim.weigh_classes()
    balances = [weighed, asked] if aim.balancing.deferred_share > 0 else [weighed]
    return [None if np.allclose(balance, balance[0]) else balance for balance in balances]

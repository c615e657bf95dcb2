"""What the works of an artist have in common: the class that most of them have, or are taken for."""

from typing import Any

import numpy as np
import pandas as pd

from artstyle.artists import name_artists
from artstyle.predictions import Predictions
from artstyle.scores import macro_f1


def compare_with_one_class(together: Predictions, alone: Predictions) -> dict[str, Any]:
    """Return what giving all works of an artist one class would reach, and what becomes of works outside of it.

    Args:
        together, alone: predictions of the same works in the same order, judged together and one by one.

    Returns:
        vote {accuracy, macro_f1}: of the class that most works of the artist are taken for alone;
        one_class_an_artist: accuracy of the most frequent given class, which nobody exceeds who gives one class to all;
        outside_that_class {n, together, alone}: number of the other works, and the share that is recognised.
    """
    names, labels = name_artists(alone.table), alone.labels
    taken = {"together": together.probabilities.argmax(axis=1), "alone": alone.probabilities.argmax(axis=1)}
    voted, main = find_most_frequent(names, taken["alone"]), find_most_frequent(names, labels)
    outside = main != labels
    return {
        "vote": {
            "accuracy": float((voted == labels).mean()),
            "macro_f1": macro_f1(labels, voted, len(alone.class_names)),
        },
        "one_class_an_artist": float((main == labels).mean()),
        "outside_that_class": {
            "n": int(outside.sum()),
            **{name: float((each == labels)[outside].mean()) if outside.any() else 0.0 for name, each in taken.items()},
        },
    }


def find_most_frequent(names: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return for each row the most frequent value among the rows of the same name, (n,); of equals the lowest."""
    return pd.crosstab(names, values).idxmax(axis=1).loc[names].to_numpy()

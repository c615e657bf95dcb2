"""Choose test works to look at: right and wrong predictions, and the classes that are confused most."""

from dataclasses import dataclass

import numpy as np

from artstyle.predictions import Predictions
from artstyle.scores import count_confusions

MOST_TILES = 8
MOST_PAIRS = 6
OF_EACH_KIND = 4


@dataclass(frozen=True)
class Tiles:
    """A row of works with what is to be said about them.

    Attributes:
        title: words above the row.
        rows: rows of the predictions, at most 8.
        seen_for: class index for each of them whose evidence a heat map is to show.
    """

    title: str
    rows: np.ndarray
    seen_for: np.ndarray


def choose_predictions(part: Predictions) -> list[Tiles]:
    """Return works of the largest classes, one each: surest right, least sure right, surest wrong; and the surest wrong
    ones of all that are not among these."""
    labels, predicted, confidence = part.labels, part.probabilities.argmax(axis=1), part.probabilities.max(axis=1)
    support = np.bincount(labels, minlength=len(part.class_names))
    classes = np.sort(np.argsort(-support, kind="stable")[:MOST_TILES])
    right = labels == predicted
    paintings = part.table["painting"].to_numpy(str)

    def pick_each(wanted: np.ndarray, key: np.ndarray) -> np.ndarray:
        order = np.lexsort((paintings, key))  # ties by name, so that the order of rows decides nothing
        firsts = [[row for row in order if wanted[row] and labels[row] == c][:1] for c in classes]
        return np.array([row for first in firsts for row in first], dtype=np.int64)

    wrong = pick_each(~right, -confidence)
    others = [row for row in np.lexsort((paintings, -confidence)) if not right[row] and row not in set(wrong)]
    chosen = {
        "Right, the surest of each class": pick_each(right, -confidence),
        "Right, the least sure of each class": pick_each(right, confidence),
        "Wrong, the surest of each class": wrong,
        "Wrong, the surest of the others": np.array(others[:MOST_TILES], dtype=np.int64),
    }
    return [Tiles(title, rows, predicted[rows]) for title, rows in chosen.items() if len(rows)]


def choose_confused(part: Predictions) -> list[Tiles]:
    """Return the pairs of classes that are confused most: works of the one called the other, beside right ones of it.

    The first four works of a row are the surest of those that were confused, the last the surest right ones.
    """
    labels, predicted, confidence = part.labels, part.probabilities.argmax(axis=1), part.probabilities.max(axis=1)
    names = [name.replace("_", " ") for name in part.class_names]
    counts = count_confusions(labels, predicted, len(names))
    off = counts - np.diag(np.diag(counts))
    order = np.lexsort((part.table["painting"].to_numpy(str), -confidence))
    pairs = [np.unravel_index(place, off.shape) for place in np.argsort(-off, axis=None, kind="stable")[:MOST_PAIRS]]
    tiles = []
    for given, called in pairs:
        if off[given, called]:
            mistaken = [row for row in order if (labels[row], predicted[row]) == (given, called)][:OF_EACH_KIND]
            right = [row for row in order if labels[row] == predicted[row] == called][:OF_EACH_KIND]
            title = f"{off[given, called]} of {counts[given].sum()} works of {names[given]} called {names[called]}"
            title += f"; last, works rightly called {names[called]}" if right else ""
            tiles.append(Tiles(title, np.array([*mistaken, *right]), np.full(len(mistaken) + len(right), called)))
    return tiles


def split_evidence(part: Predictions, confused: list[Tiles]) -> list[Tiles]:
    """Return for each confused pair the confused works twice: evidence for the predicted, then for the given class."""
    names = [name.replace("_", " ") for name in part.class_names]
    twice = []
    for tiles in confused:
        called = tiles.seen_for[0]
        rows = tiles.rows[part.labels[tiles.rows] != called]
        given = part.labels[rows[0]]
        title = f"{names[given]} called {names[called]}: what speaks for {names[called]}, then for {names[given]}"
        seen_for = np.concatenate([np.full(len(rows), called), np.full(len(rows), given)])
        twice.append(Tiles(title, np.concatenate([rows, rows]), seen_for))
    return twice

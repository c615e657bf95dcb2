import numpy as np
import pandas as pd
import pytest

from artstyle.intervals import measure_gain, measure_intervals, measure_intervals_by_picture, score_by_artist_size
from artstyle.predictions import Predictions

NAMES = ["cubism", "rococo"]


def make(artists: list[str], right: list[bool]) -> Predictions:
    """Return predictions of works of class 0 and 1 in turn, right or wrong with a probability of 0.8."""
    labels = np.arange(len(artists)) % 2
    predicted = np.where(right, labels, 1 - labels)
    table = pd.DataFrame({"painting": [f"{i:03}.jpg" for i in range(len(artists))], "artist": artists})
    return Predictions(table, labels, np.where(predicted[:, None] == [0, 1], 0.8, 0.2), NAMES)


ALIKE = make([f"a{i // 10}" for i in range(200)], [i // 10 % 2 == 0 for i in range(200)])  # an artist is right or wrong


def test_artists_give_wider_intervals_than_pictures_where_their_works_go_together():
    wide, narrow = measure_intervals(ALIKE, 1), measure_intervals_by_picture(ALIKE, 1)
    for name in ("accuracy", "macro_f1"):
        assert wide[name]["low"] < narrow[name]["low"] < 0.5 < narrow[name]["high"] < wide[name]["high"]
    assert list(wide) == ["accuracy", "macro_f1", "balanced_accuracy", "ece"]
    # 20 artists and 200 works that are right with probability 1/2: 1.96 standard errors.
    assert wide["accuracy"]["low"] == pytest.approx(0.5 - 1.96 * 0.5 / np.sqrt(20), abs=0.06)
    assert narrow["accuracy"]["low"] == pytest.approx(0.5 - 1.96 * 0.5 / np.sqrt(200), abs=0.02)


def test_works_of_artists_of_their_own_give_the_intervals_of_pictures():
    single = make([f"a{i:03}" for i in range(100)], [i % 4 > 0 for i in range(100)])
    assert measure_intervals(single, 2)["accuracy"] == measure_intervals_by_picture(single, 2)["accuracy"]
    unnamed = make([""] * 100, [i % 4 > 0 for i in range(100)])
    assert measure_intervals(unnamed, 2) == measure_intervals(single, 2)


def test_a_gain_is_paired():
    artists = [f"a{i // 10}" for i in range(200)]
    better = make(artists, [i // 10 % 2 == 0 or i % 10 == 0 for i in range(200)])  # one more of ten with each artist
    gain = measure_gain(better, ALIKE, 1)["accuracy"]
    assert gain["gain"] == pytest.approx(0.05)
    assert 0.0 < gain["low"] < 0.05 < gain["high"] < 0.1  # although each accuracy is uncertain by 0.2
    assert measure_gain(ALIKE, ALIKE, 1)["macro_f1"] == {"gain": 0, "low": 0, "high": 0}


def test_a_gain_needs_the_same_works_in_any_order():
    order = np.random.default_rng(0).permutation(200)
    table = ALIKE.table.iloc[order].reset_index(drop=True)
    turned = Predictions(table, ALIKE.labels[order], ALIKE.probabilities[order], NAMES)
    assert measure_gain(turned, ALIKE, 1)["accuracy"] == {"gain": 0, "low": 0, "high": 0}
    with pytest.raises(ValueError, match="same works"):
        measure_gain(make(["a"], [True]), ALIKE, 1)


def test_works_are_told_apart_by_how_many_their_artist_has():
    part = make(["x"] * 6 + ["y"] * 5 + ["", ""], [True] * 3 + [False] * 3 + [True] * 4 + [False] * 2 + [True])
    assert score_by_artist_size(part) == {
        "few": {"n_artists": 3, "n_works": 7, "accuracy": pytest.approx(5 / 7)},
        "many": {"n_artists": 1, "n_works": 6, "accuracy": 0.5},
    }
    assert score_by_artist_size(make(["x"], [True]))["many"] == {"n_artists": 0, "n_works": 0, "accuracy": 0}

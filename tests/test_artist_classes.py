import numpy as np
import pandas as pd
import pytest

from artstyle.artist_classes import compare_with_one_class, find_most_frequent
from artstyle.predictions import Predictions

ARTISTS = ["a", "a", "a", "b", "b", ""]
LABELS = np.array([0, 1, 0, 1, 0, 1])


def make(predicted: list[int]) -> Predictions:
    table = pd.DataFrame({"painting": [f"{i}.jpg" for i in range(6)], "artist": ARTISTS})
    return Predictions(table, LABELS, np.where(np.array(predicted)[:, None] == [0, 1], 0.8, 0.2), ["cubism", "rococo"])


def test_the_most_frequent_value_of_each_name_and_of_equals_the_lowest():
    found = find_most_frequent(np.array(["b", "a", "b", "b", "a"]), np.array([2, 1, 0, 2, 0]))
    assert found.tolist() == [2, 0, 2, 2, 0]


def test_one_class_for_all_works_of_an_artist_by_hand():
    # Given: of a 0 1 0, of b 1 0 (of equals 0), of nobody 1. Taken for alone: a 0 0 0, b 0 1 (0), nobody 1.
    found = compare_with_one_class(make([0, 1, 1, 0, 0, 1]), make([0, 0, 0, 0, 1, 1]))
    assert found["one_class_an_artist"] == pytest.approx((2 + 1 + 1) / 6)
    assert found["vote"]["accuracy"] == pytest.approx(4 / 6)  # 0 0 0, 0 0 and 1
    # 0: called 5 times, given 3 times, 3 right; 1: called once, given 3 times, right.
    assert found["vote"]["macro_f1"] == pytest.approx((2 * 3 / 8 + 2 * 1 / 4) / 2)
    assert found["outside_that_class"] == {"n": 2, "together": 0.5, "alone": 0.0}  # the second work and the fourth


def test_without_works_outside_their_share_is_0():
    same = make([0] * 6)
    alike = Predictions(same.table, np.zeros(6, int), same.probabilities, same.class_names)
    assert compare_with_one_class(alike, alike)["outside_that_class"] == {"n": 0, "together": 0.0, "alone": 0.0}

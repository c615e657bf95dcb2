import numpy as np
import pandas as pd
import pytest

from artstyle.artists import name_artists, weigh_by_artist


def test_a_work_without_an_artist_is_its_own_artist():
    table = pd.DataFrame({"painting": ["1.jpg", "2.jpg", "3.jpg", "4.jpg"], "artist": ["x", "", "x", ""]})
    names = name_artists(table)
    assert names[0] == names[2] and len(set(names)) == 3


@pytest.mark.parametrize(
    ("exponent", "weights"),
    [(0, [1, 1, 1, 1, 1, 1]),  # exactly: nothing changes by a parameter that is off
     # Artist a has four works, b and c one. In class 0 the mean of 1/2, 1/2, 1/2, 1 is 5/8, in class 1 that of 1/2, 1
     # is 3/4.
     (0.5, [0.8, 0.8, 0.8, 1.6, 2 / 3, 4 / 3]),
     (1, [4 / 7, 4 / 7, 4 / 7, 16 / 7, 0.4, 1.6])],
)  # fmt: skip
def test_works_of_an_artist_with_many_count_less_and_classes_as_much(exponent, weights):
    artists, labels = np.array(["a", "a", "a", "b", "a", "c"]), np.array([0, 0, 0, 0, 1, 1])
    found = weigh_by_artist(artists, labels, exponent)
    assert found == pytest.approx(weights, abs=0 if exponent == 0 else 1e-12)
    assert np.bincount(labels, found) == pytest.approx([4, 2])


def test_a_class_without_works_is_no_trouble():
    weights = weigh_by_artist(np.array(["a", "b", "b"]), np.array([2, 2, 2]), 1)
    assert weights == pytest.approx([1.5, 0.75, 0.75])

"""Works that must stay together get one group."""

import numpy as np
import pandas as pd

from artstyle.split_groups import count_groups, group_works

WORKS = pd.DataFrame(
    {
        "artist": ["ann", "ann", "bob", "cid", "cid", "dan"],
        "family": ["f1", "f2", "f2", "f3", "f4", "f5"],
    }
)


def test_random_groups_are_families():
    assert group_works(WORKS, "random").tolist() == [0, 1, 1, 2, 3, 4]


def test_artist_groups_join_artists_whose_pictures_are_relatives():
    assert group_works(WORKS, "artist").tolist() == [0, 0, 0, 1, 1, 2]


def test_relatives_join_over_several_steps():
    chain = pd.DataFrame({"artist": list("abbccd"), "family": ["x", "x", "y", "y", "z", "z"]})
    assert group_works(chain, "artist").tolist() == [0] * 6


def test_no_works_are_no_groups():
    assert group_works(WORKS[:0], "artist").tolist() == []


def test_counts_have_the_order_of_the_classes():
    groups = np.array([4, 4, 9, 4])
    names, counts = count_groups(groups, pd.Series(["b", "a", "c", "b"]), ["c", "b", "a"])
    assert names.tolist() == [4, 9]
    assert counts.tolist() == [[0, 2, 1], [1, 0, 0]]

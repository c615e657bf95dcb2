import numpy as np
import pandas as pd
import pytest

from artstyle.errors import UserError
from artstyle.train_skew import find_ratio, plan_sizes, skew_training


def make_split():
    """Class `a` has 100 training works, `b` 80, `c` 40, each besides 5 test works; every work drawn twice."""
    rows = [(f"{name}{i:03d}", name, "train") for name, n in (("a", 100), ("b", 80), ("c", 40)) for i in range(n)]
    rows += [(f"{name}t{i}", name, "test") for name in "abc" for i in range(5)]
    table = pd.DataFrame(rows, columns=["painting", "label", "split"]).sort_values("painting", ignore_index=True)
    return table.assign(n_draws=2)


def count_trained(split):
    return split["label"][split["split"] == "train"].value_counts().to_dict()


@pytest.mark.parametrize(
    ("sizes", "ratio", "planned"),
    [
        ([100, 100, 100], 100, [100, 10, 1]),  # 100 * 100^(-i/2)
        ([40, 100, 80], 25, [4, 100, 20]),  # by size, wherever the class stands
        ([100, 15, 12], 4, [100, 15, 12]),  # 50 and 25 places: smaller classes stay whole
        ([100, 0, 50], 10, [100, 0, 10]),  # a class without works takes no place
        ([7, 5], 1, [7, 5]),
        ([3, 3], 100, [3, 1]),  # never less than one
    ],
)
def test_the_profile_by_hand(sizes, ratio, planned):
    assert plan_sizes(np.array(sizes), ratio).tolist() == planned


def test_surplus_works_go_out_of_training_and_are_drawn_no_more():
    skewed = skew_training(make_split(), list("abc"), ratio=25, seed=1)
    assert count_trained(skewed) == {"a": 100, "b": 20, "c": 4}
    moved = skewed["split"] == "unused"
    assert moved.sum() == 60 + 36 and (skewed["n_draws"][moved] == 0).all()
    trained = skewed["split"] == "train"
    assert (skewed["n_draws"][trained] == 1).all() and (skewed["n_draws"][~trained & ~moved] == 2).all()
    assert (skewed["split"] == "test").sum() == 15


def test_repeats_do_not_undo_the_skew():
    # 65, 26 and 13 works, each class filled up to 65 draws: 5:1 in works, and nothing for the profile to take away
    split = make_split()
    kept = {"a": 65, "b": 26, "c": 13}
    number = split["painting"].str[1:].str.lstrip("t").astype(int)
    split = split[(split["split"] == "test") | (number < split["label"].map(kept))].reset_index(drop=True)
    split["n_draws"] = np.where(split["split"] == "train", 65 // split["label"].map(kept), 1)
    skewed = skew_training(split, list("abc"), ratio=5, seed=1)
    trained = skewed[skewed["split"] == "train"]
    assert trained.groupby("label")["n_draws"].sum().to_dict() == kept


def test_a_steeper_skew_keeps_some_of_the_same_works_and_the_seed_decides_which():
    gentle, steep, other = (
        skew_training(make_split(), list("abc"), ratio=ratio, seed=seed) for ratio, seed in ((4, 1), (25, 1), (25, 2))
    )
    kept = [set(split["painting"][split["split"] == "train"]) for split in (gentle, steep, other)]
    assert kept[1] < kept[0] and kept[1] != kept[2]
    assert skew_training(make_split(), list("abc"), ratio=25, seed=1).equals(steep)


def test_no_ratio_changes_nothing_and_a_bad_one_is_named():
    split = make_split()
    assert skew_training(split, list("abc"), ratio=None, seed=1) is split
    for bad in (0.5, "steep", True):
        with pytest.raises(UserError, match=r"split\.train_skew is .* from 1 to 10000"):
            skew_training(split, list("abc"), ratio=bad, seed=1)


def test_the_ratio_that_came_of_it_by_hand():
    assert find_ratio(pd.Series({"a": 12, "b": 0, "c": 3})) == 4
    with pytest.raises(UserError, match="no training works"):
        find_ratio(pd.Series({"a": 0}))

"""Groups are dealt out so that every class is wherever it can be, and near the shares."""

import itertools

import numpy as np
import pytest

from artstyle.split_places import SIDES, plan_places, weigh_places
from artstyle.splitting import deal_groups

FOUR = np.array([0.65, 0.10, 0.20, 0.05])
THREE = np.array([0.70, 0.10, 0.20, 0.0])
TRAIN, VALIDATION, TEST, POOL = range(4)


def make_counts():
    """Sixty groups, each with works of the first of three classes."""
    return np.random.default_rng(1).integers([1, 0, 0], [10, 9, 9], (60, 3))


def missing_cost(counts, sides, shares):
    cost = weigh_places(np.vstack([plan_places(counts, shares), shares > 0]))
    holds = np.column_stack([counts, counts.sum(axis=1)]) > 0
    return sum((cost[:, side] * ~holds[sides == side].any(axis=0)).sum() for side in range(4))


@pytest.mark.parametrize(
    ("n_groups", "places"),
    [(1, ["train"]), (2, ["train", "test"]), (3, ["train", "validation", "test"]), (4, list(SIDES)), (9, list(SIDES))],
)
def test_few_groups_claim_places_in_a_fixed_order(n_groups, places):
    claimed = plan_places(np.ones((n_groups, 1), dtype=int), FOUR)[0]
    assert [side for side, has in zip(SIDES, claimed, strict=True) if has] == places


def test_no_place_on_a_side_without_a_share():
    assert not plan_places(np.ones((9, 2), dtype=int), THREE)[:, POOL].any()


def test_few_groups_go_where_they_claim():
    counts = np.zeros((40, 4), dtype=int)
    counts[0, 0] = 6
    counts[1:3, 1] = [25, 15]
    counts[3:6, 2] = [20, 12, 8]
    counts[6:, 3] = 5
    sides = deal_groups(counts, FOUR, tries=5, seed=1)
    assert sides[0] == TRAIN
    assert sides[1:3].tolist() == [TRAIN, TEST]
    assert sorted(sides[3:6]) == [TRAIN, VALIDATION, TEST]
    assert sides[3] == TRAIN
    assert set(sides[6:]) == {0, 1, 2, 3}


@pytest.mark.parametrize("shares", [FOUR, THREE])
def test_no_other_deal_leaves_fewer_places_empty(shares):
    """Small dense cases, where artists work in many classes, against all deals there are."""
    rng = np.random.default_rng(0)
    n_sides = int((shares > 0).sum())
    for seed in range(10):
        counts = rng.integers(1, 60, (6, 4)) * (rng.random((6, 4)) < 0.45)
        counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
        deals = np.array(list(itertools.product(range(n_sides), repeat=len(counts))))
        best = min(missing_cost(counts, deal, shares) for deal in deals)
        assert missing_cost(counts, deal_groups(counts, shares, tries=4, seed=seed), shares) == best


def test_the_only_way_out_is_found_where_single_moves_miss_it():
    counts = np.array([[17, 0, 54, 0], [43, 0, 23, 56], [0, 0, 6, 39], [58, 1, 21, 0], [0, 0, 0, 4], [57, 3, 0, 6]])
    sides = deal_groups(counts, THREE, tries=1, seed=0)
    deals = np.array(list(itertools.product(range(3), repeat=len(counts))))
    assert missing_cost(counts, sides, THREE) == min(missing_cost(counts, deal, THREE) for deal in deals)


def test_single_works_keep_the_shares_to_one_work():
    counts = np.eye(3, dtype=int)[np.repeat([0, 1, 2], [500, 101, 37])]
    sides = deal_groups(counts, FOUR, tries=3, seed=1)
    for label in range(3):
        mine = sides[counts[:, label] == 1]
        assert np.abs(np.bincount(mine, minlength=4) - len(mine) * FOUR).max() <= 1


def test_a_side_without_share_stays_empty():
    counts = make_counts()
    assert POOL not in deal_groups(counts, THREE, tries=3, seed=1)


def test_same_seed_same_deal_other_seed_another():
    all_different = np.arange(1, 61)[:, None]
    for counts in (all_different, np.ones((60, 1), dtype=int)):
        once = deal_groups(counts, FOUR, tries=3, seed=1)
        assert once.tolist() == deal_groups(counts, FOUR, tries=3, seed=1).tolist()
        assert once.tolist() != deal_groups(counts, FOUR, tries=3, seed=2).tolist()


def test_more_tries_come_closer():
    counts = np.random.default_rng(3).integers(0, 40, (30, 4)) * (np.random.default_rng(4).random((30, 4)) < 0.4)
    counts = counts[counts.sum(axis=1) > 0]

    def worst(tries):
        sides = deal_groups(counts, FOUR, tries=tries, seed=5)
        works = np.stack([counts[sides == side].sum(axis=0) for side in range(4)])
        total = np.abs(works.sum(axis=1) / works.sum() - FOUR).max()
        return np.abs(works / works.sum(axis=0) - FOUR[:, None]).max() + total

    assert worst(20) < worst(1) - 0.01


def test_a_class_does_not_hang_on_one_artist_where_many_keep_the_shares_as_well():
    counts = np.array([65, 20, 10, 5, *[2] * 50])[:, None]
    for seed in range(8):
        sides = deal_groups(counts, FOUR, tries=20, seed=seed)
        assert min((sides == VALIDATION).sum(), (sides == TEST).sum()) > 3


def test_no_number_of_other_places_makes_up_for_a_class_without_training():
    # One painter has all of class A and works in B, C and D, whose second painters have all of E, F and G.
    counts = np.zeros((16, 8), dtype=int)
    counts[0, :4] = 5
    for second in (1, 2, 3):
        counts[second, [second, second + 3]] = 5
    counts[4:, 7] = 6
    for seed in range(3):
        sides = deal_groups(counts, FOUR, tries=10, seed=seed)
        assert (counts[sides == SIDES.index("train")].sum(axis=0) > 0).all()

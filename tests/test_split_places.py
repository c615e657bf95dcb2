"""The exact search for places: never more empty places than the best of all deals leaves."""

import itertools

import numpy as np
import pytest

from artstyle.split_places import SIDES, cover_places, plan_places, weigh_places

FOUR = np.array([0.65, 0.10, 0.20, 0.05])
THREE = np.array([0.70, 0.10, 0.20, 0.0])


def cost_of(dealt, holds, cost):
    return float((cost * ((holds.T.astype(int) @ dealt) == 0)).sum())


@pytest.mark.parametrize("shares", [FOUR, THREE])
@pytest.mark.parametrize("seed", range(6))
def test_no_deal_leaves_less_cost(shares, seed):
    rng = np.random.default_rng(seed)
    holds = rng.random((5, 4)) < 0.5
    holds[:, 0] = True
    cost = weigh_places(plan_places(holds.astype(int), shares))
    dealt = cover_places(holds, np.ones(5, dtype=int), cost, shares, rng)
    eye = np.eye(len(SIDES), dtype=int)
    deals = itertools.product(np.flatnonzero(shares), repeat=5)
    assert cost_of(dealt, holds, cost) == min(cost_of(eye[list(deal)], holds, cost) for deal in deals)


def test_all_groups_are_dealt_and_none_to_a_side_without_share():
    n_groups = np.array([3, 1, 12])
    holds = np.array([[True, False], [True, True], [False, True]])
    cost = weigh_places(np.ones((2, len(SIDES)), dtype=bool))
    dealt = cover_places(holds, n_groups, cost, THREE, np.random.default_rng(0))
    assert dealt.sum(axis=1).tolist() == [3, 1, 12]
    assert (dealt >= 0).all()
    assert dealt[:, SIDES.index("pool")].sum() == 0
    assert (holds.T.astype(int) @ dealt)[:, :3].all()


def test_equal_seeds_draw_equal_deals():
    holds = np.random.default_rng(1).random((20, 3)) < 0.6
    holds[:, 0] = True
    cost = weigh_places(np.ones((3, len(SIDES)), dtype=bool))
    deals = [cover_places(holds, np.ones(20, dtype=int), cost, FOUR, np.random.default_rng(s)) for s in (5, 5, 6)]
    assert deals[0].tolist() == deals[1].tolist()
    assert deals[0].tolist() != deals[2].tolist()

"""Deal groups of works out to the sides of a split, each class by the same shares.

Taking whole artists, a draw by lot leaves small classes out of the test set and misses the shares by far. Here many
seeded starts are improved by moving one group at a time for as long as that helps; what counts first is that every
class gets a place on every side that it can claim, then that its works keep to the shares.
"""

import math
from dataclasses import dataclass

import numpy as np

from artstyle.split_places import SIDES, cover_places, plan_places, weigh_places

_COVERING_STARTS = 20
# Shares closer than this are as good as equal; a class should rather not hang on one artist in validation or test.
_STEP = 0.01


@dataclass(frozen=True)
class _Problem:
    """Groups with equal counts are one kind, for they can be exchanged; an entry is one class in one kind.

    The last class stands for all works together.
    """

    n_groups: np.ndarray  # (kinds,)
    counts: np.ndarray  # (kinds, classes + 1) works of one group
    starts: np.ndarray  # (kinds + 1,) first entry of each kind, and the end
    entry_class: np.ndarray  # (entries,)
    entry_works: np.ndarray  # (entries, 1)
    class_works: np.ndarray  # (classes + 1, 1)
    weights: np.ndarray  # (classes + 1, 1) of squared deviations from the shares
    empty_cost: np.ndarray  # (classes + 1, sides)
    shares: np.ndarray  # (sides,)


def deal_groups(counts: np.ndarray, shares: np.ndarray, *, tries: int, seed: int) -> np.ndarray:
    """Return the side of each group, an index into `SIDES`; a side with share 0 gets none.

    Args:
        counts: works of each group in each class (groups, classes), none empty, in an order without chance.
        shares: wanted share of each of `SIDES`, 0..1, with sum 1.
        tries: seeded starts; the best end is taken: least cost of missing places; then the smallest worst deviation
            of a class from the shares plus that of the total, in steps of 0.01; then the most groups where a class has
            few in validation or test.
    """
    kinds, kind_of_group = np.unique(counts, axis=0, return_inverse=True)
    problem = _describe(kinds, np.bincount(kind_of_group), plan_places(counts, shares), shares)
    rngs = [np.random.default_rng([seed, attempt]) for attempt in range(tries)]
    ends = [_climb(problem, _start(problem, rng)) for rng in rngs]
    best = min(ends, key=lambda dealt: _score(problem, dealt))
    if _score(problem, best)[0] > 0:
        ends = [_climb(problem, _start_covered(problem, rng)) for rng in rngs[:_COVERING_STARTS]]
        best = min([best, *ends], key=lambda dealt: _score(problem, dealt))
    return _hand_out(best, kind_of_group, np.random.default_rng([seed, tries]))


def _describe(kinds: np.ndarray, n_groups: np.ndarray, places: np.ndarray, shares: np.ndarray) -> _Problem:
    counts = np.column_stack([kinds, kinds.sum(axis=1)])
    entry_kind, entry_class = np.nonzero(counts)
    n_classes = kinds.shape[1]
    return _Problem(
        n_groups=n_groups,
        counts=counts,
        starts=np.searchsorted(entry_kind, np.arange(len(kinds) + 1)),
        entry_class=entry_class,
        entry_works=counts[entry_kind, entry_class, None],
        class_works=np.maximum(n_groups @ counts, 1)[:, None],
        weights=np.append(np.full(n_classes, 1 / n_classes), 1.0)[:, None],
        empty_cost=weigh_places(np.vstack([places, shares > 0])),
        shares=shares,
    )


def _start(problem: _Problem, rng: np.random.Generator) -> np.ndarray:
    """Deal out what divides evenly, then the rest one by one, large groups first, to the side that lacks them most."""
    dealt = np.floor(problem.n_groups[:, None] * problem.shares).astype(np.int64)
    rest = problem.n_groups - dealt.sum(axis=1)
    works = problem.counts.T @ dealt
    scale = problem.weights / problem.class_works**2
    wanted = problem.class_works * problem.shares
    order = np.argsort(-problem.counts[:, -1] * rng.uniform(0.3, 1.7, len(rest)), kind="stable")
    for kind in np.repeat(order, rest[order]):
        mine = slice(problem.starts[kind], problem.starts[kind + 1])
        classes, n = problem.entry_class[mine], problem.entry_works[mine]
        change = scale[classes] * n * (2 * (works[classes] - wanted[classes]) + n)
        side = int(np.argmin(change.sum(axis=0)))
        works[:, side] += problem.counts[kind]
        dealt[kind, side] += 1
    return dealt


def _start_covered(problem: _Problem, rng: np.random.Generator) -> np.ndarray:
    holds = problem.counts > 0
    return cover_places(holds, problem.n_groups, problem.empty_cost, problem.shares, rng)


def _climb(problem: _Problem, dealt: np.ndarray) -> np.ndarray:
    """Move the group whose move lowers the cost most, until no move lowers it."""
    dealt = dealt.copy()
    works = problem.counts.T @ dealt
    same = np.arange(len(SIDES))
    while True:
        leave = np.where(dealt > 0, _changes(problem, works, -1), np.inf)
        change = leave[:, :, None] + _changes(problem, works, 1)[:, None, :]  # (kinds, from, to)
        change[:, same, same] = 0
        kind, source, side = np.unravel_index(np.argmin(change), change.shape)
        if change[kind, source, side] > -1e-9:
            return dealt
        dealt[kind, [source, side]] += [-1, 1]
        works[:, source] -= problem.counts[kind]
        works[:, side] += problem.counts[kind]


def _changes(problem: _Problem, works: np.ndarray, sign: int) -> np.ndarray:
    """Change of the cost (kinds, sides) when one group of each kind joins (+1) or leaves (-1) each side."""
    now = works[problem.entry_class]
    then = now + sign * problem.entry_works
    n_class = problem.class_works[problem.entry_class]
    squares = (then - now) * ((then + now) / n_class - 2 * problem.shares) / n_class
    emptied = problem.empty_cost[problem.entry_class] * ((then <= 0).astype(float) - (now <= 0))
    change = problem.weights[problem.entry_class] * squares + emptied
    return np.add.reduceat(change, problem.starts[:-1], axis=0)


def _score(problem: _Problem, dealt: np.ndarray) -> tuple[float, float, float, float]:
    works = problem.counts.T @ dealt
    missing = float((problem.empty_cost * (works == 0)).sum())
    off = np.abs(works / problem.class_works - problem.shares).max(axis=1)
    deviation = round(float(off[:-1].max() + off[-1]), 9)
    n_groups = ((problem.counts > 0).T @ dealt)[:, [SIDES.index("validation"), SIDES.index("test")]]
    thinness = round(float((1 / n_groups[n_groups > 0]).sum()), 9)
    return missing, math.ceil(deviation / _STEP), thinness, deviation


def _hand_out(dealt: np.ndarray, kind_of_group: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw by lot which groups of a kind go where."""
    sides = np.empty(len(kind_of_group), dtype=np.int64)
    for kind, numbers in enumerate(dealt):
        groups = np.flatnonzero(kind_of_group == kind)
        sides[rng.permutation(groups)] = np.repeat(np.arange(len(SIDES)), numbers)
    return sides

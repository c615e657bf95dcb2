import numpy as np
import pytest

from artstyle.balancing import (
    CLASS_WEIGHTS,
    Balancing,
    build_balancing,
    compute_class_weights,
    compute_effective_numbers,
    draw_by_class,
)
from artstyle.errors import UserError
from tiny_run import BALANCING

COUNTS = np.array([16, 4])


def test_effective_numbers_by_hand():
    # 1 + 0.5 + 0.25 = 1.75 for three works; one work counts one; beta 0 counts one each
    assert compute_effective_numbers([3, 1], 0.5) == pytest.approx([1.75, 1])
    assert compute_effective_numbers([3, 1], 0) == pytest.approx([1, 1])
    assert compute_effective_numbers([300, 100], 0.999999) == pytest.approx([300, 100], rel=1e-3)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("none", [1, 1]), ("inverse", [10 / 16, 10 / 4]), ("sqrt_inverse", [5 / 6, 10 / 6]),
     # effective numbers 2 - 2^-15 and 1.875 for beta 1/2: weights 1/1.99997, 1/1.875; sum of n w: 8.00012 + 2.13333
     ("effective", [20 / 1.99997 / 10.13346, 20 / 1.875 / 10.13346])],
)  # fmt: skip
def test_class_weights_by_hand(name, expected):
    assert compute_class_weights(name, COUNTS, 0.5) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("name", CLASS_WEIGHTS)
def test_class_weights_have_mean_one_over_the_works(name):
    counts = np.array([7, 1, 30])
    assert (compute_class_weights(name, counts, 0.9) * counts).sum() == pytest.approx(38)


def test_deferred_weights_act_in_the_last_epochs_only():
    balancing = Balancing(np.array([0.5, 3.0]), "natural", 0.75)
    labels = np.array([0, 1, 1])
    given = [balancing.weigh(labels, epoch, 4).tolist() for epoch in range(4)]
    assert given == [[1, 1, 1]] * 3 + [[0.5, 3, 3]]
    assert [balancing.find_start(epochs) for epochs in (4, 3, 1)] == [3, 2, 0]
    assert Balancing(np.ones(2), "natural", 0.58).find_start(50) == 29  # 0.58 * 50 is a little less in binary


def test_shares_of_each_sampling_by_hand():
    def shares(sampling, epoch, deferred=0.0):
        return Balancing(np.ones(2), sampling, deferred).share_classes(COUNTS, epoch, 5)

    assert shares("natural", 4) is None
    assert shares("balanced", 0) == pytest.approx([0.5, 0.5])
    assert shares("sqrt", 0) == pytest.approx([4 / 6, 2 / 6])
    progressive = [shares("progressive", epoch)[0] for epoch in range(5)]
    assert progressive == pytest.approx([0.8, 0.725, 0.65, 0.575, 0.5])
    single = Balancing(np.ones(2), "progressive", 0.0)
    assert single.share_classes(COUNTS, 0, 1) == pytest.approx([0.5, 0.5])  # one epoch acts as the last one
    assert single.share_classes(COUNTS, 5, 5) == pytest.approx([0.5, 0.5])
    assert [shares("balanced", epoch, 0.4) is None for epoch in range(5)] == [True, True, False, False, False]
    assert shares("progressive", 2, 0.4) == pytest.approx([0.8, 0.2])
    assert shares("progressive", 4, 0.4) == pytest.approx([0.5, 0.5])


def test_a_class_without_samples_gets_no_share():
    assert Balancing(np.ones(3), "balanced", 0).share_classes(np.array([5, 0, 1]), 0, 1).tolist() == [0.5, 0, 0.5]


def test_draws_keep_the_shares_and_repeat_no_work_before_its_turn():
    labels = np.array([0] * 8 + [1] * 3)
    drawn = draw_by_class(labels, np.array([0.5, 0.5]), 11, np.random.default_rng(1))
    times = np.bincount(drawn, minlength=11)
    assert len(drawn) == 11
    assert times[:8].sum() == 6
    assert times[8:].sum() == 5
    assert set(times[:8]) == {0, 1}
    assert set(times[8:]) == {1, 2}
    assert drawn.tolist() != sorted(drawn)
    again = draw_by_class(labels, np.array([0.5, 0.5]), 11, np.random.default_rng(1))
    assert drawn.tolist() == again.tolist()


@pytest.mark.parametrize(
    ("arguments", "numbers", "words"),
    [(("invers", "natural"), {}, "class_weights is 'invers'; allowed: none, inverse, sqrt_inverse, effective"),
     (("none", "even"), {}, "sampling is 'even'; allowed: natural, balanced, sqrt, progressive"),
     (("none", "natural"), {"effective_beta": 1}, r"balancing\.effective_beta is 1;"),
     (("none", "natural"), {"artist_exponent": 2}, r"balancing\.artist_exponent is 2;"),
     (("none", "natural"), {"deferred_share": 1}, r"balancing\.deferred_share is 1;"),
     (("none", "natural"), {"deferred_share": 0.5}, r"deferred_share is 0\.5, but nothing is there to be deferred")],
)  # fmt: skip
def test_an_unknown_name_or_a_number_out_of_range_is_named(arguments, numbers, words):
    with pytest.raises(UserError, match=words):
        build_balancing(*arguments, COUNTS, **{**BALANCING, **numbers})


def test_works_that_are_dealt_by_their_place_are_dealt_by_lot():
    labels = np.repeat([0, 1, 2, 3], [400, 300, 200, 100])
    order = draw_by_class(labels, np.full(4, 0.25), 1000, np.random.default_rng(1))
    for place in range(2):  # as the members of a head see them, `artstyle.members`
        counts = np.bincount(labels[order[place::2]], minlength=4)
        assert (np.abs(counts - 125) < 21).all()  # three deviations of a fair deal (hypergeometric) are 20.6 works

import numpy as np
import pandas as pd
import pytest

from artstyle.errors import UserError
from artstyle.pseudolabels import (
    check_pool,
    choose_pseudolabels,
    find_threshold,
    report_selection,
    select_pseudolabels,
)

CLASSES = ["large", "small"]


def pool(*pairs: tuple[int, float]) -> np.ndarray:
    """Return probabilities (n, 2) of works given as (class, confidence)."""
    rows = np.empty((len(pairs), 2))
    for row, (label, confidence) in zip(rows, pairs, strict=True):
        row[label], row[1 - label] = confidence, 1 - confidence
    return rows


def select(probabilities, n_train=(100, 10), *, threshold=0.9, share=0.5) -> list[int]:
    return select_pseudolabels(
        probabilities, np.array(n_train), threshold=threshold, max_share_per_class=share
    ).tolist()


def test_confident_rows_are_taken_in_ascending_order():
    assert select(pool((0, 0.95), (1, 0.8), (1, 0.9), (0, 0.99), (0, 0.899))) == [0, 2, 3]


@pytest.mark.parametrize(("threshold", "n"), [(0, 4), (0.9, 2), (0.999, 0)])
def test_the_threshold_is_the_lowest_confidence(threshold, n):
    assert len(select(pool((0, 0.6), (0, 0.9), (1, 0.5), (1, 0.95)), threshold=threshold)) == n


def test_an_imbalanced_pool_is_capped_per_class_at_the_most_confident():
    random = np.random.default_rng(1)
    confidences = random.permutation(np.linspace(0.901, 0.999, 110))
    probabilities = pool(*[(0 if i % 11 else 1, c) for i, c in enumerate(confidences)])  # ten to one
    taken = np.array(select(probabilities, share=0.3))
    labels = probabilities.argmax(axis=1)
    assert np.bincount(labels[taken]).tolist() == [30, 3]
    for label, cap in ((0, 30), (1, 3)):
        best = np.sort(probabilities.max(axis=1)[labels == label])[-cap:]
        np.testing.assert_array_equal(np.sort(probabilities.max(axis=1)[taken][labels[taken] == label]), best)


@pytest.mark.parametrize(("n_train", "share", "n"), [(100, 0.07, 7), (10, 0.25, 3), (10, 0, 0), (0, 5, 0), (3, 100, 9)])
def test_the_cap_is_rounded_up_but_not_by_the_error_of_floats(n_train, share, n):
    assert len(select(pool(*[(0, 0.95)] * 9), (n_train, 1), share=share)) == n


def test_an_empty_pool_gives_nothing():
    assert select(np.zeros((0, 2))) == []
    assert select_pseudolabels(np.zeros((0, 2)), np.array([3, 3]), threshold=0, max_share_per_class=1).dtype == np.int64


def test_the_report_counts_by_hand(capsys):
    labels, truth = np.array([0, 0, 1, 0, 1]), np.array([0, 1, 1, 0, 0])
    report = report_selection(CLASSES, labels, np.array([0, 1, 2]), truth)
    assert report == {
        "pool": 5, "unlabelled": 0, "n": 3, "precision": pytest.approx(2 / 3),
        "per_class": {
            "large": {"n": 2, "coverage": pytest.approx(1 / 3), "precision": 0.5},
            "small": {"n": 1, "coverage": 1.0, "precision": 1.0},
        },
    }  # fmt: skip
    assert capsys.readouterr().out == "3 pseudo-labels from a pool of 5 works, precision 0.667\n"


def test_works_without_a_label_count_for_no_precision(capsys):
    labels, truth = np.array([0, 0, 1, 1]), np.array([0, -1, -1, 0])
    report = report_selection(CLASSES, labels, np.array([0, 1, 2]), truth)
    assert (report["pool"], report["unlabelled"], report["n"], report["precision"]) == (4, 2, 3, 1.0)
    assert report["per_class"] == {
        "large": {"n": 2, "coverage": 0.5, "precision": 1.0},
        "small": {"n": 1, "coverage": 0.0, "precision": 0.0},
    }
    report_selection(CLASSES, labels, np.array([1, 2]), truth)
    assert capsys.readouterr().out.endswith("2 pseudo-labels from a pool of 4 works, precision not known\n")


@pytest.mark.parametrize("n_pool", [0, 4])
def test_nothing_taken_is_said_plainly(capsys, n_pool):
    nothing = np.zeros(0, np.int64)
    report = report_selection(CLASSES, np.zeros(n_pool, np.int64), nothing, np.ones(n_pool, np.int64))
    assert (report["pool"], report["n"], report["precision"]) == (n_pool, 0, 0)
    assert report["per_class"]["small"] == {"n": 0, "coverage": 0, "precision": 0}
    assert f"0 pseudo-labels from a pool of {n_pool} works\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("precision", "threshold"),
    # confidences 0.95 right, 0.9 wrong, 0.8 right, 0.8 right, 0.7 wrong: precision 1, 1/2, 3/4 at 0.8, 3/5
    [(1, 0.95), (0.75, 0.8), (0.7, 0.8), (0.6, 0.7), (0, 0.7)],
)
def test_the_threshold_is_the_lowest_with_the_wanted_precision(precision, threshold):
    probabilities = pool((0, 0.8), (0, 0.95), (1, 0.9), (0, 0.7), (0, 0.8))
    assert find_threshold(probabilities, np.array([0, 0, 0, 1, 0]), precision) == pytest.approx(threshold)


def test_works_of_equal_confidence_stand_or_fall_together():
    probabilities = pool((0, 0.8), (0, 0.8))
    assert find_threshold(probabilities, np.array([0, 1]), 0.6) == 1.1
    assert find_threshold(probabilities, np.array([0, 1]), 0.5) == pytest.approx(0.8)
    assert find_threshold(np.zeros((0, 2)), np.zeros(0, int), 0.5) == 1.1


def choose(threshold, precision=0.9, labels=(0, 0)):
    validation = pool((0, 0.9), (0, 0.6)), np.array(labels)
    options = {"threshold": threshold, "precision": precision, "max_share_per_class": 1}
    rows, used = choose_pseudolabels(pool((0, 0.95), (1, 0.7)), np.array([5, 5]), validation, **options)
    return rows.tolist(), used


def test_a_threshold_that_is_given_is_used_and_one_that_is_not_is_found_on_validation(capsys):
    assert choose(0.5) == ([0, 1], 0.5)
    assert choose(None) == ([0, 1], pytest.approx(0.6))
    assert choose(None, labels=(0, 1)) == ([0], pytest.approx(0.9))
    assert choose(None, labels=(1, 1)) == ([], 1.1)
    assert "no confidence reaches a precision of 0.9 on validation" in capsys.readouterr().out


def works(**changed) -> pd.DataFrame:
    table = pd.DataFrame({
        "painting": ["a", "b", "c", "d"], "family": ["a", "b", "c", "d"], "artist": ["p", "q", "r", "s"],
        "split": ["train", "pool", "validation", "test"],
    })  # fmt: skip
    for column, (row, value) in changed.items():
        table.loc[row, column] = value
    return table


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"painting": (1, "d")}, r"^d: in the pool, and the work itself is in test \(d\)"),
     ({"family": (1, "c")}, r"^b: in the pool, and a copy or relative is in validation \(c\)"),
     ({"artist": (1, "s")}, r"^b: in the pool, and a work of the same artist is in test \(d\)")],
)  # fmt: skip
def test_a_work_of_the_pool_that_the_scores_know_is_refused_by_name(changed, words):
    with pytest.raises(UserError, match=words):
        check_pool(works(**changed), "artist")


def test_what_may_be_in_the_pool():
    check_pool(works(), "artist")
    check_pool(works(family=(1, "a"), artist=(1, "p")), "artist")  # related to training only
    check_pool(works(artist=(1, "s")), "random")  # artists are not kept apart there

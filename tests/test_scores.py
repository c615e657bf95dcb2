import math

import numpy as np
import pytest

from artstyle.scores import count_confusions, macro_f1, rank_labels, score_predictions

LABELS = np.array([0, 0, 1, 1, 2])
PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.3, 0.6, 0.1], [0.1, 0.8, 0.1], [0.2, 0.5, 0.3], [0.5, 0.3, 0.2]])
NAMES = ["cubism", "rococo", "ukiyo_e"]


def random_predictions(n=200, k=5, seed=0):
    random = np.random.default_rng(seed)
    probabilities = random.dirichlet(np.ones(k), n)
    return random.integers(0, k, n), probabilities


def test_every_score_of_a_small_example_is_as_computed_by_hand():
    scores = score_predictions(LABELS, PROBABILITIES, NAMES)
    assert scores["n"] == 5
    assert scores["accuracy"] == pytest.approx(3 / 5)
    assert scores["loss"] == pytest.approx(-sum(map(math.log, (0.7, 0.3, 0.8, 0.5, 0.2))) / 5)
    assert scores["balanced_accuracy"] == pytest.approx((1 / 2 + 1 + 0) / 3)
    assert scores["macro"] == pytest.approx({"precision": (1 / 2 + 2 / 3) / 3, "recall": 0.5, "f1": (0.5 + 0.8) / 3})
    weighted = {"precision": (2 / 2 + 2 * 2 / 3) / 5, "recall": (2 / 2 + 2) / 5, "f1": (2 * 0.5 + 2 * 0.8) / 5}
    assert scores["weighted"] == pytest.approx(weighted)
    # Bins of one work each; the two works of confidence 0.5, one right and one wrong, share their accuracy.
    assert scores["ece"] == pytest.approx((0.3 + 0.6 + 0.2 + 0 + 0) / 5)
    assert scores["per_class"]["cubism"] == pytest.approx({"precision": 0.5, "recall": 0.5, "f1": 0.5, "support": 2})
    assert scores["per_class"]["rococo"] == pytest.approx({"precision": 2 / 3, "recall": 1, "f1": 0.8, "support": 2})
    assert scores["per_class"]["ukiyo_e"] == {"precision": 0, "recall": 0, "f1": 0, "support": 1}


def test_confusions_have_given_classes_as_rows():
    predicted = PROBABILITIES.argmax(1)
    assert count_confusions(LABELS, predicted, 3).tolist() == [[1, 1, 0], [0, 2, 0], [1, 0, 0]]


def test_top_3_counts_labels_among_the_three_most_probable():
    probabilities = np.array([[0.4, 0.3, 0.2, 0.1]] * 4)
    assert score_predictions(np.array([0, 1, 2, 3]), probabilities, list("abcd"))["top_3"] == 0.75
    assert score_predictions(LABELS, PROBABILITIES, NAMES)["top_3"] == 1


def test_rank_of_equal_probabilities_agrees_with_the_prediction():
    labels, probabilities = np.array([0, 1, 2]), np.array([[0.4, 0.4, 0.2]] * 3)
    assert rank_labels(labels, probabilities).tolist() == [1, 2, 3]


def test_absent_class_keeps_its_place_with_support_0_and_counts_in_the_macro_mean():
    labels, probabilities = np.array([0, 0, 2]), np.array([[0.8, 0.1, 0.1], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8]])
    scores = score_predictions(labels, probabilities, NAMES)
    assert list(scores["per_class"]) == NAMES
    assert scores["per_class"]["rococo"] == {"precision": 0, "recall": 0, "f1": 0, "support": 0}
    assert scores["macro"]["f1"] == pytest.approx(2 / 3)
    assert scores["balanced_accuracy"] == 1
    assert count_confusions(labels, probabilities.argmax(1), 3).shape == (3, 3)


def test_a_class_in_no_training_work_still_gets_its_row():
    labels = np.array([2, 2])
    scores = score_predictions(labels, np.array([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]]), NAMES)
    assert scores["per_class"]["ukiyo_e"]["support"] == 2
    assert scores["loss"] == pytest.approx(-math.log(1e-7))


def test_order_of_rows_and_batching_change_nothing():
    labels, probabilities = random_predictions()
    probabilities[::3] = np.round(probabilities[::3], 1)
    probabilities /= probabilities.sum(1, keepdims=True)
    names = list("abcde")
    order = np.random.default_rng(1).permutation(len(labels))
    halves = np.concatenate([np.arange(150, 200), np.arange(150)])
    expected = flatten(score_predictions(labels, probabilities, names))
    for rows in (order, halves):
        found = flatten(score_predictions(labels[rows], probabilities[rows], names))
        assert found == pytest.approx(expected, abs=1e-9)


def flatten(scores, prefix=""):
    flat = {}
    for key, value in scores.items():
        flat |= flatten(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return flat


def test_macro_f1_is_the_one_of_the_scores():
    labels, probabilities = random_predictions()
    expected = score_predictions(labels, probabilities, list("abcde"))["macro"]["f1"]
    assert macro_f1(labels, probabilities.argmax(1), 5) == pytest.approx(expected, abs=1e-12)
    assert macro_f1(np.array([0, 1]), np.array([0, 1]), 4) == 0.5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda labels, p: p.__setitem__((3, 0), np.nan), "row 3.*not finite"),
        (lambda labels, p: p.__setitem__((2, 0), 0.2), "row 2.*sum to 1"),
        (lambda labels, p: p.__setitem__((1, slice(None)), [-0.5, 1.0, 0.5]), "row 1.*negative"),
        (lambda labels, p: labels.__setitem__(4, 3), r"row 4.*not in 0\.\.2"),
        (lambda labels, p: labels.__setitem__(0, -1), r"row 0.*not in 0\.\.2"),
    ],
)
def test_a_bad_row_is_named(change, message):
    labels, probabilities = LABELS.copy(), PROBABILITIES.copy()
    change(labels, probabilities)
    with pytest.raises(ValueError, match=message):
        score_predictions(labels, probabilities, NAMES)


def test_no_rows_wrong_shape_and_fractional_labels_are_refused():
    with pytest.raises(ValueError, match="no rows"):
        score_predictions(LABELS[:0], PROBABILITIES[:0], NAMES)
    with pytest.raises(ValueError, match="shape"):
        score_predictions(LABELS, PROBABILITIES[:, :2], NAMES)
    with pytest.raises(ValueError, match="whole"):
        score_predictions(LABELS.astype(float), PROBABILITIES, NAMES)

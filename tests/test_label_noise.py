import numpy as np
import pytest

from artstyle.label_noise import find_similar, flip_labels, name_noise

LABELS = np.repeat([0, 1, 3], 40)
FIT = np.arange(120) % 4 != 0


@pytest.mark.parametrize(("share", "percent"), [(0.02, "2"), (0.1, "10"), (0.025, "2_5")])
def test_names_tell_percent_and_kind(share, percent):
    assert name_noise("uniform", share) == f"noise_{percent}_uniform"


def test_the_most_similar_class_is_the_one_that_trusted_works_are_mistaken_for():
    probabilities = np.array([[0.5, 0.3, 0.2, 0.0], [0.5, 0.0, 0.0, 0.5], [0.1, 0.9, 0.0, 0.0], [0.4, 0.5, 0.0, 0.1]])
    labels, trusted = np.array([0, 0, 1, 3]), np.array([True, False, True, True])
    # Class 2 was given to no work, so it is nobody's most similar one and has none.
    assert find_similar(probabilities, labels, trusted).tolist() == [1, 0, 2, 1]


@pytest.mark.parametrize("kind", ["uniform", "similar"])
def test_a_share_of_the_fit_works_flips_and_nothing_else(kind):
    similar = np.array([1, 3, 2, 0])
    labels, wrong = flip_labels(LABELS, FIT, kind, 0.2, similar, np.random.default_rng(0))
    assert wrong.sum() == 18  # 20 % of 90
    assert not wrong[~FIT].any()
    assert (labels[~wrong] == LABELS[~wrong]).all()
    assert (labels[wrong] != LABELS[wrong]).all()
    assert set(labels) == {0, 1, 3}
    if kind == "similar":
        assert (labels[wrong] == similar[LABELS[wrong]]).all()
    else:
        assert all(len(set(labels[wrong & (label == LABELS)])) == 2 for label in (0, 1, 3))


def test_uniform_noise_reaches_every_other_class_alike():
    labels = np.repeat([0, 1, 2], 3000)
    flipped, wrong = flip_labels(labels, np.ones(9000, bool), "uniform", 0.5, np.arange(3), np.random.default_rng(0))
    counts = np.bincount(flipped[wrong & (labels == 1)], minlength=3)
    assert counts[1] == 0
    assert counts[0] / counts.sum() == pytest.approx(0.5, abs=0.05)


def test_at_least_one_label_flips():
    assert flip_labels(LABELS, FIT, "uniform", 0.001, np.arange(4), np.random.default_rng(0))[1].sum() == 1

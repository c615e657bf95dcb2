import numpy as np
import pytest

from artstyle import neighbours
from artstyle.neighbours import count_votes, find_neighbours

POINTS = np.array([[0.0], [1.0], [2.0], [3.5], [10.0]])
LABELS = np.array([0, 0, 1, 1, 1])
ARTISTS = np.array(["a", "b", "c", "d", "e"])
ALL = np.ones(5, bool)


def compare_with_neighbours(points, labels, artists, trusted, n_classes, k):
    return count_votes(find_neighbours(points, artists, trusted, k), labels, n_classes)


def test_shares_of_the_nearest_two_are_as_seen_on_the_line():
    found = compare_with_neighbours(POINTS, LABELS, ARTISTS, ALL, 2, 2)
    assert found["agreement"].tolist() == [0.5, 0.5, 0.5, 0.5, 1.0]
    assert found["neighbour_share"].tolist() == [0.5, 0.5, 0.5, 0.5, 1.0]
    assert found["neighbour_label"].tolist() == [0, 0, 0, 0, 1]


def test_works_of_the_same_artist_have_no_vote():
    artists = np.array(["a", "a", "c", "d", "e"])
    found = compare_with_neighbours(POINTS, LABELS, artists, ALL, 2, 2)
    assert found["agreement"].tolist()[:2] == [0.0, 0.0]
    assert found["neighbour_label"].tolist()[:2] == [1, 1]


def test_works_that_are_not_trusted_are_judged_but_have_no_vote():
    trusted = np.array([True, True, False, True, True])
    found = compare_with_neighbours(POINTS, LABELS, ARTISTS, trusted, 2, 2)
    assert found["agreement"].tolist() == [0.5, 0.5, 0.5, 0.0, 0.5]
    assert found["neighbour_label"].tolist()[4] == 0


def test_fewer_voters_than_neighbours_and_none():
    found = compare_with_neighbours(POINTS, LABELS, ARTISTS, ALL, 2, 50)
    assert found["agreement"].tolist() == [0.25, 0.25, 0.5, 0.5, 0.5]
    for artists, trusted in ((np.array(["a"] * 5), ALL), (ARTISTS, ~ALL)):
        alone = compare_with_neighbours(POINTS, LABELS, artists, trusted, 2, 2)
        assert alone["agreement"].tolist() == [1.0] * 5
        assert alone["neighbour_label"].tolist() == LABELS.tolist()


def test_chunks_change_nothing(monkeypatch):
    random = np.random.default_rng(0)
    points, labels = random.normal(size=(60, 4)), random.integers(0, 3, 60)
    artists = random.integers(0, 9, 60).astype(str)
    whole = compare_with_neighbours(points, labels, artists, np.ones(60, bool), 3, 7)
    monkeypatch.setattr(neighbours, "CHUNK", 7)
    parts = compare_with_neighbours(points, labels, artists, np.ones(60, bool), 3, 7)
    np.testing.assert_allclose(parts, whole)
    distances = np.linalg.norm(points[0] - points, axis=1)
    distances[artists == artists[0]] = np.inf
    assert whole["agreement"][0] == pytest.approx(np.mean(labels[distances.argsort()[:7]] == labels[0]))

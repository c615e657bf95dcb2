import numpy as np
import pytest

from artstyle.errors import UserError
from artstyle.out_of_fold import assign_folds, find_judgeable, judge_folds, prepare_folds, reduce_features

OPTIONS = {"c": 0.1, "max_iter": 100}


def make(n=90, n_artists=18, k=3, seed=0):
    random = np.random.default_rng(seed)
    artists = np.arange(n) % n_artists
    labels = artists % k
    features = random.normal(size=(n, 8)).astype(np.float32)
    features[np.arange(n), labels] += 4
    return features, labels, np.array([f"artist-{a:02}" for a in artists])


def test_no_artist_stands_in_two_folds_and_each_fold_has_each_class():
    _, labels, artists = make()
    folds = assign_folds(labels, artists, n_folds=3, seed=0)
    assert all(len(set(folds[artists == artist])) == 1 for artist in set(artists))
    assert all(set(labels[folds == fold]) == {0, 1, 2} for fold in range(3))


def test_classes_smaller_than_the_number_of_folds_are_dealt_out_too():
    artists = np.array(["a", "a", "b", "c", "d", "e"])
    folds = assign_folds(np.array([0, 0, 1, 1, 2, 2]), artists, n_folds=4, seed=0)
    assert folds[0] == folds[1]
    assert set(folds) == {0, 1, 2, 3}


def test_more_folds_than_artists_is_an_error_with_the_parameter():
    with pytest.raises(UserError, match=r"n_folds is 3, but there are only 2 artists"):
        assign_folds(np.array([0, 1, 0, 1]), np.array(["a", "a", "b", "b"]), n_folds=3, seed=0)


def prepare(trusted=None, **options):
    features, labels, artists = make(**options)
    trusted = np.ones(len(labels), bool) if trusted is None else trusted
    folds = assign_folds(labels, artists, n_folds=3, seed=0)
    return prepare_folds(features, folds, trusted, 5), labels, artists


def test_probabilities_find_the_class_of_unseen_artists():
    folds, labels, _ = prepare()
    probabilities = judge_folds(folds, labels, 3, **OPTIONS)
    assert (probabilities.argmax(1) == labels).mean() > 0.9
    np.testing.assert_allclose(probabilities.sum(1), 1, atol=1e-6)


def test_no_judge_learns_from_the_artist_or_from_an_untrusted_work():
    trusted = np.ones(90, bool)
    trusted[::10] = False
    folds, _, artists = prepare(trusted)
    assert sorted(np.concatenate([fold.judged for fold in folds])) == list(range(90))
    for fold in folds:
        assert not set(artists[fold.learned]) & set(artists[fold.judged])
        assert trusted[fold.learned].all()
        assert len(fold.learned_points) == len(fold.learned) and len(fold.judged_points) == len(fold.judged)


def test_scaling_and_components_are_fitted_without_the_judged_works():
    features, labels, artists = make()
    numbers = assign_folds(labels, artists, n_folds=3, seed=0)
    changed = features.copy()
    changed[numbers == 0] = 100 * changed[numbers == 0] + 7
    before, after = (prepare_folds(x, numbers, np.ones(90, bool), 5)[0] for x in (features, changed))
    np.testing.assert_array_equal(before.learned_points, after.learned_points)
    assert not np.allclose(before.judged_points, after.judged_points)


def test_the_own_label_has_no_influence_on_the_own_probabilities():
    folds, labels, _ = prepare()
    before = judge_folds(folds, labels, 3, **OPTIONS)
    changed, inside = labels.copy(), folds[0].judged
    changed[inside] = (labels[inside] + 1) % 3
    after = judge_folds(folds, changed, 3, **OPTIONS)
    np.testing.assert_array_equal(before[inside], after[inside])
    assert not np.allclose(before[folds[1].judged], after[folds[1].judged])


def test_a_class_that_no_other_fold_has_gets_no_probability():
    folds, labels, _ = prepare()
    labels = labels.copy()
    labels[folds[0].judged[0]] = 3
    probabilities = judge_folds(folds, labels, 4, **OPTIONS)
    assert (probabilities[folds[0].judged, 3] == 0).all()
    assert (probabilities[folds[1].judged, 3] > 0).all()


def test_too_few_classes_to_learn_from_are_told():
    folds, labels, _ = prepare()
    with pytest.raises(UserError, match="fewer than two classes"):
        judge_folds(folds, np.zeros_like(labels), 3, **OPTIONS)
    with pytest.raises(UserError, match="no work is left to learn from"):
        prepare(np.zeros(90, bool))


def test_a_work_is_judgeable_if_another_fold_has_a_trusted_work_of_its_class():
    folds = np.array([0, 1, 0, 1, 0, 0, 1])
    labels = np.array([0, 0, 1, 1, 2, 3, 3])
    trusted = np.array([True, True, True, False, True, True, False])
    # Class 1: the only trusted work cannot be judged; then nobody is left to judge the other by. Class 3 likewise.
    assert find_judgeable(folds, labels, trusted).tolist() == [True, True, False, False, False, False, False]


def test_reduced_features_keep_distances_of_standardised_features():
    features, _, _ = make()
    points = reduce_features(features, 8)
    scaled = (features - features.mean(0)) / features.std(0)
    expected = np.linalg.norm(scaled[0] - scaled[1])
    assert np.linalg.norm(points[0] - points[1]) == pytest.approx(expected, rel=1e-4)
    assert reduce_features(features, 3).shape == (90, 3)
    assert reduce_features(features[:5], 30).shape == (5, 5)
    assert (reduce_features(features, 3) == reduce_features(features, 3)).all()

import numpy as np
import pytest

from artstyle import out_of_fold
from artstyle.errors import UserError
from artstyle.out_of_fold import assign_folds, predict_out_of_fold, reduce_features

OPTIONS = {"n_folds": 3, "n_components": 5, "c": 0.1, "max_iter": 100, "seed": 0}


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


def test_probabilities_find_the_class_of_unseen_artists():
    features, labels, artists = make()
    probabilities = predict_out_of_fold(features, labels, artists, np.ones(90, bool), 3, **OPTIONS)
    assert (probabilities.argmax(1) == labels).mean() > 0.9
    np.testing.assert_allclose(probabilities.sum(1), 1, atol=1e-6)


def test_no_model_has_seen_the_artist_or_an_untrusted_work(monkeypatch):
    features, labels, artists = make()
    trusted = np.ones(90, bool)
    trusted[::10] = False
    features[:, 7] = np.arange(90)  # tells which work a row is
    seen, judged = [], []
    real_fit = out_of_fold._fit_judge

    def spy(x, *rest):
        seen.append(set(x[:, 7].astype(int)))
        model = real_fit(x, *rest)
        real_predict = model.predict_proba
        model.__dict__["predict_proba"] = lambda x: judged.append(set(x[:, 7].astype(int))) or real_predict(x)
        return model

    monkeypatch.setattr(out_of_fold, "_fit_judge", spy)
    predict_out_of_fold(features, labels, artists, trusted, 3, **OPTIONS)
    assert set.union(*judged) == set(range(90))
    for learned, rest in zip(seen, judged, strict=True):
        assert not {artists[i] for i in learned} & {artists[i] for i in rest}
        assert all(trusted[i] for i in learned)


def test_the_own_label_has_no_influence_on_the_own_probabilities(monkeypatch):
    features, labels, artists = make()
    trusted = np.ones(90, bool)
    folds = assign_folds(labels, artists, n_folds=3, seed=0)
    before = predict_out_of_fold(features, labels, artists, trusted, 3, **OPTIONS)
    changed = labels.copy()
    inside = folds == 0
    changed[inside] = (labels[inside] + 1) % 3
    monkeypatch.setattr(out_of_fold, "assign_folds", lambda *_, **__: folds)
    after = predict_out_of_fold(features, changed, artists, trusted, 3, **OPTIONS)
    np.testing.assert_array_equal(before[inside], after[inside])
    assert not np.allclose(before[~inside], after[~inside])


def test_a_class_that_no_other_fold_has_cannot_be_judged():
    features, labels, artists = make()
    labels = labels.copy()
    labels[artists == "artist-00"] = 3
    probabilities = predict_out_of_fold(features, labels, artists, np.ones(90, bool), 4, **OPTIONS)
    assert np.isnan(probabilities[labels == 3, 3]).all()
    assert np.isfinite(probabilities[:, :3]).all()


def test_too_few_classes_to_learn_from_are_told():
    features, labels, artists = make()
    trusted = labels == 0
    with pytest.raises(UserError, match="fewer than two classes"):
        predict_out_of_fold(features, labels, artists, trusted, 3, **OPTIONS)


def test_reduced_features_keep_distances_of_standardised_features():
    features, _, _ = make()
    points = reduce_features(features, 8)
    scaled = (features - features.mean(0)) / features.std(0)
    expected = np.linalg.norm(scaled[0] - scaled[1])
    assert np.linalg.norm(points[0] - points[1]) == pytest.approx(expected, rel=1e-4)
    assert reduce_features(features, 3).shape == (90, 3)
    assert reduce_features(features[:5], 30).shape == (5, 5)
    assert (reduce_features(features, 3) == reduce_features(features, 3)).all()

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from artstyle.baselines import fit_linear_head, predict_by_artist, predict_majority
from artstyle.errors import UserError


def test_majority_predicts_the_most_frequent_training_class_with_its_share():
    probabilities = predict_majority(np.array([0, 1, 1, 3]), 2, 4)
    assert probabilities.tolist() == [[0.25, 0.5, 0, 0.25]] * 2


def test_artist_lookup_predicts_the_majority_of_the_artist_and_else_the_overall_one():
    train_artists = np.array(["a", "a", "a", "b", "b", "c", "c"])
    train_labels = np.array([0, 0, 1, 2, 2, 2, 1])
    probabilities = predict_by_artist(train_labels, train_artists, np.array(["a", "b", "nobody", "c"]), 3)
    assert probabilities.argmax(1).tolist() == [0, 2, 2, 2]  # c: a tie, broken by the overall shares
    np.testing.assert_allclose(probabilities.sum(1), 1)
    np.testing.assert_allclose(probabilities[0], [(2 + 2 / 7) / 4, (1 + 2 / 7) / 4, (3 / 7) / 4])
    np.testing.assert_allclose(probabilities[2], [2 / 7, 2 / 7, 3 / 7])


def separable(n=90, seed=0):
    random = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    features = random.normal(size=(n, 12)).astype(np.float32)
    features[np.arange(n), labels] += 4
    return features * np.logspace(-2, 2, 12).astype(np.float32), labels


def test_linear_head_learns_and_leaves_an_unseen_class_at_zero():
    features, labels = separable()
    head = fit_linear_head(features[:60], labels[:60], features[60:], labels[60:], 5, c_values=(0.01, 1.0))
    probabilities = head.predict(features[60:])
    assert probabilities.shape == (30, 5)
    assert (probabilities.argmax(1) == labels[60:]).mean() > 0.85
    np.testing.assert_allclose(probabilities.sum(1), 1, atol=1e-6)
    assert (probabilities[:, 3:] == 0).all()


def test_linear_head_chooses_the_value_with_the_lower_validation_loss():
    features, labels = separable()
    random_labels = np.random.default_rng(1).permutation(labels)
    strong = fit_linear_head(features, random_labels, features[::-1], labels, 3, c_values=(1e-6, 1e3))
    assert strong.c == 1e-6
    weak = fit_linear_head(features, labels, features, labels, 3, c_values=(1e-6, 1e-2))
    assert weak.c == 1e-2
    own = weak.predict(features)[np.arange(len(labels)), labels]
    assert weak.validation_loss == pytest.approx(-np.log(own).mean(), rel=1e-5)


def test_linear_head_does_not_look_at_the_test_works_and_repeats_itself():
    features, labels = separable()
    heads = [fit_linear_head(features, labels, features, labels, 3) for _ in range(2)]
    assert (heads[0].predict(features) == heads[1].predict(features)).all()
    np.testing.assert_allclose(heads[0].predict(features[:1]), heads[0].predict(features)[:1], atol=1e-6)


def test_one_class_cannot_be_learned():
    features, labels = separable()
    with pytest.raises(UserError, match="all of one class"):
        fit_linear_head(features, np.zeros_like(labels), features, labels, 3)


def test_the_answer_is_the_same_to_the_bit_with_any_number_of_threads():
    random = np.random.default_rng(5)
    x = random.normal(size=(500, 1280)).astype(np.float32)
    y = x[:, :8].argmax(axis=1)
    answers = []
    for threads in (1, 2, 4):
        with threadpool_limits(threads):
            answers.append(fit_linear_head(x, y, x, y, 8, c_values=(1.0,)).predict(x))
    assert answers[0].tobytes() == answers[1].tobytes() == answers[2].tobytes()

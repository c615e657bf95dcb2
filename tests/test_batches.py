from collections import Counter

import keras
import numpy as np
import pytest

from artstyle.balancing import Balancing
from artstyle.batches import FeatureBatches, Samples, predict_rows
from artstyle.callbacks import StartEpoch
from artstyle.feature_store import FeatureStore
from artstyle.mixing import mix_batch

N, N_VIEWS = 7, 3


@pytest.fixture
def store():
    """Every pooled vector is [row, view, 0]; every boundary map holds 100 row + view."""
    rows, views = np.mgrid[:N, :N_VIEWS]
    pooled = np.stack([rows, views, 0 * rows], axis=-1).astype(np.float16)
    boundary = (100 * rows + views)[..., None, None, None].astype(np.float16)
    columns = {"lower_statistics": [0, 2], "upper_statistics": [2, 2], "top_mean": [2, 3]}
    facts = {"n_views": N_VIEWS, "columns": columns}
    return FeatureStore(boundary, pooled, facts, {})


@pytest.fixture
def samples():
    return Samples(np.arange(N), np.arange(N) % 2, np.linspace(0.5, 2, N).astype(np.float32))


def make(store, samples, **options) -> FeatureBatches:
    return FeatureBatches(store, samples, 2, **{"batch": 3, "seed": 1, "names": ["pooled"], **options})


def read_epoch(batches: FeatureBatches) -> list[tuple[int, int]]:
    """Return (row, view) of everything in one epoch, and go on to the next."""
    seen = np.concatenate([batches[i][0]["pooled"] for i in range(len(batches))])
    batches.start_epoch(batches.epoch + 1)
    return [(int(row), int(view)) for row, view, _ in seen]


def test_every_view_once_in_as_many_epochs_as_views(store, samples):
    batches = make(store, samples)
    epochs = [read_epoch(batches) for _ in range(N_VIEWS)]
    assert all(sorted(row for row, _ in epoch) == list(range(N)) for epoch in epochs)
    assert Counter(pair for epoch in epochs for pair in epoch) == {(r, v): 1 for r in range(N) for v in range(N_VIEWS)}


def test_views_are_mixed_within_an_epoch(store, samples):
    assert len({view for _, view in read_epoch(make(store, samples))}) > 1


def test_same_seed_same_batches_and_another_order_each_epoch(store, samples):
    first, again, other = make(store, samples), make(store, samples), make(store, samples, seed=2)
    epochs = [read_epoch(first) for _ in range(3)]
    assert epochs == [read_epoch(again) for _ in range(3)]
    assert epochs != [read_epoch(other) for _ in range(3)]
    orders = [[row for row, _ in epoch] for epoch in epochs]
    assert orders[0] != orders[1] != orders[2]


def test_labels_and_weights_stay_with_their_rows(store, samples):
    batches = make(store, samples)
    assert [len(batches[i][1]) for i in range(len(batches))] == [3, 3, 1]
    for index in range(len(batches)):
        inputs, one_hot, weights = batches[index]
        rows = inputs["pooled"][:, 0].astype(int)
        np.testing.assert_array_equal(one_hot, np.eye(2)[rows % 2])
        np.testing.assert_array_equal(weights, samples.weights[rows])


@pytest.mark.parametrize(("n", "least", "most"), [(17, 2, 3), (14, 2, 2), (4, 0, 1)])
def test_a_longer_epoch_goes_round_again(store, samples, n, least, most):
    batches = make(store, samples, n_an_epoch=n)
    pairs = read_epoch(batches)
    counts = Counter(row for row, _ in pairs)
    assert len(pairs) == n
    assert {counts[row] for row in range(N)} <= set(range(least, most + 1))
    assert len(set(pairs)) == n  # each time in another view


def test_the_same_picture_may_be_drawn_twice(store):
    twice = Samples(np.array([4, 4]), np.array([0, 0]), np.ones(2, np.float32))
    assert [row for row, _ in read_epoch(make(store, twice))] == [4, 4]


def test_joined_samples_keep_their_order(samples):
    other = Samples(np.array([9]), np.array([1]), np.array([0.25], np.float32))
    joined = samples.joined(other)
    assert len(joined) == N + 1
    assert (joined.rows[-1], joined.labels[-1], joined.weights[-1]) == (9, 1, 0.25)
    assert joined.rows[:N].tolist() == samples.rows.tolist()


def test_inputs_of_the_tail(store):
    inputs = store.read_inputs(["boundary", "lower_statistics"], np.array([5, 2]), np.array([1, 2]))
    assert inputs["boundary"].tolist() == [[[[501]]], [[[202]]]]
    assert inputs["lower_statistics"].tolist() == [[5, 1], [2, 2]]
    assert inputs["boundary"].dtype == inputs["lower_statistics"].dtype == np.float32


class Watched(FeatureBatches):
    """Records what a fit reads, by the epoch that it believes to be in."""

    def __getitem__(self, index):
        inputs, labels, weights = super().__getitem__(index)
        self.__dict__.setdefault("seen", {})[self.epoch, index] = (inputs["pooled"].copy(), weights.copy())
        return inputs, labels, weights


def watch_fit(store, samples, epochs, **options) -> dict:
    batches = Watched(store, samples, 2, batch=3, seed=1, names=["pooled"], epochs=epochs, **options)
    pooled = keras.Input((3,), name="pooled")
    model = keras.Model({"pooled": pooled}, keras.layers.Dense(2)(pooled))
    model.compile("sgd", "mse")
    model.fit(batches, epochs=epochs, verbose=0, shuffle=False, callbacks=[StartEpoch(batches)])
    return batches.seen


def test_a_fit_sees_every_view_once(store, samples):
    seen = watch_fit(store, samples, N_VIEWS)
    assert sorted({epoch for epoch, _ in seen}) == list(range(N_VIEWS))
    pairs = [tuple(row[:2]) for inputs, _ in seen.values() for row in inputs.astype(int)]
    assert Counter(pairs) == {(r, v): 1 for r in range(N) for v in range(N_VIEWS)}


def test_deferred_weights_act_in_the_right_epoch_of_a_fit(store, samples):
    balancing = Balancing(np.array([100.0, 100.0]), "natural", 0.5)
    seen = watch_fit(store, samples, 4, balancing=balancing)
    heavy = {epoch: bool((weights > 10).all()) for (epoch, _), (_, weights) in seen.items()}
    assert heavy == {0: False, 1: False, 2: True, 3: True}


def test_progressive_sampling_ends_balanced_and_no_later(store, samples):
    seen = watch_fit(store, samples, 2, balancing=Balancing(np.ones(2), "progressive", 0.0), n_an_epoch=12)
    rows = {e: np.concatenate([seen[e, i][0][:, 0] for i in range(4)]).astype(int) for e in (0, 1)}
    assert {epoch: int((drawn % 2).sum()) for epoch, drawn in rows.items()} == {0: 5, 1: 6}  # 3/7 of 12, then half


def test_predictions_of_rows_are_probabilities_of_the_plain_view(store):
    pooled = keras.Input((3,), name="pooled")
    model = keras.Model({"pooled": pooled}, keras.layers.Dense(2, use_bias=False)(pooled))
    model.set_weights([np.array([[1, 0], [0, 5], [0, 0]], np.float32)])  # view 1 would win by 5
    predicted = predict_rows(model, store, np.array([0, 2]))
    expected = np.exp([[0, 0], [2, 0]]) / np.exp([[0, 0], [2, 0]]).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(predicted, expected, atol=1e-6)
    assert predict_rows(model, store, np.zeros(0, np.int64)).shape == (0, 2)


def assert_equal(one, other):
    """Two batches hold the same numbers."""
    np.testing.assert_array_equal(one[0]["pooled"], other[0]["pooled"])
    for left, right in zip(one[1:], other[1:], strict=True):
        np.testing.assert_array_equal(left, right)


def test_mixup_draws_a_new_share_each_step_from_its_seed_and_zero_mixes_nothing(store, samples):
    shares = []
    for seed in (1, 1, 2):
        batches = make(store, samples, seed=seed, mixup=0.4)
        shares.append([mix.keywords["share"] for mix in batches.mixes])
        batches.start_epoch(batches.epoch + 1)
        shares[-1] += [mix.keywords["share"] for mix in batches.mixes]
    assert shares[0] == shares[1] != shares[2]
    assert len(set(shares[0])) == 6  # two epochs of three steps
    assert all(0 <= share <= 1 for share in shares[0])
    plain, zero = make(store, samples), make(store, samples, mixup=0.0)
    assert_equal(plain[0], zero[0])


def test_a_mixed_batch_is_the_plain_batch_mixed(store, samples):
    plain, mixed = make(store, samples, seed=5), make(store, samples, seed=5, mixup=0.4)
    expected = mix_batch(*plain[0], mixed.mixes[0].keywords["share"])
    assert_equal(mixed[0], expected)
    assert not np.array_equal(mixed[0][1], plain[0][1])


def test_class_weights_and_sampling_reach_the_batches(store, samples):
    balancing = Balancing(np.array([1.0, 3.0]), "natural", 0.5)
    batches = make(store, samples, balancing=balancing, epochs=2)
    for factor in (1.0, 3.0):  # deferred to the second of two epochs
        for index in range(len(batches)):
            inputs, one_hot, weights = batches[index]
            rows = inputs["pooled"][:, 0].astype(int)
            np.testing.assert_allclose(weights, samples.weights[rows] * np.where(one_hot[:, 1] == 1, factor, 1))
        batches.start_epoch(batches.epoch + 1)
    balanced = make(store, samples, balancing=Balancing(np.ones(2), "balanced", 0.0), n_an_epoch=20)
    assert sum(balanced[i][1][:, 1].sum() for i in range(len(balanced))) == 10  # 3 of 7 works are of class 1
    rows = [row for row, _ in read_epoch(balanced)]
    assert sorted(np.bincount(rows, minlength=N)[1::2]) == [3, 3, 4]


def test_a_sample_that_comes_again_comes_in_its_next_view(store, samples):
    batches = make(store, samples, balancing=Balancing(np.ones(2), "balanced", 0.0), n_an_epoch=18)
    pairs = read_epoch(batches)
    for row in range(1, N, 2):  # nine draws of three works: each in each view
        assert sorted(view for drawn, view in pairs if drawn == row) == [0, 1, 2]

import keras
import numpy as np
import pytest

from artstyle.batches import FeatureBatches, Samples
from artstyle.consistency import ConsistencyBatches, ConsistencyModel
from artstyle.errors import UserError
from artstyle.feature_store import FeatureStore
from artstyle.phase3_methods import check_method, check_phase3
from tiny_run import TRAINING, make_objective

N, N_VIEWS = 9, 3


def build(*, weight=0.5, threshold=0.7, momentum=0.0, shares=(0.5, 0.5)) -> ConsistencyModel:
    """A network whose logits are its two inputs."""
    pooled = keras.Input((2,), name="pooled")
    dense = keras.layers.Dense(2, use_bias=False, kernel_initializer="identity")
    network = keras.Model({"pooled": pooled}, dense(pooled))
    model = ConsistencyModel(network, np.array(shares), weight, threshold, momentum)
    model.compile("sgd", keras.losses.CategoricalCrossentropy(from_logits=True))
    return model


def logits(*probabilities: float) -> np.ndarray:
    """Logits of two classes from the probabilities of the first."""
    p = np.array(probabilities, np.float32)
    return np.log(np.stack([p, 1 - p], axis=1))


def test_alignment_by_hand():
    # mean (0.6, 0.4), wanted (0.5, 0.5): 0.9 : 0.1 becomes 0.9/0.6 : 0.1/0.4 = 6 : 1, and 0.3 : 0.7 becomes 2 : 7
    labels, taken = build(threshold=0.8).label(np.exp(logits(0.9, 0.3)))
    assert np.asarray(labels).tolist() == [0, 1]
    assert np.asarray(taken).tolist() == [1, 0]  # 6/7 and 7/9
    _, taken = build(threshold=0.77).label(np.exp(logits(0.9, 0.3)))
    assert np.asarray(taken).tolist() == [1, 1]


def test_the_running_mean_starts_at_the_shares_and_follows_its_momentum():
    model = build(momentum=0.75, shares=(0.2, 0.8))
    model.label(np.exp(logits(0.9, 0.7)))  # mean 0.8
    np.testing.assert_allclose(np.asarray(model.mean_prediction), [0.75 * 0.2 + 0.25 * 0.8, 0.75 * 0.8 + 0.25 * 0.2])


def test_the_loss_by_hand():
    model = build(weight=0.5, threshold=0.8, momentum=0.0)
    x = {
        "pooled": logits(0.6),
        "weak_pooled": logits(0.9, 0.1, 0.5),  # mean (0.5, 0.5): nothing to align; the last is not certain
        "strong_pooled": logits(0.8, 0.7, 0.1),
    }
    y = np.array([[1.0, 0.0]], np.float32)
    loss = float(model.compute_loss(x, y, model(x), sample_weight=None))
    unlabelled = (-np.log(0.8) - np.log(0.3)) / 3
    assert loss == pytest.approx(-np.log(0.6) + 0.5 * unlabelled, abs=1e-4)


def test_it_predicts_from_labelled_inputs_alone():
    model = build()
    np.testing.assert_allclose(model.predict({"pooled": logits(0.9)}, verbose=0), logits(0.9), atol=1e-6)


@pytest.fixture
def store():
    """Every pooled vector is [row, view]."""
    rows, views = np.mgrid[:N, :N_VIEWS]
    pooled = np.stack([rows, views], axis=-1).astype(np.float16)
    facts = {"n_views": N_VIEWS, "columns": {"lower_statistics": [0, 0], "top_mean": [0, 2]}}
    return FeatureStore(np.zeros((N, N_VIEWS, 1, 1, 1), np.float16), pooled, facts, {})


SAMPLES = Samples(np.arange(5), np.arange(5) % 2, np.ones(5, np.float32))
OPTIONS = {"batch": 2, "seed": 1, "names": ["pooled"]}


def test_labelled_batches_are_those_without_a_pool(store):
    plain = FeatureBatches(store, SAMPLES, 2, **OPTIONS)
    both = ConsistencyBatches(store, SAMPLES, 2, pool=np.array([6, 7, 8]), n_for_each=2, **OPTIONS)
    for _ in range(2):
        for index in range(3):
            (inputs, *rest), (expected, *others) = both[index], plain[index]
            np.testing.assert_array_equal(inputs["pooled"], expected["pooled"])
            for one, other in zip(rest, others, strict=True):
                np.testing.assert_array_equal(one, other)
        plain.start_epoch(1)
        both.start_epoch(1)


def test_every_work_of_the_pool_comes_in_its_plain_and_an_augmented_view(store):
    batches = ConsistencyBatches(store, SAMPLES, 2, pool=np.array([6, 7, 8]), n_for_each=2, **OPTIONS)
    weak, strong = (
        np.concatenate([batches[i][0][f"{kind}_pooled"] for i in range(3)]).astype(int) for kind in ("weak", "strong")
    )
    assert len(weak) == 12
    np.testing.assert_array_equal(weak[:, 0], strong[:, 0])
    assert np.bincount(weak[:, 0], minlength=N)[6:].tolist() == [4, 4, 4]
    assert set(weak[:, 1]) == {0}
    assert set(strong[:, 1]) == {1, 2}


def test_without_an_augmented_view_it_is_refused():
    check_method("consistency", "focal", 2)
    check_method("plain", "balanced_softmax", 1)
    with pytest.raises(UserError, match=r"'consistency', which needs an augmented view; set extract_features\.n_views"):
        check_method("consistency", "focal", 1)


@pytest.mark.parametrize(
    ("changed", "refused"),
    [({}, False), ({"class_weights": "inverse"}, True), ({"sampling": "balanced"}, True), ({"loss": "focal"}, False),
     ({"loss": "class_balanced"}, True)],
)  # fmt: skip
def test_with_balanced_classes_it_is_refused(changed, refused):
    objective = make_objective((2, 6), **changed)
    values = {**TRAINING["pseudolabel_phase3"], "method": "consistency"}
    if refused:
        with pytest.raises(UserError, match="'consistency', which keeps to the class shares, with a loss, class_weig"):
            check_phase3(objective, 2, **values)
    else:
        check_phase3(objective, 2, **values)
    check_phase3(objective, 2, **{**values, "method": "plain"})

import keras
import numpy as np
import pytest

from artstyle.errors import UserError
from artstyle.feature_store import FeatureStore
from artstyle.heads import build_head, freeze_normalisation, name_inputs, standardise
from tiny_run import CRN

MAPS = {"level_8": [4, 4, 2], "level_16": [4, 4, 3], "level_32": [2, 2, 5]}
COLUMNS = {"lower_statistics": [0, 4], "upper_statistics": [4, 10], "top_mean": [10, 13]}

LAYOUT = {"columns": COLUMNS, "covariance_columns": {}, "maps": MAPS, "members": [{"pooled": [], "covariances": []}]}
OPTIONS = {"dropout": 0, "hidden": 0, "covariances": False, "covariance_dropout": 0, "members": 1}
# Of each of two backbones: the columns [0, 3] and [6, 8], and the others.
TWO = {**LAYOUT, "members": [{"pooled": [[0, 3], [6, 8]], "covariances": []}, {"pooled": [[3, 6], [8, 13]]}]}


def build(name: str, layout: dict = LAYOUT, **changed) -> keras.Model:
    return build_head(name, layout, 3, **{**OPTIONS, **changed})


def run(head, pooled) -> np.ndarray:
    return np.asarray(head({"pooled": pooled.astype(np.float32)}, training=False))


@pytest.fixture
def pooled():
    return np.random.default_rng(1).normal(0, 2, (5, 13))


def test_linear_sees_only_the_mean_of_the_top_map(pooled):
    head = build("linear")
    changed = pooled.copy()
    changed[:, :10] += 100
    np.testing.assert_array_equal(run(head, pooled), run(head, changed))
    for column in (10, 11, 12):
        moved = pooled.copy()
        moved[:, column] += 1
        assert not np.allclose(run(head, pooled), run(head, moved))


def test_stats_sees_every_column(pooled):
    head = build("stats")
    for column in range(13):
        moved = pooled.copy()
        moved[:, column] += 1
        assert not np.allclose(run(head, pooled), run(head, moved))


@pytest.mark.parametrize(("name", "n_columns"), [("linear", 3), ("stats", 13)])
def test_number_of_trained_weights_without_and_with_a_hidden_layer(name, n_columns):
    head = build(name)
    # one weight a column and class, and a bias a class
    assert sum(np.prod(w.shape) for w in head.trainable_weights) == 3 * n_columns + 3
    head = build(name, hidden=7)
    assert sum(np.prod(w.shape) for w in head.trainable_weights) == 7 * (n_columns + 1) + 3 * 8


@pytest.mark.parametrize(("name", "first"), [("linear", 10), ("stats", 0)])
def test_columns_are_standardised_once_and_stay_so_in_training(pooled, name, first):
    head = build(name)
    many = np.concatenate([pooled, 3 * pooled + 5]).astype(np.float16)
    facts = {"n_views": 2, "columns": COLUMNS}
    standardise(head, FeatureStore(np.zeros(5), many.reshape(5, 2, 13), facts, {}), np.arange(5))
    layer = head.get_layer("head_bn")
    seen = keras.Model(head.input, layer.output)
    used = many[:, first:].astype(np.float64)
    expected = (used - used.mean(axis=0)) / np.sqrt(used.var(axis=0) + layer.epsilon)
    for training in (False, True):
        np.testing.assert_allclose(seen({"pooled": many.astype(np.float32)}, training=training), expected, atol=1e-4)
    head.compile("sgd", "mse")
    head.fit({"pooled": many.astype(np.float32) + 9}, np.zeros((10, 3)), verbose=0)
    np.testing.assert_allclose(layer.get_weights()[0], used.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(layer.get_weights()[1], used.var(axis=0), rtol=1e-6)


def test_dropout_is_off_in_prediction_and_on_in_training(pooled):
    head = build("stats", dropout=0.5)
    np.testing.assert_array_equal(run(head, pooled), run(head, pooled))
    batch = {"pooled": pooled.astype(np.float32)}
    assert not np.array_equal(*(np.asarray(head(batch, training=True)) for _ in range(2)))


def test_logits_are_float32_and_no_probabilities(pooled):
    logits = run(build("stats"), 10 * pooled)
    assert logits.dtype == np.float32
    assert not np.allclose(logits.sum(axis=1), 1)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [("stats", {"members": 0}, r"head\.members is 0"),
     ("deep", {}, "head is 'deep'; allowed: linear, stats, crn"), ("stats", {"dropout": 1}, r"head\.dropout is 1;"),
     ("stats", {"hidden": 0.5}, r"head\.hidden is 0\.5;"), ("stats", {"hidden": -1}, r"head\.hidden is -1;"),
     ("stats", {"covariances": 1}, r"head\.covariances is 1; allowed: true, false"),
     ("stats", {"covariance_dropout": 1}, r"head\.covariance_dropout is 1;"),
     ("crn", {"covariances": True, "crn": CRN}, r"covariances is true, but none are kept; set")],
)  # fmt: skip
def test_an_impossible_head_is_refused_by_name(name, options, words):
    with pytest.raises(UserError, match=words):
        build(name, **options)


@pytest.mark.parametrize("name", ["linear", "stats", "crn"])
def test_inputs_are_named_after_what_they_read(name):
    head = build(name, crn=CRN)
    assert sorted(name_inputs(head)) == sorted(["pooled", *(MAPS if name == "crn" else ())])


def test_the_crn_head_without_options_is_refused():
    with pytest.raises(UserError, match=r"train_phase1\.crn must be a map of parameters"):
        build("crn")


def test_freezing_leaves_no_normalisation_trainable_and_nothing_else_frozen():
    head = build("crn", hidden=4, crn=CRN)
    scales = {w.path for layer in head.layers if "bn" in layer.name for w in layer.trainable_weights}
    before = {w.path for w in head.trainable_weights}
    freeze_normalisation(head)
    assert scales
    assert {w.path for w in head.trainable_weights} == before - scales


WITH_COVARIANCES = {**LAYOUT, "covariance_columns": {"lower_covariances": [0, 2], "upper_covariances": [2, 5]}}


def test_every_covariance_is_seen_where_wanted_and_scaled_like_the_rest():
    head = build("stats", WITH_COVARIANCES, covariances=True)
    random = np.random.default_rng(1)
    store = FeatureStore(
        np.zeros(6), random.normal(size=(6, 2, 13)), {"n_views": 2, **WITH_COVARIANCES}, {},
        covariances=random.normal(3, 2, size=(6, 2, 5)),
    )  # fmt: skip
    standardise(head, store, np.array([0, 2, 5]))
    seen = keras.Model(head.input, head.get_layer("head_vector").output)
    inputs = store.read_inputs(name_inputs(head), np.repeat([0, 2, 5], 2), np.tile([0, 1], 3))
    vector = np.asarray(seen(inputs))
    assert vector.shape == (6, 18)
    np.testing.assert_allclose(vector.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(vector.std(axis=0), 1, atol=1e-2)  # epsilon inside the root
    logits = np.asarray(head(inputs))
    for column in range(5):
        moved = {**inputs, "covariances": inputs["covariances"] + 5 * np.eye(5, dtype=np.float32)[column]}
        assert not np.allclose(np.asarray(head(moved)), logits)
    assert name_inputs(build("linear", WITH_COVARIANCES, covariances=True)) == ["pooled"]


def test_covariances_have_a_dropout_of_their_own():
    head = build("stats", WITH_COVARIANCES, covariances=True, covariance_dropout=0.9)
    inputs = {"pooled": np.ones((1, 13), np.float32), "covariances": np.ones((1, 5), np.float32)}
    seen = keras.Model(head.input, head.get_layer("head_vector").output)
    vectors = np.concatenate([np.asarray(seen(inputs, training=True)) for _ in range(40)])
    assert (vectors[:, :13] != 0).all()
    assert 0 < (vectors[:, 13:] != 0).mean() < 0.3


@pytest.mark.parametrize("hidden", [0, 4])
def test_each_backbone_has_members_that_see_its_columns_alone(pooled, hidden):
    head = build("stats", TWO, hidden=hidden)
    weights = head.get_layer("head_logits").get_weights()
    assert [weight.shape for weight in weights] == [(hidden or 5, 3), (hidden or 8, 3), (3,), (3,)]
    head.get_layer("head_logits").set_weights([weights[0], np.zeros_like(weights[1]), *weights[2:]])
    moved = pooled.copy()
    moved[:, [3, 4, 5, 8, 9, 10, 11, 12]] += 1  # of the second backbone, which has no say
    np.testing.assert_array_equal(run(head, moved), run(head, pooled))
    for column in (0, 1, 2, 6, 7):
        moved = pooled.copy()
        moved[:, column] += 5 * (-1) ** np.arange(5)
        assert not np.allclose(run(head, moved), run(head, pooled))


# Of each of two backbones: the first channel of every map, and the others.
TWO_MAPS = [
    {**columns, "level_8": [[a, b]], "level_16": [[a, b + more]], "level_32": [[a, b + 3 * more]]}
    for columns, (a, b, more) in zip(TWO["members"], [(0, 1, 0), (1, 2, 1)], strict=True)
]


@pytest.mark.parametrize("hidden", [0, 4])
def test_each_backbone_has_a_recurrent_network_that_sees_its_maps_and_columns_alone(pooled, hidden):
    head = build("crn", {**TWO, "members": TWO_MAPS}, hidden=hidden, crn=CRN)
    random = np.random.default_rng(3)
    inputs = {name: random.normal(size=(5, *shape)).astype(np.float32) for name, shape in MAPS.items()}
    inputs["pooled"] = pooled.astype(np.float32)
    for place, own in enumerate(TWO_MAPS):
        seen = keras.Model(head.input, head.get_layer(f"head_back_{place + 1}").output)
        before = np.asarray(seen(inputs))
        for name, array in inputs.items():
            channels = np.concatenate([np.arange(a, b) for a, b in own[name]])
            for channel in range(array.shape[-1]):
                moved = array.copy()
                moved[..., channel] += 5 * random.normal(size=array.shape[:-1])
                unchanged = np.allclose(np.asarray(seen({**inputs, name: moved})), before, atol=1e-5)
                assert unchanged == (channel not in channels), (name, channel)


def test_each_of_several_recurrent_networks_is_trained_on_its_own_works_alone(pooled):
    head = build("crn", LAYOUT, members=2, hidden=4, crn=CRN)
    assert {"convlstm_1_1", "convlstm_1_2", "attention_1", "attention_2"} <= {layer.name for layer in head.layers}
    random = np.random.default_rng(3)
    inputs = {name: random.normal(size=(5, *shape)).astype(np.float32) for name, shape in MAPS.items()}
    inputs["pooled"] = pooled.astype(np.float32)
    before = np.asarray(head(inputs, training=True))
    inputs["level_16"][1::2] += 5 * random.normal(size=(2, *MAPS["level_16"]))  # works of the second
    moved = np.abs(np.asarray(head(inputs, training=True)) - before).max(axis=1)
    np.testing.assert_allclose(moved[::2], 0, atol=1e-5)
    assert (moved[1::2] > 1e-3).all()


@pytest.mark.parametrize(("name", "layout", "n"), [("stats", LAYOUT, 3), ("stats", TWO, 6), ("linear", TWO, 3)])
def test_so_many_members_for_each_backbone_where_they_are_told_apart(name, layout, n):
    head = build(name, layout, members=3)
    assert len(head.get_layer("head_logits").sizes) == n
    assert head.output.dtype == "float32"


def test_members_do_not_start_alike(pooled):
    kernels = build("stats", members=2, hidden=4).get_layer("head_logits").get_weights()[:2]
    assert not np.allclose(*kernels)


@pytest.mark.parametrize("hidden", [0, 4])
def test_in_training_each_member_sees_its_own_works_alone(pooled, hidden):
    head = build("stats", TWO, hidden=hidden, members=2)
    inputs = {"pooled": pooled.astype(np.float32)}
    seen = keras.Model(head.input, head.get_layer("head_members").output)
    sizes = head.get_layer("head_logits").sizes
    before, trained = (np.asarray(seen(inputs, training=training)) for training in (False, True))
    for member, (start, end) in enumerate(zip(np.cumsum([0, *sizes[:-1]]), np.cumsum(sizes), strict=True)):
        own = np.arange(5) % 4 == member  # two backbones, two members each
        np.testing.assert_allclose(trained[own, start:end], before[own, start:end], atol=1e-6)
        assert not trained[~own, start:end].any()
    # The logits of a work are those of its member, as if all had run on it.
    weights = head.get_layer("head_logits").get_weights()
    kernels, biases = weights[:4], weights[4:]
    logits = np.asarray(head(inputs, training=True))
    starts = np.cumsum([0, *sizes])
    for work in range(5):
        member = work % 4
        vector = before[work, starts[member] : starts[member + 1]]
        np.testing.assert_allclose(logits[work], vector @ kernels[member] + biases[member], atol=1e-5)

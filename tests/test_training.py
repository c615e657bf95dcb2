import re
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from sklearn.metrics import f1_score

from artstyle.balancing import Balancing
from artstyle.batches import FeatureBatches, Samples
from artstyle.errors import UserError
from artstyle.feature_store import FeatureStore
from artstyle.tables import read_table
from artstyle.training import Validation, fit_network
from tiny_run import FIT, make_objective

N, K = 48, 3
PLAIN = (np.zeros(K), np.ones(K))  # offsets and weights of a validation where nothing is balanced


@pytest.fixture(autouse=True)
def outside_any_repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def store():
    random = np.random.default_rng(1)
    centres = np.arange(N) % K
    pooled = np.eye(K)[centres][:, None, :] * 1.5 + random.normal(0, 0.6, (N, 2, K))
    facts = {"n_views": 2, "columns": {"lower_statistics": [0, 0], "upper_statistics": [0, 0], "top_mean": [0, K]}}
    return FeatureStore(np.zeros((N, 2, 1, 1, 1), np.float16), pooled.astype(np.float16), facts, {})


def build_model() -> keras.Model:
    keras.utils.set_random_seed(3)
    pooled = keras.Input((K,), name="pooled")
    return keras.Model({"pooled": pooled}, keras.layers.Dense(K, name="logits")(pooled))


def fit(store, history, model=None, *, weights=None, loss="cross_entropy", balancing=None, **changed):
    options = {**FIT, "epochs": 2, **changed}
    samples = Samples(np.arange(N), np.arange(N) % K, np.ones(N, np.float32) if weights is None else weights)
    balanced = {"balancing": balancing, "epochs": options["epochs"]} if balancing else {}
    batches = FeatureBatches(store, samples, K, batch=options["batch"], seed=1, names=["pooled"], **balanced)
    validation = Validation(store, ["pooled"], np.arange(N), np.arange(N) % K, *PLAIN)
    function = make_objective(loss=loss).loss if isinstance(loss, str) else loss
    model = model or build_model()
    return model, validation, fit_network(model, batches, validation, function, history, section="some.fit", **options)


def predict(model, validation):
    return np.concatenate([model.predict_on_batch(inputs) for inputs in validation.iterate_inputs()])


def read_steps(history, metric: str = "validation/macro_f1"):
    table = read_table(history / "plots" / "metrics" / f"{metric}.tsv", separator="\t")
    return table["step"].tolist(), table[metric.split("/")[-1]].tolist()


def test_two_fits_in_turn_have_each_their_own_full_history(store, tmp_path):
    model, *_ = fit(store, tmp_path / "one")
    before = read_steps(tmp_path / "one")
    fit(store, tmp_path / "two", model)
    assert before[0] == [0, 1]
    assert read_steps(tmp_path / "one") == before
    assert read_steps(tmp_path / "two")[0] == [0, 1]


def test_the_best_epoch_is_left_in_the_model_and_its_macro_f1_is_that_of_sklearn(store, tmp_path):
    model, validation, scores = fit(store, tmp_path / "h", epochs=6, patience=6, learning_rate=5, warmup_share=0)
    predicted = predict(model, validation).argmax(axis=1)
    expected = f1_score(validation.labels, predicted, labels=range(K), average="macro", zero_division=0)
    assert scores["validation"]["macro_f1"] == pytest.approx(expected, abs=1e-9)
    assert scores["validation"]["accuracy"] == pytest.approx((predicted == validation.labels).mean())
    _, values = read_steps(tmp_path / "h")
    assert scores["best_epoch"] == int(np.argmax(values)) + 1
    assert values[-1] < max(values)  # the last epoch is not the best
    assert scores["validation"]["macro_f1"] == pytest.approx(max(values), abs=1e-6)


def test_training_learns(store, tmp_path):
    *_, scores = fit(store, tmp_path / "h", epochs=8, patience=8, learning_rate=0.1)
    assert scores["validation"]["macro_f1"] > 0.8
    assert scores["n_samples"] == N
    assert scores["n_trainable_weights"] == K * K + K
    losses = read_steps(tmp_path / "h", "train/loss")[1]
    assert losses[-1] < losses[0]


def test_a_much_too_high_rate_still_leaves_a_model_and_a_worse_score(store, tmp_path):
    model, _, good = fit(store, tmp_path / "one", epochs=8, patience=8, learning_rate=0.1)
    before = model.get_weights()
    *_, bad = fit(store, tmp_path / "two", model, learning_rate=10, weight_decay=10, warmup_share=0, epochs=1)
    assert bad["validation"]["loss"] > good["validation"]["loss"]
    assert bad["best_epoch"] == 1
    assert not any(np.array_equal(*pair) for pair in zip(before, model.get_weights(), strict=True))


def test_patience_ends_a_fit(store, tmp_path):
    *_, scores = fit(store, tmp_path / "h", epochs=50, patience=2, learning_rate=1e-8)
    assert scores["epochs"] == 3  # nothing changes: the first epoch is the best
    assert read_steps(tmp_path / "h")[0] == [0, 1, 2]


def test_a_training_step_is_compiled_once(store, tmp_path):
    calls = []
    loss = make_objective().loss
    keep = loss.call
    loss.call = lambda *arguments: calls.append(1) or keep(*arguments)
    fit(store, tmp_path / "h", loss=loss, batch=16)  # 48 works: every batch is full
    assert len(calls) == 1


@pytest.mark.parametrize(("share", "said"), [(0.5, True), (0, False)])
def test_a_kept_epoch_from_before_the_balancing_is_told(store, tmp_path, capsys, share, said):
    balancing = Balancing(np.ones(K), "balanced", share)
    *_, scores = fit(store, tmp_path / "h", epochs=4, patience=3, learning_rate=1e-8, balancing=balancing)
    assert scores["best_epoch"] == 1  # nothing changes
    assert ("some.fit: that epoch lies before balancing.deferred_share" in capsys.readouterr().out) is said


def test_the_last_line_tells_epoch_time_and_speed(store, tmp_path, capsys):
    fit(store, tmp_path / "h", epochs=3, patience=3)
    first, *_, line = capsys.readouterr().out.splitlines()
    assert first == f"some.fit: {K * K + K} trainable weights, {N} samples an epoch"
    epoch, seconds, speed = re.fullmatch(
        r"some\.fit: epoch (\d) of 3 kept, ([\d.]+) s with validation, (\d+) pictures/s", line
    ).groups()
    assert 1 <= int(epoch) <= 3
    assert int(speed) == pytest.approx(3 * N / float(seconds), rel=0.6)  # both are rounded


def test_same_seed_same_weights(store, tmp_path):
    models = [fit(store, tmp_path / "h")[0] for _ in range(2)]
    for one, other in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_rate_rises_and_falls_to_zero(store, tmp_path):
    fit(store, tmp_path / "h", epochs=4, warmup_share=0.5, learning_rate=0.01, patience=4)
    steps, rates = read_steps(tmp_path / "h", "learning_rate")
    assert steps == [0, 1, 2, 3]
    # 24 steps, 12 of them warm-up: half way up, at the top, half way down the cosine, zero
    assert rates == pytest.approx([0.005, 0.01, 0.005, 0], abs=1e-6)


def test_no_warmup_starts_at_the_full_rate(store, tmp_path):
    fit(store, tmp_path / "h", epochs=2, warmup_share=0, learning_rate=0.01)
    assert read_steps(tmp_path / "h", "learning_rate")[1] == pytest.approx([0.005, 0], abs=1e-6)


def test_with_a_moving_average_the_average_is_scored_and_kept(store, tmp_path):
    fast = {"learning_rate": 0.5, "warmup_share": 0, "epochs": 1, "patience": 3}
    plain, _, _ = fit(store, tmp_path / "one", **fast)
    model, validation, scores = fit(store, tmp_path / "two", ema_momentum=0.999, **fast)
    ends = [m.get_weights()[0] for m in (plain, model)]
    assert np.abs(ends[0] - ends[1]).max() > 0.01  # the average lags behind
    logits = predict(model, validation)
    assert scores["validation"]["accuracy"] == pytest.approx((logits.argmax(axis=1) == validation.labels).mean())
    other = predict(plain, validation)
    assert not np.allclose(logits, other, atol=0.01)


def test_factors_slow_single_variables_down(store, tmp_path):
    model = build_model()
    before = model.get_weights()
    samples = Samples(np.arange(N), np.arange(N) % K, np.ones(N, np.float32))
    batches = FeatureBatches(store, samples, K, batch=8, seed=1, names=["pooled"])
    validation = Validation(store, ["pooled"], np.arange(N), np.arange(N) % K, *PLAIN)
    function = make_objective().loss
    factors = {model.get_layer("logits").kernel.path: 1e-9}
    fit_network(model, batches, validation, function, tmp_path / "h", "some.fit", factors, **FIT)
    np.testing.assert_allclose(model.get_weights()[0], before[0], atol=1e-6)
    assert np.abs(model.get_weights()[1] - before[1]).max() > 1e-4


def test_weights_of_samples_count(store, tmp_path):
    weights = np.where(np.arange(N) % K == 0, 1, 1e-6).astype(np.float32)
    shares = []
    for chosen in (None, weights):
        model, validation, _ = fit(store, tmp_path / "h", weights=chosen, learning_rate=0.3)
        shares.append((predict(model, validation).argmax(axis=1) == 0).mean())
    assert shares[1] > shares[0] + 0.2


def test_nan_stops_with_one_line_that_names_the_step(store, tmp_path):
    weights = np.full(N, np.nan, np.float32)
    with pytest.raises(UserError, match=r"^some\.fit: the loss is nan in step 1; lower some\.fit\.learning_rate$"):
        fit(store, tmp_path / "h", weights=weights)


def test_nan_in_the_very_last_step_stops_too(store, tmp_path):
    store.pooled[:] = 0
    model = build_model()
    model.get_layer("logits").set_weights([np.full((K, K), 3e38, np.float32), np.zeros(K, np.float32)])
    breaking = SimpleNamespace(read_inputs=lambda names, rows, views: {"pooled": np.full((len(rows), K), 1e4)})
    samples = Samples(np.arange(N), np.arange(N) % K, np.ones(N, np.float32))
    batches = FeatureBatches(store, samples, K, batch=N, seed=1, names=["pooled"])
    function = make_objective().loss
    with pytest.raises(UserError, match=r"some\.fit: the validation loss is nan in step 1"):
        options = {**FIT, "epochs": 1, "batch": N}
        labels = np.arange(N) % K
        fit_network(
            model,
            batches,
            Validation(breaking, ["pooled"], np.arange(N), labels, *PLAIN),
            function,
            tmp_path / "h",
            section="some.fit",
            **options,
        )


@pytest.mark.parametrize(
    ("name", "value"),
    [("patience", 0), ("learning_rate", 0), ("learning_rate", 11), ("clip_norm", 0),
     ("warmup_share", 1), ("weight_decay", -1), ("weight_decay", "0.1"), ("ema_momentum", 1)],
)  # fmt: skip
def test_a_value_out_of_range_is_named(store, tmp_path, name, value):
    with pytest.raises(UserError, match=rf"some\.fit\.{name} is {re.escape(repr(value))}"):
        fit(store, tmp_path / "h", **{name: value})
    assert not (tmp_path / "h").exists()

import contextlib
import itertools
import re

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from sklearn.metrics import f1_score

from artstyle.balancing import SAMPLING
from artstyle.blending import SHARES
from artstyle.consistency import align
from artstyle.errors import UserError
from artstyle.losses import LOSSES
from artstyle.model_files import load_network
from artstyle.phase3 import Phase3, run_phase3
from artstyle.phases import predict_pictures, run_phase1, run_phase2
from artstyle.pixels import open_pictures
from artstyle.pseudolabels import find_threshold
from artstyle.tables import read_table
from artstyle.training_data import read_training_data
from tiny_run import (
    AUGMENTATION,
    BALANCING,
    CONSISTENCY,
    CRN,
    FIT,
    FIT_ALL,
    HEAD,
    NO_AUGMENTATION,
    build_small_backbone,
    make_objective,
    use_small_backbone,
    write_features,
    write_tiny_run,
)
from tiny_run import LOSSES as TINY_LOSSES

SELECT = {"threshold": 0.0, "precision": 0.9, "max_share_per_class": 0.5}
SIDES = ("train",) * 4 + ("validation", "test") + ("pool",) * 10


@pytest.fixture(scope="module", autouse=True)
def small():
    """The small backbone, and no time spent on compiling it: a fit has few steps here."""
    with pytest.MonkeyPatch.context() as patch:
        use_small_backbone(patch)
        tf.config.run_functions_eagerly(True)
        yield
        tf.config.run_functions_eagerly(False)


@pytest.fixture(autouse=True)
def outside_any_repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def make_data(tmp_path_factory):
    """Return tiny training data with features cut at a share of the backbone; made once a share."""
    made = {}

    def make(share: float = 0.5):
        if share not in made:
            run = write_tiny_run(tmp_path_factory.mktemp("run"), sides=SIDES)
            write_features(run, freeze_share=share)
            made[share] = read_training_data(run.features, run.paintings, run.works, run.classes)
        return made[share]

    return make


@pytest.fixture(scope="module")
def teach(make_data, tmp_path_factory):
    """Return the folder of a phase 1 that has learnt something, and its scores; made once a share."""
    made = {}

    def make(share: float = 0.5):
        if share not in made:
            folder = tmp_path_factory.mktemp("taught")
            with contextlib.chdir(folder):
                scores = phase1(make_data(share), folder, epochs=6, patience=6, learning_rate=0.03)
            made[share] = folder, scores
        return made[share]

    return make


def keep(data, condition):
    """Return the data without the works of the pool that do not meet the condition."""
    works = data.works.copy()
    works.loc[(works["split"] == "pool") & ~condition(works), "split"] = "unused"
    return type(data)(data.store, works, data.classes)


def phase1(data, folder, aim=None, seed=1, **fit):
    fit = {**FIT, "epochs": 1, **fit}
    return run_phase1(data, "stats", aim or make_objective(), seed, folder / "one", folder / "h1", head=HEAD, fit=fit)


def phase2(data, previous, folder, aim=None, blend=1, crop=1, seed=1, **fit):
    fit = {**FIT, "epochs": 1, **fit}
    return run_phase2(
        data,
        previous / "one",
        aim or make_objective(),
        seed,
        folder / "two",
        folder / "h2",
        None,
        {},
        through="cache",
        layer_decay=0.5,
        blend=blend,
        crop=crop,
        fit=fit,
    )


def phase3(
    data,
    teacher,
    folder,
    aim=None,
    *,
    seed=1,
    weight=0.5,
    blend=1,
    crop=1,
    select=SELECT,
    method="plain",
    consistency=CONSISTENCY,
    **fit,
):
    options = {
        "method": method,
        "consistency": consistency,
        "select": select,
        "weight": weight,
        "layer_decay": 0.5,
        "blend": blend,
        "crop": crop,
        "fit": {**FIT_ALL, "epochs": 1, **fit},
    }
    return run_phase3(data, teacher / "one", aim or make_objective(), seed, folder / "three", folder / "h3", **options)


def weights_by_layer(folder) -> dict[str, list[np.ndarray]]:
    network, _ = load_network(folder)
    layers = [*network.backbone.lower.layers, *network.backbone.upper.layers, *network.head.layers]
    return {layer.name: layer.get_weights() for layer in layers if layer.get_weights()}


def read_bytes(folder) -> bytes:
    return (folder / "model.weights.h5").read_bytes()


def differing(one: dict, other: dict) -> set[str]:
    return {name for name in one if not all(map(np.array_equal, one[name], other[name]))}


def test_phase_1_changes_the_head_and_no_weight_of_the_backbone(make_data, tmp_path):
    data = make_data()
    scores = phase1(data, tmp_path)
    taught = weights_by_layer(tmp_path / "one")
    pristine = {layer.name: layer.get_weights() for layer in build_small_backbone("", 32).layers}
    assert not differing({name: pristine[name] for name in taught if name in pristine}, taught)
    trained = data.store.pooled[data.training_samples().rows].astype(np.float64)  # (works, views, columns)
    np.testing.assert_allclose(taught["head_bn"][0], trained.mean(axis=(0, 1)), rtol=1e-5)
    assert scores["n_trainable_weights"] == 80 * 3 + 3
    assert scores["n_samples"] == 12


@pytest.mark.parametrize(
    ("share", "above"),
    [(0, ["stem", "block0", "block1", "block2", "block3", "block4", "top"]),
     (0.5, ["block1", "block2", "block3", "block4", "top"]), (1, [])],
)  # fmt: skip
def test_phase_2_changes_exactly_what_lies_above_the_cut(make_data, teach, tmp_path, share, above):
    teacher, _ = teach(share)
    scores = phase2(make_data(share), teacher, tmp_path, learning_rate=0.01)
    before, after = weights_by_layer(teacher / "one"), weights_by_layer(tmp_path / "two")
    assert differing(before, after) == {"head_logits", *(f"{block}_conv" for block in above)}  # no normalisation
    pairs = [pair for name in before for pair in zip(before[name], after[name], strict=True)]
    moved = [one.size for one, other in pairs if not np.array_equal(one, other)]  # of a convolution the kernel alone
    assert scores["n_trainable_weights"] == sum(moved)


def test_phase_2_trains_two_backbones_and_the_members_of_each(tmp_path):
    run = write_tiny_run(tmp_path / "run", sides=SIDES)
    write_features(run, backbone="efficientnet-lite0+efficientnet-lite2")
    data = read_training_data(run.features, run.paintings, run.works, run.classes)
    phase1(data, tmp_path)
    phase2(data, tmp_path, tmp_path, learning_rate=0.01)
    before, after = (load_network(tmp_path / name)[0].tail.weights for name in ("one", "two"))
    moved = {a.path for a, b in zip(before, after, strict=True) if not np.array_equal(a.numpy(), b.numpy())}
    trained = [f"block{i}_conv" for i in range(1, 5)] + ["top_conv"]
    assert {path.split("/")[-2] for path in moved} == {*trained, *(f"b2-{name}" for name in trained), "head_logits"}
    assert sum("head_logits" in path for path in moved) == 4  # kernel and bias of two members


def test_without_patience_phases_1_and_2_keep_their_last_epoch(make_data, tmp_path):
    worse = {"epochs": 3, "learning_rate": 10, "warmup_share": 0, "weight_decay": 10}  # each epoch than the one before
    for phase in (phase1, lambda data, folder, **fit: phase2(data, tmp_path, folder, **fit)):
        last, best = (phase(make_data(), tmp_path, patience=patience, **worse) for patience in (None, 3))
        assert last["best_epoch"] == last["epochs"] == 3
        assert best["best_epoch"] < 3


def test_a_phase_2_that_never_beats_phase_1_writes_its_own_model(make_data, teach, tmp_path):
    teacher, good = teach()
    bad = phase2(make_data(), teacher, tmp_path, epochs=2, learning_rate=10, warmup_share=0, weight_decay=10)
    assert bad["validation"]["macro_f1"] < good["validation"]["macro_f1"]
    assert differing(weights_by_layer(teacher / "one"), weights_by_layer(tmp_path / "two"))
    for history, n in ((teacher / "h1", good["epochs"]), (tmp_path / "h2", bad["epochs"])):
        table = (history / "plots" / "metrics" / "validation" / "macro_f1.tsv").read_text().splitlines()
        assert [line.split("\t")[0] for line in table] == ["step", *map(str, range(n))]


@pytest.mark.parametrize(("blend", "ema_momentum"), [(0.25, 0), (None, 0), (0.25, 0.5)])
def test_a_blend_lies_between_the_two_phases_and_is_what_is_scored(make_data, teach, tmp_path, blend, ema_momentum):
    teacher, _ = teach()
    data = make_data()
    fit = {"learning_rate": 0.01, "ema_momentum": ema_momentum}
    phase2(data, teacher, tmp_path / "all", blend=1, **fit)
    scores = phase2(data, teacher, tmp_path / "part", blend=blend, **fit)
    share = scores["blend"]
    assert share == blend if blend else share in SHARES
    before, after = weights_by_layer(teacher / "one"), weights_by_layer(tmp_path / "all" / "two")
    part = weights_by_layer(tmp_path / "part" / "two")
    for name in before:
        for one, two, mean in zip(before[name], after[name], part[name], strict=True):
            np.testing.assert_allclose(mean, (1 - share) * one + share * two, atol=1e-5)
    assert differing(before, part) == differing(before, after)
    network, _ = load_network(tmp_path / "part" / "two")
    probabilities, labels = predict_pictures(network, data, "validation"), data.encode(data.select("validation"))
    expected = f1_score(labels, probabilities.argmax(axis=1), labels=range(3), average="macro", zero_division=0)
    assert scores["validation"]["macro_f1"] == pytest.approx(expected, abs=1e-9)
    loss = -np.log(probabilities[np.arange(len(labels)), labels]).mean()
    assert scores["validation"]["loss"] == pytest.approx(loss, abs=1e-5)


@pytest.mark.parametrize("method", ["plain", "consistency"])
@pytest.mark.parametrize("blend", [0.25, None])
def test_both_runs_of_phase_3_are_blended_with_the_teacher(make_data, teach, tmp_path, blend, method):
    teacher, _ = teach()
    data = make_data()
    options = {"method": method, "learning_rate": 0.01}
    phase3(data, teacher, tmp_path / "all", blend=1, **options)
    scores = phase3(data, teacher, tmp_path / "part", blend=blend, **options)
    labels = data.encode(data.select("validation"))
    before = weights_by_layer(teacher / "one")
    for run in ("pseudo", "control"):
        share = scores[run]["blend"]
        assert share == blend if blend else share in SHARES
        after = weights_by_layer(tmp_path / "all" / "three" / run)
        part = weights_by_layer(tmp_path / "part" / "three" / run)
        assert differing(before, after)
        for name in before:
            for one, two, mean in zip(before[name], after[name], part[name], strict=True):
                np.testing.assert_allclose(mean, (1 - share) * one + share * two, atol=1e-5)
        network, _ = load_network(tmp_path / "part" / "three" / run)
        predicted = predict_pictures(network, data, "validation").argmax(axis=1)
        expected = f1_score(labels, predicted, labels=range(3), average="macro", zero_division=0)
        assert scores[run]["validation"]["macro_f1"] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("method", ["plain", "consistency"])
def test_later_phases_see_parts_of_the_maps_except_with_rectangles_of_other_works(make_data, teach, tmp_path, method):
    data, teacher = make_data(), teach()[0]
    runs = {"whole": {}, "part": {"crop": 0.5}, "cut": {"cutmix": 1}, "both": {"crop": 0.5, "cutmix": 1}}
    for name, options in runs.items():
        phase2(data, teacher, tmp_path / name, **options)
        phase3(data, teacher, tmp_path / name, method=method, **options)
    for model in ("two", "three/pseudo", "three/control"):
        whole, part, cut, both = (read_bytes(tmp_path / name / model) for name in runs)
        assert len({whole, part, cut}) == 3
        assert both == cut


def test_same_seed_same_bytes_and_another_seed_others(make_data, tmp_path):
    data = make_data()
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        phase1(data, tmp_path / name, seed=seed)
        phase2(data, tmp_path / "a", tmp_path / name, seed=seed, crop=0.5)
        phase3(data, tmp_path / "a", tmp_path / name, seed=seed, crop=0.5)
    for model in ("one", "two", "three/pseudo", "three/control"):
        one, same, other = (read_bytes(tmp_path / name / model) for name in "abc")
        assert one == same
        assert one != other


@pytest.mark.parametrize(("n_pool", "threshold"), [(30, 0.999999), (0, 0.0)])
def test_without_pseudo_labels_both_runs_are_equal(make_data, teach, tmp_path, capsys, n_pool, threshold):
    data = make_data() if n_pool else keep(make_data(), lambda works: works["label"] == "")
    scores = phase3(data, teach()[0], tmp_path, select={**SELECT, "threshold": threshold})
    assert (scores["selection"]["n"], scores["selection"]["pool"]) == (0, n_pool)
    assert scores["pseudo"] == scores["control"]
    assert read_bytes(tmp_path / "three" / "pseudo") == read_bytes(tmp_path / "three" / "control")
    said = capsys.readouterr().out
    assert f"0 pseudo-labels from a pool of {n_pool} works\nthe result equals the control run" in said


def test_pseudo_labels_join_capped_per_class_and_the_control_makes_as_many_steps(make_data, teach, tmp_path, capsys):
    # Ten works of one class, one of another.
    data = keep(
        make_data(),
        lambda works: (
            (works["label"] == "dots")
            | works["painting"].str.startswith("Fields") & works["painting"].str.endswith("_6.jpg")
        ),
    )
    teacher, _ = teach()
    capsys.readouterr()
    scores = phase3(data, teacher, tmp_path)
    n, per_class = scores["selection"]["n"], scores["selection"]["per_class"]
    assert 0 < n <= 6
    assert all(part["n"] <= 2 for part in per_class.values())  # half of 4 training works
    assert (scores["pseudo"]["n_samples"], scores["control"]["n_samples"]) == (12 + n, 12)
    assert re.findall(r"(\d+) samples an epoch", capsys.readouterr().out) == [str(12 + n)] * 2
    assert read_bytes(tmp_path / "three" / "pseudo") != read_bytes(tmp_path / "three" / "control")
    before = weights_by_layer(teacher / "one")
    for name in ("pseudo", "control"):
        assert (tmp_path / "h3" / name / "metrics.json").is_file()
        changed = differing(before, weights_by_layer(tmp_path / "three" / name))
        assert {"top_conv", "head_logits"} <= changed
        assert not any(layer.endswith("_bn") for layer in changed)


AIMS = [
    *({"loss": name, "losses": {**TINY_LOSSES, "label_smoothing": 0.1}} for name in LOSSES),
    *({"loss": name, "losses": {**TINY_LOSSES, "label_smoothing": smoothing}, "class_weights": weights}
      for name, smoothing, weights in itertools.product(("cross_entropy", "focal"), (0, 0.1), ("none", "inverse"))
      if smoothing == 0 or weights != "none"),
    {"loss": "ldam", "class_weights": "effective"},
    *({"sampling": sampling} for sampling in SAMPLING[1:]),
    {"class_weights": "sqrt_inverse", "balancing": {**BALANCING, "deferred_share": 0.5}},
    {"balancing": {**BALANCING, "artist_exponent": 0.5}},
]  # fmt: skip


@pytest.mark.parametrize("changed", AIMS, ids=lambda changed: "-".join(str(v) for v in changed.values())[:40])
def test_every_objective_runs_through_all_phases(make_data, tmp_path, changed):
    data, aim = make_data(1), make_objective(**changed)
    scores = [phase1(data, tmp_path, aim), phase2(data, tmp_path, tmp_path, aim)]
    third = phase3(data, tmp_path, tmp_path, aim)
    for part in (*scores, third["pseudo"], third["control"]):
        assert np.isfinite(list(part["validation"].values())).all()


def test_a_side_is_predicted_in_table_order(make_data, teach):
    data = make_data()
    network, _ = load_network(teach()[0] / "one")
    probabilities = predict_pictures(network, data, "train")
    assert probabilities.shape == (12, 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert (probabilities.argmax(axis=1) == data.encode(data.select("train"))).mean() > 0.6
    short = predict_pictures(network, data, "train", head_only=True)
    np.testing.assert_allclose(short, probabilities, atol=5e-3)  # pooled features are kept in half precision


def test_the_crn_head_goes_through_all_phases_and_keeps_its_normalisation_from_phase_2_on(tmp_path):
    run = write_tiny_run(tmp_path / "run", side_px=96, sides=SIDES)
    write_features(run, picture_px=96, maps=True)
    data = read_training_data(run.features, run.paintings, run.works, run.classes)
    aim, fit = make_objective(), {**FIT, "epochs": 1}
    run_phase1(data, "crn", aim, 1, tmp_path / "one", tmp_path / "h1", head=HEAD, crn=CRN, fit=fit)
    phase2(data, tmp_path, tmp_path, crop=0.67)  # two of three cells of the coarsest map
    scores = phase3(data, tmp_path, tmp_path, crop=0.67)
    assert np.isfinite(list(scores["pseudo"]["validation"].values())).all()
    one, two = weights_by_layer(tmp_path / "one"), weights_by_layer(tmp_path / "two")
    moved = differing(one, two)
    assert {
        "top_conv",
        "crn_top_conv",
        "convlstm_1",
        "convlstm_2",
        "attention",
        "lateral_level_8",
        "head_logits",
    } <= moved
    assert not {name for name in moved if "bn" in name}
    fresh, _ = load_network(tmp_path / "one")
    before = {layer.name: layer.get_weights() for layer in fresh.head.layers if "bn" in layer.name}
    assert before  # phase 1 trains scale and statistics of its own normalisation
    np.testing.assert_equal(before["crn_top_bn"][2] == 0, False)


def test_the_crn_head_without_kept_maps_is_refused_before_training(make_data, tmp_path):
    with pytest.raises(UserError, match=r"needs the map level_\d+, which is not kept"):
        run_phase1(
            make_data(), "crn", make_objective(), 1, tmp_path / "one", tmp_path / "h1",
            head=HEAD, crn={**CRN, "convlstm": False}, fit=FIT,
        )  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_consistency_learns_from_the_pool_beside_a_control(make_data, teach, tmp_path):
    data, (teacher, _) = make_data(), teach()
    scores = phase3(data, teacher, tmp_path, method="consistency")
    assert scores["selection"]["pool"] == 30
    assert scores["selection"]["threshold"] == 0.5
    assert scores["pseudo"]["n_samples"] == scores["control"]["n_samples"] == 12
    assert read_bytes(tmp_path / "three" / "pseudo") != read_bytes(tmp_path / "three" / "control")
    moved = differing(*(weights_by_layer(tmp_path / "three" / name) for name in ("pseudo", "control")))
    assert {"head_logits", "block4_conv"} <= moved
    assert not {name for name in moved if "bn" in name or name.startswith(("stem", "block0"))}


@pytest.mark.parametrize("changed", [{"threshold": 1.0}, {"weight": 0}, {"empty": True}])
def test_consistency_that_teaches_nothing_equals_the_control(make_data, tmp_path, changed):
    data = keep(make_data(), lambda works: works["label"] == "") if "empty" in changed else make_data()
    # without dropout: its masks would come out differently after the passes over the pool
    teacher, head = tmp_path / "teacher", {**HEAD, "dropout": 0.0}
    run_phase1(data, "stats", make_objective(), 1, teacher / "one", tmp_path / "h", head=head, fit=FIT)
    consistency = {**CONSISTENCY, "threshold": changed.get("threshold", 0.0)}
    weight = changed.get("weight", 0.5)
    scores = phase3(data, teacher, tmp_path, method="consistency", consistency=consistency, weight=weight)
    one, other = (weights_by_layer(tmp_path / "three" / name) for name in ("pseudo", "control"))
    for name in one:
        for left, right in zip(one[name], other[name], strict=True):
            np.testing.assert_allclose(left, right, atol=1e-6)
    assert scores["pseudo"]["validation"] == pytest.approx(scores["control"]["validation"], abs=1e-4)


def test_what_consistency_reports_is_aligned_as_in_training(make_data, teach, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr("artstyle.phase3.align", lambda *arguments: seen.append(arguments) or align(*arguments))
    data = make_data()
    scores = phase3(data, teach()[0], tmp_path, method="consistency", consistency={**CONSISTENCY, "threshold": 0.6})
    (probabilities, shares, mean), selection = seen[0], scores["selection"]
    np.testing.assert_allclose(shares, [1 / 3] * 3)
    assert np.abs(np.asarray(mean) - shares).max() > 1e-3  # the running mean of the training, not its start
    network, _ = load_network(tmp_path / "three" / "pseudo")
    np.testing.assert_allclose(probabilities, predict_pictures(network, data, "pool"), atol=1e-5)
    aligned = probabilities * shares / np.asarray(mean)
    aligned /= aligned.sum(axis=1, keepdims=True)
    certain = aligned.max(axis=1) >= 0.6
    assert selection["n"] == certain.sum()
    assert [part["n"] for part in selection["per_class"].values()] == [
        int((certain & (aligned.argmax(axis=1) == label)).sum()) for label in range(3)
    ]


def test_without_a_threshold_validation_decides_for_consistency_too(make_data, teach, tmp_path, capsys):
    free = {**CONSISTENCY, "threshold": None}
    scores = phase3(make_data(), teach()[0], tmp_path / "a", method="consistency", consistency=free)
    network, _ = load_network(teach()[0] / "one")
    data = make_data()
    arguments = predict_pictures(network, data, "validation"), data.encode(data.select("validation"))
    assert scores["selection"]["threshold"] == find_threshold(*arguments, 0.9)
    fixed = {**CONSISTENCY, "threshold": scores["selection"]["threshold"]}
    again = phase3(make_data(), teach()[0], tmp_path / "b", method="consistency", consistency=fixed)
    assert again == scores


def test_both_runs_of_phase_3_go_through_all_epochs_and_keep_the_last(make_data, teach, tmp_path):
    # A rate at which every further epoch is worse: with patience, or the best epoch kept, one would do.
    scores = phase3(make_data(), teach()[0], tmp_path, epochs=4, learning_rate=3, warmup_share=0)
    for name in ("pseudo", "control"):
        assert (scores[name]["best_epoch"], scores[name]["epochs"]) == (4, 4)
        table = read_table(tmp_path / "h3" / name / "plots/metrics/validation/macro_f1.tsv", separator="\t")
        assert len(table) == 4
        assert table["macro_f1"].iloc[-1] == pytest.approx(scores[name]["validation"]["macro_f1"], abs=1e-6)
    with pytest.raises(UserError, match=r"pseudolabel_phase3\.fit has no parameter 'patience'"):
        phase3(make_data(), teach()[0], tmp_path, patience=3)


def test_an_interrupted_phase_3_leaves_no_models(make_data, teach, tmp_path, monkeypatch):
    done = []

    def interrupt(self, *arguments):
        done.append(arguments[0])
        if arguments[0] == "control":
            raise KeyboardInterrupt
        return train(self, *arguments)

    train = Phase3.train
    with monkeypatch.context() as interrupted:
        interrupted.setattr(Phase3, "train", interrupt)
        with pytest.raises(KeyboardInterrupt):
            phase3(make_data(), teach()[0], tmp_path)
    assert done == ["pseudo", "control"]
    assert not (tmp_path / "three").exists()
    phase3(make_data(), teach()[0], tmp_path)
    assert sorted(path.name for path in (tmp_path / "three").iterdir()) == ["control", "pseudo"]
    assert not (tmp_path / "three.partial").exists()


@pytest.mark.parametrize("head", ["linear", "stats"])
def test_cutmix_without_maps_is_refused(make_data, tmp_path, head):
    with pytest.raises(UserError, match=rf"train_phase1\.fit\.cutmix is 0\.5 with head: {head}, which sees no map"):
        run_phase1(
            make_data(), head, make_objective(), 1, tmp_path / "one", tmp_path / "h1",
            head=HEAD, fit={**FIT, "cutmix": 0.5},
        )  # fmt: skip


def test_the_same_seed_gives_the_same_consistency(make_data, teach, tmp_path):
    for name in ("a", "b"):
        phase3(make_data(), teach()[0], tmp_path / name, method="consistency")
    assert read_bytes(tmp_path / "a" / "three" / "pseudo") == read_bytes(tmp_path / "b" / "three" / "pseudo")


@pytest.mark.parametrize(
    ("options", "words"),
    [({"method": "mixmatch"}, r"method is 'mixmatch'; allowed: plain, consistency"),
     ({"method": "consistency", "consistency": {**CONSISTENCY, "ratio": 0}}, r"consistency\.ratio is 0;"),
     ({"method": "consistency", "consistency": {**CONSISTENCY, "threshold": 2}}, r"consistency\.threshold is 2;"),
     ({"method": "consistency", "consistency": {"threshold": 0.5}}, r"consistency\.ratio is missing")],
)  # fmt: skip
def test_an_impossible_third_phase_is_named(make_data, teach, tmp_path, options, words):
    with pytest.raises(UserError, match=words):
        phase3(make_data(), teach()[0], tmp_path, **options)


def test_phase_2_through_the_pixels_trains_the_same_layers(tmp_path):
    run = write_tiny_run(tmp_path / "run", sides=SIDES)
    write_features(run)
    data = read_training_data(run.features, run.paintings, run.works, run.classes)
    phase1(data, tmp_path)
    pictures = open_pictures(np.load(run.pack), pd.read_csv(run.paintings), 32)
    arguments = (data, tmp_path / "one", make_objective(), 1)
    scores = {}
    for through, augmentation in (("pixels", NO_AUGMENTATION), ("pixels", AUGMENTATION), ("cache", {})):
        name = f"{through}{len(scores)}"
        outputs = (tmp_path / name, tmp_path / "h", pictures, augmentation)
        scores[name] = run_phase2(*arguments, *outputs, through=through, layer_decay=0.5, blend=0.6, crop=1, fit=FIT)
    before = weights_by_layer(tmp_path / "one")
    moved = [differing(before, weights_by_layer(tmp_path / name)) for name in scores]
    assert moved[0] == moved[1] == moved[2] >= {"head_logits", "block1_conv"}
    assert scores["pixels0"]["n_trainable_weights"] == scores["cache2"]["n_trainable_weights"]
    assert read_bytes(tmp_path / "pixels0") != read_bytes(tmp_path / "pixels1")  # augmentation acts in training
    assert scores["pixels0"]["validation"]["loss"] == pytest.approx(scores["cache2"]["validation"]["loss"], abs=0.1)


def test_a_source_that_is_none_is_named(make_data, teach, tmp_path):
    with pytest.raises(UserError, match=r"finetune_phase2\.through is 'disk'; allowed: cache, pixels"):
        run_phase2(
            make_data(), teach()[0] / "one", make_objective(), 1, tmp_path / "two", tmp_path / "h", None, {},
            through="disk", layer_decay=1, blend=1, crop=1, fit=FIT,
        )  # fmt: skip


def test_without_a_threshold_validation_decides(make_data, teach, tmp_path, capsys):
    select = {**SELECT, "threshold": None, "precision": 1.0}
    scores = phase3(make_data(), teach()[0], tmp_path, select=select)
    network, _ = load_network(teach()[0] / "one")
    data = make_data()
    probabilities, labels = predict_pictures(network, data, "validation"), data.encode(data.select("validation"))
    right = probabilities.argmax(axis=1) == labels
    wrong = probabilities.max(axis=1)[~right].max(initial=0)
    expected = probabilities.max(axis=1)[probabilities.max(axis=1) > wrong].min(initial=1.1)
    assert scores["selection"]["threshold"] == pytest.approx(float(expected), abs=1e-5)


def test_consistency_with_a_loss_that_leaves_the_shares_out_is_refused(make_data, teach, tmp_path):
    with pytest.raises(UserError, match=r"method is 'consistency' with loss: balanced_softmax"):
        phase3(make_data(), teach()[0], tmp_path, make_objective(loss="balanced_softmax"), method="consistency")


def test_averaged_weights_with_normalisation_in_training_are_refused(make_data, tmp_path):
    with pytest.raises(UserError, match=r"train_phase1\.fit\.ema_momentum is 0\.9 with head: crn"):
        run_phase1(
            make_data(), "crn", make_objective(), 1, tmp_path / "one", tmp_path / "h1",
            head=HEAD, crn=CRN, fit={**FIT, "ema_momentum": 0.9},
        )  # fmt: skip


def test_pseudo_labels_of_weight_0_do_no_harm(make_data, teach, tmp_path):
    scores = phase3(make_data(), teach()[0], tmp_path, weight=0, mixup=0.2)
    assert np.isfinite(scores["pseudo"]["validation"]["loss"])

import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from artstyle.crn import describe_maps
from artstyle.errors import UserError
from tiny_run import CRN

SHAPES = {"level_8": (4, 4, 3), "level_16": (4, 4, 5), "level_32": (2, 2, 6)}
N_POOLED = 7
BARE = {"convlstm": False, "attention": False, "pyramid": False, "statistics": False}


def build(shapes=None, **changed) -> keras.Model:
    keras.utils.set_random_seed(1)
    inputs = {name: keras.Input(shape, name=name) for name, shape in (shapes or SHAPES).items()}
    pooled = keras.Input((N_POOLED,), name="pooled")
    vector = describe_maps(inputs, pooled, **{**CRN, **changed})
    return keras.Model({"pooled": pooled, **inputs}, vector)


def draw(n: int = 3) -> dict[str, np.ndarray]:
    random = np.random.default_rng(2)
    arrays = {name: random.normal(size=(n, *shape)).astype(np.float32) for name, shape in SHAPES.items()}
    return {"pooled": random.normal(size=(n, N_POOLED)).astype(np.float32), **arrays}


def changes(model, name: str, place) -> bool:
    """Whether a change of one number of an input changes what comes out."""
    inputs = draw()
    before = np.asarray(model(inputs))
    inputs[name] = inputs[name].copy()
    inputs[name][place] += 5
    return not np.allclose(np.asarray(model(inputs)), before, atol=1e-5)


@pytest.mark.parametrize("sequence", ["rows", "snake", "levels"])
def test_every_level_and_the_pooled_features_count(sequence):
    model = build(sequence=sequence)
    assert model.output.shape == (None, 2 * 8 * 4 + N_POOLED)  # top and three pyramid levels, mean and deviation
    for name in (*SHAPES, "pooled"):
        assert changes(model, name, (0, 0))


@pytest.mark.parametrize(
    ("switches", "n_columns", "seen"),
    [({}, 16, {"level_32"}), ({"statistics": True}, 16 + N_POOLED, {"level_32", "pooled"}),
     ({"pyramid": True}, 64, {"level_8", "level_16", "level_32"}), ({"convlstm": True}, 16, {"level_32"}),
     ({"attention": True}, 16, {"level_32"}),
     ({"convlstm": True, "sequence": "snake"}, 16, {"level_16"}),
     ({"convlstm": True, "sequence": "levels"}, 16, {"level_8", "level_16", "level_32"})],
)  # fmt: skip
def test_each_component_can_stand_alone(switches, n_columns, seen):
    model = build(**{**BARE, **switches})
    assert model.output.shape[-1] == n_columns
    assert {name for name in (*SHAPES, "pooled") if changes(model, name, (0, 0))} == seen


@pytest.mark.parametrize("sequence", ["snake", "levels"])
def test_nothing_is_built_that_is_not_used(sequence):
    assert not [layer.name for layer in build(sequence=sequence).layers if layer.name.startswith("crn_top_")]


@pytest.mark.parametrize("name", ["convlstm", "attention", "pyramid", "statistics"])
def test_each_switch_takes_its_component_out(name):
    with_it, without = build(), build(**{name: False})
    names = [{layer.name for layer in model.layers} for model in (with_it, without)]
    assert names[1] < names[0] or name == "statistics"
    assert (with_it.count_params() > without.count_params()) == (name != "statistics")


@pytest.mark.parametrize(("sequence", "n_steps"), [("rows", 2), ("snake", 4), ("levels", 3)])
def test_the_convlstm_reads_a_sequence(sequence, n_steps):
    model = build(sequence=sequence)
    assert model.get_layer("convlstm_1").input[0].shape[1] == n_steps
    assert model.get_layer("convlstm_2").input[0].shape[1] == n_steps


def find_changed_steps(sequence: str, name: str, place=(slice(None),)) -> list[int]:
    """Return the steps of the sequence that change with an input."""
    whole = build(sequence=sequence)
    steps = keras.Model(whole.input, whole.get_layer("convlstm_1").input[0])
    inputs = draw(1)
    before = np.asarray(steps(inputs))
    inputs[name] = inputs[name].copy()
    inputs[name][place] += 5
    moved = np.abs(np.asarray(steps(inputs)) - before).max(axis=(0, 2, 3, 4))
    return np.flatnonzero(moved > 1e-4).tolist()


def test_levels_come_from_coarse_to_fine():
    assert [find_changed_steps("levels", name) for name in ("level_32", "level_16", "level_8")] == [[0], [1], [2]]


def test_the_snake_runs_over_the_second_coarsest_level():
    assert find_changed_steps("snake", "level_16", (0, 0, 0)) == [0]  # top left
    assert find_changed_steps("snake", "level_16", (0, 0, 3)) == [1]  # top right
    assert find_changed_steps("snake", "level_16", (0, 3, 3)) == [2]  # bottom right: back along the second row
    assert find_changed_steps("snake", "level_32") == find_changed_steps("snake", "level_8") == []


def test_the_order_of_the_sequence_counts():
    model = build(**{**BARE, "convlstm": True})
    inputs = draw()
    turned = {**inputs, "level_32": inputs["level_32"][:, ::-1]}  # upside down
    straight, other = (np.asarray(model(x)) for x in (inputs, turned))
    assert not np.allclose(straight, other, atol=1e-4)


def test_a_sequence_of_one_row_is_refused():
    small = {**SHAPES, "level_32": (1, 1, 6)}
    with pytest.raises(UserError, match=r"train_phase1\.crn\.sequence: the coarsest map has 1 row"):
        build(small)
    assert build(small, convlstm=False).output.shape[-1] == 64 + N_POOLED


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"width": 2}, r"crn\.width is 2;"), ({"width": 9}, r"crn\.width is 9; expected a multiple of n_heads, 2"),
     ({"n_heads": 0}, r"crn\.n_heads is 0;"), ({"map_dropout": 1}, r"crn\.map_dropout is 1;"),
     ({"sequence": "columns"}, "sequence is 'columns'; allowed: rows, snake"),
     ({"pyramid": "yes"}, r"crn\.pyramid is 'yes'; allowed: true, false"), ({"convlstm": 1}, r"crn\.convlstm is 1;")],
)  # fmt: skip
def test_an_impossible_option_is_named(changed, words):
    with pytest.raises(UserError, match=words):
        build(**changed)


LOADER = """
import pathlib, sys
import keras, numpy as np
import artstyle.crn
for folder in map(pathlib.Path, sys.argv[1:]):
    model = keras.models.load_model(folder / "crn.keras", safe_mode=True)
    np.save(folder / "outputs.npy", np.asarray(model(dict(np.load(folder / "inputs.npz")))))
"""


def test_a_fresh_interpreter_loads_every_layer_in_safe_mode(tmp_path):
    models, inputs = {tmp_path / name: build(sequence=name) for name in ("rows", "snake", "levels")}, draw()
    for folder, model in models.items():
        folder.mkdir()
        model.save(folder / "crn.keras")
        np.savez(folder / "inputs.npz", **inputs)
    source = str(Path(__file__).parents[1] / "src")
    subprocess.run([sys.executable, "-c", LOADER, *models], check=True, env={"PYTHONPATH": source, "PATH": ""})
    for folder, model in models.items():
        np.testing.assert_allclose(np.load(folder / "outputs.npy"), np.asarray(model(inputs)), atol=1e-5)


def test_dropout_takes_whole_channels_of_the_maps_and_in_training_only():
    model = build(map_dropout=0.5)
    layer = model.get_layer("drop_level_16")
    ones = np.ones((4, 4, 4, 5), np.float32)
    kept = np.asarray(layer(ones, training=True))
    assert (kept == kept[:, :1, :1]).all() and set(np.unique(kept)) == {
        0,
        2,
    }  # a kept channel is scaled by 1 / (1 - 0.5)
    np.testing.assert_array_equal(np.asarray(layer(ones, training=False)), ones)
    assert {layer.name for layer in build().layers}.isdisjoint({"drop_level_8", "drop_level_16", "drop_level_32"})

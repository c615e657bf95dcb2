import keras
import numpy as np

from artstyle.attention import PositionEncoding, attend_to_positions


def build(n_heads: int = 2) -> keras.Model:
    keras.utils.set_random_seed(1)
    maps = keras.Input((3, 2, 4))
    return keras.Model(maps, attend_to_positions(maps, n_heads))


def run(model, maps) -> np.ndarray:
    return np.asarray(model(maps.astype(np.float32)))


def test_every_position_sees_every_other():
    model, maps = build(), np.random.default_rng(1).normal(size=(1, 3, 2, 4))
    before = run(model, maps)
    assert before.shape == maps.shape
    moved = maps.copy()
    moved[0, 2, 1] += 3
    assert (np.abs(run(model, moved) - before).max(axis=-1) > 1e-4).all()


def test_without_attention_weights_the_skip_and_the_normalisation_are_left():
    model, maps = build(), np.random.default_rng(1).normal(size=(2, 3, 2, 4))
    attention, encoding = model.get_layer("attention"), model.get_layer("attention_encoding")
    for layer in (attention, encoding):
        layer.set_weights([np.zeros_like(weight) for weight in layer.get_weights()])
    expected = (maps - maps.mean(-1, keepdims=True)) / np.sqrt(maps.var(-1, keepdims=True) + 1e-3)
    np.testing.assert_allclose(run(model, maps), expected, atol=1e-4)


def test_positions_are_told_apart():
    model, maps = build(), np.ones((1, 3, 2, 4))  # the same everywhere: only the encoding differs
    model.get_layer("attention_encoding").set_weights([np.random.default_rng(1).normal(size=(3, 2, 4))])
    assert np.ptp(run(model, maps).reshape(6, 4), axis=0).min() > 0.1


def test_the_encoding_adds_its_table():
    layer = PositionEncoding()
    x = np.zeros((2, 5, 2, 3), np.float32)
    y = np.asarray(layer(x))
    np.testing.assert_allclose(y[0], layer.get_weights()[0])
    np.testing.assert_allclose(y[1], y[0])


def test_a_smaller_map_gets_the_table_brought_to_its_size():
    layer = PositionEncoding()
    layer(np.zeros((1, 4, 4, 1), np.float32))
    table = np.array([[0, 2, 4, 6], [0, 2, 4, 6], [8, 10, 12, 14], [8, 10, 12, 14]], np.float32)
    layer.set_weights([table[..., None]])
    # Each new cell lies in the middle of four old ones: (0 + 2 + 0 + 2) / 4 and so on.
    found = np.asarray(layer(np.ones((2, 2, 2, 1), np.float32)))
    np.testing.assert_allclose(found[..., 0], np.tile([[2, 6], [10, 14]], (2, 1, 1)))


def test_attention_takes_maps_of_another_size():
    model = build()
    model.input_spec = keras.InputSpec(shape=(None, None, None, 4))
    assert run(model, np.ones((1, 2, 2, 4))).shape == (1, 2, 2, 4)

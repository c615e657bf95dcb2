import keras
import numpy as np
import pytest

from artstyle.augmentation import PixelNoise, RandomPlacement, build_augmentation
from artstyle.errors import UserError
from tiny_run import AUGMENTATION, NO_AUGMENTATION

# Kind, value, least and most mean change of a pixel, in steps of 0..255, for the picture below.
KINDS = [
    ("flip", True, 5, 60),
    ("rotation_degrees", 15, 3, 40),
    ("zoom", 0.3, 3, 40),
    ("translation", 0.1, 2, 30),
    ("brightness", 0.1, 3, 25.5),  # uniform on -25.5..25.5: 12.75 on average, without clipping
    ("contrast", 0.3, 1, 25),
    ("noise", 5, 3.5, 4.2),
]
STRONG = {"rand_augment": 1, "rand_augment_strength": 0.1}


@pytest.fixture
def pictures():
    y, x = np.mgrid[:32, :32] / 31
    waves = [100 + 60 * x + 40 * np.sin(6 * y), 120 + 50 * np.sin(5 * x + 2), 90 + 80 * y * x]
    return np.stack([np.stack(waves, axis=-1)] * 16).astype(np.float32)  # 50..200


def change(pictures, *, training: bool = True, seed: int = 3, **options) -> np.ndarray:
    return np.asarray(build_augmentation(**{**NO_AUGMENTATION, **options}, seed=seed)(pictures, training=training))


@pytest.mark.parametrize(("kind", "value", "least", "most"), KINDS)
def test_each_kind_alone_is_visible_but_bounded(pictures, kind, value, least, most):
    changed = change(pictures, **{kind: value})
    assert changed.shape == pictures.shape
    assert changed.min() >= 0
    assert changed.max() <= 255
    assert least <= np.abs(changed - pictures).mean() <= most


@pytest.mark.parametrize(("kind", "value"), [kind[:2] for kind in KINDS])
def test_each_kind_differs_between_calls_and_pictures_but_not_between_seeds(pictures, kind, value):
    model, again = (build_augmentation(**{**NO_AUGMENTATION, kind: value}, seed=3) for _ in range(2))
    first, second = (np.asarray(model(pictures, training=True)) for _ in range(2))
    assert not np.array_equal(first, second)
    assert len({picture.tobytes() for picture in first}) > 1
    np.testing.assert_array_equal(first, np.asarray(again(pictures, training=True)))


def test_contrast_stretches_a_picture_about_its_mean(pictures):
    changed = change(pictures, contrast=0.3)
    means = pictures.mean(axis=(1, 2), keepdims=True)
    found = []
    for before, after, mean in zip(pictures, changed, means, strict=True):
        factor = ((after - mean) * (before - mean)).sum() / ((before - mean) ** 2).sum()
        np.testing.assert_allclose(after, mean + factor * (before - mean), atol=0.5)
        found.append(factor)
    assert 0.7 <= min(found) < 0.95 < 1.05 < max(found) <= 1.3


def test_nothing_changes_without_training(pictures):
    changed = change(pictures, training=False, **{kind: value for kind, value, *_ in KINDS})
    np.testing.assert_array_equal(changed, pictures)


def test_all_at_zero_change_nothing(pictures):
    np.testing.assert_allclose(change(pictures), pictures, atol=0.01)


def test_flip_is_only_horizontal(pictures):
    ends = {"plain": pictures[0], "mirrored": pictures[0, :, ::-1]}
    kinds = [
        [name for name, end in ends.items() if np.abs(picture - end).max() < 0.01]
        for picture in change(pictures, flip=True)
    ]
    assert {"plain", "mirrored"} == {name for names in kinds for name in names}
    assert all(len(names) == 1 for names in kinds)


def test_brightness_does_not_blow_a_picture_to_white():
    grey = np.full((32, 8, 8, 3), 128, np.float32)
    changed = change(grey, brightness=0.1)
    assert changed.max() <= 128 + 25.5
    assert changed.min() >= 128 - 25.5
    assert len(np.unique(changed.round(3))) > 10


def test_noise_changes_a_pixel_by_four_fifths_of_its_deviation():
    grey = np.full((8, 32, 32, 3), 128, np.float32)
    added = change(grey, noise=10) - 128
    assert np.abs(added).mean() == pytest.approx(10 * np.sqrt(2 / np.pi), rel=0.02)  # 7.98
    assert added.mean() == pytest.approx(0, abs=0.2)


def test_noise_stays_in_the_range_of_pixels():
    ends = np.zeros((1, 16, 16, 3), np.float32)
    ends[:, 8:] = 255
    changed = np.asarray(PixelNoise(40, seed=1)(ends, training=True))
    assert changed.min() == 0
    assert changed.max() == 255


def test_rand_augment_draws_an_operation_for_each_batch_and_keeps_the_range(pictures):
    model, again = (build_augmentation(**{**NO_AUGMENTATION, **STRONG}, seed=3) for _ in range(2))
    changed = [np.asarray(model(pictures, training=True)) for _ in range(40)]
    for batch in changed[:5]:
        np.testing.assert_array_equal(batch, np.asarray(again(pictures, training=True)))
    assert min(batch.min() for batch in changed) >= 0
    assert max(batch.max() for batch in changed) <= 255
    assert 1 < np.mean([np.abs(batch - pictures).mean() for batch in changed]) < 60
    # One of the eleven operations stretches each band to the whole range, which can be computed by hand.
    low, high = pictures.min(axis=(1, 2), keepdims=True), pictures.max(axis=(1, 2), keepdims=True)
    stretched = (pictures - low) / (high - low) * 255
    assert any(np.abs(batch - stretched).max() < 1.5 for batch in changed)
    assert not all(np.abs(batch - stretched).max() < 1.5 for batch in changed)


def test_rand_augment_is_off_outside_of_training_and_by_its_number(pictures):
    np.testing.assert_array_equal(change(pictures, training=False, **STRONG), pictures)
    layers = [layer.name for layer in build_augmentation(**NO_AUGMENTATION, seed=3).layers]
    assert not any("rand_augment" in name for name in layers)


@pytest.mark.parametrize(
    ("name", "value"),
    [("rotation_degrees", 181), ("zoom", 0.95), ("zoom", -0.1), ("translation", 1), ("brightness", 25),
     ("contrast", "0.1"), ("noise", -1), ("flip", "no"), ("flip", 1),
     ("rand_augment", 9), ("rand_augment", 0.5), ("rand_augment_strength", 0.3)],
)  # fmt: skip
def test_a_value_out_of_range_is_named(name, value):
    with pytest.raises(UserError, match=rf"extract_features\.augmentation\.{name} is {value!r}"):
        build_augmentation(**{**AUGMENTATION, name: value}, seed=1)


def measure_ramps(**kinds) -> tuple[np.ndarray, np.ndarray]:
    """Return where 64 placed pictures were read: slopes (n, 2) of the column read, and the column in their middle."""
    ramp = np.broadcast_to(np.arange(33, dtype=np.float32)[None, None, :, None], (64, 33, 33, 3))
    options = {"flip": False, "rotation_degrees": 0, "zoom": 0, "translation": 0} | kinds
    inner = np.asarray(RandomPlacement(**options, seed=4)(ramp, training=True))[:, 12:21, 12:21, 0]
    slopes = np.stack([inner[:, 4, 8] - inner[:, 4, 0], inner[:, 8, 4] - inner[:, 0, 4]], axis=1) / 8
    return slopes, inner[:, 4, 4]


def test_a_mirrored_picture_is_read_backwards():
    slopes, middle = measure_ramps(flip=True)
    assert set(slopes[:, 0].round(4)) == {-1, 1}
    assert 16 < (slopes[:, 0] > 0).sum() < 48
    np.testing.assert_allclose(middle, 16, atol=1e-3)


def test_a_turned_picture_is_read_along_a_turned_line():
    slopes, middle = measure_ramps(rotation_degrees=10)
    angles = np.rad2deg(np.arctan2(slopes[:, 1], slopes[:, 0]))
    assert 8 < np.abs(angles).max() <= 10.01
    assert angles.min() < 0 < angles.max()
    np.testing.assert_allclose(np.hypot(*slopes.T), 1, atol=1e-3)
    np.testing.assert_allclose(middle, 16, atol=1e-3)


def test_an_enlarged_picture_is_read_in_smaller_steps():
    slopes, middle = measure_ramps(zoom=0.4)
    assert 0.6 <= slopes[:, 0].min() < 0.65
    assert 1.05 < slopes[:, 0].max() <= 1.1
    np.testing.assert_allclose(slopes[:, 1], 0, atol=1e-3)
    np.testing.assert_allclose(middle, 16, atol=1e-3)


def test_a_shifted_picture_is_read_beside_its_middle():
    slopes, middle = measure_ramps(translation=0.1)
    assert 2.5 < np.abs(middle - 16).max() <= 3.3  # a tenth of 33
    np.testing.assert_allclose(slopes, [[1, 0]] * 64, atol=1e-3)


def test_all_placements_at_once_stay_within_the_bounds_of_each():
    slopes, middle = measure_ramps(flip=True, rotation_degrees=10, zoom=0.4, translation=0.1)
    lengths = np.hypot(*slopes.T)
    assert 0.6 <= lengths.min() < lengths.max() <= 1.1001
    assert np.abs(slopes[:, 1] / slopes[:, 0]).max() <= np.tan(np.deg2rad(10)) + 1e-3
    assert np.abs(middle - 16).max() <= 3.3


def test_one_interpolation_keeps_more_texture_than_three():
    texture = np.random.default_rng(2).uniform(0, 255, (32, 33, 33, 3)).astype(np.float32)
    kinds = {"rotation_degrees": 8, "zoom": 0, "translation": 0.05}
    together = np.asarray(RandomPlacement(flip=False, **kinds, seed=1)(texture, training=True))
    steps = texture
    for kind, value in kinds.items():
        layer = RandomPlacement(flip=False, **{name: 0 for name in kinds}, seed=1)
        setattr(layer, kind, value)
        steps = np.asarray(layer(steps, training=True))
    assert together.std() > 1.1 * steps.std()


def test_a_placement_comes_back_from_its_arguments():
    layer = RandomPlacement(True, 8, 0.25, 0.05, seed=3, name="x")
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    assert again.get_config() == layer.get_config()

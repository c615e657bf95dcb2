"""Random changes of pictures during training, in the range of their pixels (0..255)."""

import keras
from keras import layers

from artstyle.errors import UserError
from artstyle.parameters import check_number

PIXEL_RANGE = (0, 255)


@keras.saving.register_keras_serializable(package="artstyle")
class PixelNoise(layers.Layer):
    """Add Gaussian noise to pixels in training and keep them in 0..255.

    Args:
        deviation: standard deviation of the noise, in steps of 0..255.
        seed: seed of the noise.
    """

    def __init__(self, deviation: float, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        self.deviation = deviation
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, pixels, training: bool = False):
        if not training or self.deviation == 0:
            return pixels
        noise = keras.random.normal(keras.ops.shape(pixels), stddev=self.deviation, seed=self.generator)
        return keras.ops.clip(pixels + noise, *PIXEL_RANGE)  # (batch, height, width, 3)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "deviation": self.deviation, "seed": self.seed}


def build_augmentation(
    *,
    flip: bool,
    rotation_degrees: float,
    zoom: float,
    translation: float,
    brightness: float,
    contrast: float,
    noise: float,
    seed: int,
) -> keras.Sequential:
    """Return the augmentation as one model; it changes pictures only when called with `training=True`.

    Args:
        flip: mirror left and right in half of the cases (never upside down: paintings have a top).
        rotation_degrees: turn by up to so many degrees either way; uncovered corners mirror the picture.
        zoom: enlarge by up to this share of the side, or shrink by up to a quarter of it.
        translation: shift by up to this share of the side.
        brightness: add up to this share of the pixel range, either way.
        contrast: change the contrast by up to this share, either way.
        noise: standard deviation of Gaussian noise, in steps of 0..255.
        seed: seed of all of them; each layer gets its own derived from it.

    Raises:
        UserError: a value outside of its range, with the parameter's name.
    """
    section = "extract_features.augmentation"
    if not isinstance(flip, bool):
        raise UserError(f"params.yaml: {section}.flip is {flip!r}; allowed: true, false")
    check_number(f"{section}.rotation_degrees", rotation_degrees, 0, 180)
    shares = {"zoom": zoom, "translation": translation, "brightness": brightness, "contrast": contrast}
    for name, value in shares.items():
        check_number(f"{section}.{name}", value, 0, 0.9)
    check_number(f"{section}.noise", noise, 0, 128)
    share = rotation_degrees / 360
    model = keras.Sequential(name="augmentation")
    if flip:
        model.add(layers.RandomFlip("horizontal", seed=seed))
    model.add(layers.RandomRotation(share, fill_mode="reflect", seed=seed + 1))
    model.add(layers.RandomZoom((-zoom, zoom / 4), fill_mode="reflect", seed=seed + 2))
    model.add(layers.RandomTranslation(translation, translation, fill_mode="reflect", seed=seed + 3))
    model.add(layers.RandomBrightness(brightness, value_range=PIXEL_RANGE, seed=seed + 4))
    model.add(layers.RandomContrast(contrast, value_range=PIXEL_RANGE, seed=seed + 5))
    model.add(PixelNoise(noise, seed=seed + 6))
    return model

"""Random changes of pictures during training, in the range of their pixels (0..255)."""

import keras
import numpy as np
from keras import layers, ops

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


@keras.saving.register_keras_serializable(package="artstyle")
class RandomPlacement(layers.Layer):
    """Mirror, turn, enlarge and shift pictures in training, each in its own way, with one interpolation for all of it.

    A layer for each would interpolate as often, and blur every time: texture, which carries style, would then look
    other than in the pictures that are judged later. What is uncovered mirrors the picture.

    Args:
        flip: mirror left and right in half of the cases.
        rotation_degrees: turn by up to so many degrees either way.
        zoom: enlarge by up to this share of the side, or shrink by up to a quarter of it.
        translation: shift by up to this share of the side, in both directions.
        seed: of the draws.
    """

    def __init__(
        self,
        flip: bool,
        rotation_degrees: float,
        zoom: float,
        translation: float,
        seed: int | None = None,
        **options,
    ):
        super().__init__(**options)
        self.flip, self.rotation_degrees, self.zoom, self.translation = flip, rotation_degrees, zoom, translation
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, pictures, training: bool = False):
        if not training or not (self.flip or self.rotation_degrees or self.zoom or self.translation):
            return pictures
        transforms = self._draw_transforms(pictures)
        return ops.image.affine_transform(pictures, transforms, "bilinear", fill_mode="reflect")  # (batch, h, w, 3)

    def _draw_transforms(self, pictures):
        """Return what `affine_transform` takes: where in the input each point of the output comes from, (batch, 8)."""
        n, (height, width) = ops.shape(pictures)[0], pictures.shape[1:3]
        turn = np.deg2rad(self.rotation_degrees)
        angle, scale = self._draw(n, -turn, turn), self._draw(n, 1 - self.zoom, 1 + self.zoom / 4)
        side = ops.sign(self._draw(n, -1, 1)) if self.flip else ops.ones((n,))
        across, along = scale * ops.cos(angle), scale * ops.sin(angle)
        middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
        left = middle_x + self._draw(n, -self.translation, self.translation) * width
        top = middle_y + self._draw(n, -self.translation, self.translation) * height
        first_row = [across * side, -along, left - across * side * middle_x + along * middle_y]
        second_row = [along * side, across, top - along * side * middle_x - across * middle_y]
        return ops.stack([*first_row, *second_row, ops.zeros((n,)), ops.zeros((n,))], axis=1)

    def _draw(self, n, low: float, high: float):
        return keras.random.uniform((n,), low, high, seed=self.generator)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        kinds = {name: getattr(self, name) for name in ("flip", "rotation_degrees", "zoom", "translation", "seed")}
        return {**super().get_config(), **kinds}


def build_augmentation(
    *,
    flip: bool,
    rotation_degrees: float,
    zoom: float,
    translation: float,
    brightness: float,
    contrast: float,
    rand_augment: int,
    rand_augment_strength: float,
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
        rand_augment: operations of RandAugment (Cubuk et al., NeurIPS 2020, workshops), drawn by lot for each batch; 0
            leaves it out.
        rand_augment_strength: their strength, 0..0.25; turns go up to so many full circles.
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
    check_number(f"{section}.rand_augment", rand_augment, 0, 8, whole=True)
    check_number(f"{section}.rand_augment_strength", rand_augment_strength, 0, 0.25)
    check_number(f"{section}.noise", noise, 0, 128)
    model = keras.Sequential(name="augmentation")
    model.add(RandomPlacement(flip, rotation_degrees, zoom, translation, seed=seed))
    model.add(layers.RandomBrightness(brightness, value_range=PIXEL_RANGE, seed=seed + 1))
    # Of one number Keras makes (0, number): contrast would only rise.
    model.add(layers.RandomContrast((contrast, contrast), value_range=PIXEL_RANGE, seed=seed + 2))
    if rand_augment:
        strength = {"num_ops": rand_augment, "factor": rand_augment_strength}
        model.add(layers.RandAugment(value_range=PIXEL_RANGE, seed=seed + 4, **strength))
    model.add(PixelNoise(noise, seed=seed + 3))
    return model

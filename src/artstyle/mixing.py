"""Mix pairs of works within a batch: all of both by shares (mixup), or a rectangle of one into the other (cutmix)."""

from collections.abc import Callable
from functools import partial

import numpy as np

Batch = tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]


def draw_mixes(random: np.random.Generator, n: int, mixup: float, cutmix: float) -> list[Callable[..., Batch]]:
    """Return for each of `n` steps the function that mixes its batch; with both parameters 0, one that leaves it.

    Args:
        mixup, cutmix: parameters of the symmetric Beta distributions of the shares, 0 (never)..10.
    """
    shares = random.beta(mixup, mixup, n).astype(np.float32) if mixup else np.ones(n, np.float32)
    mixes = [partial(mix_batch, share=share) if mixup else leave_batch for share in shares]
    if not cutmix:
        return mixes
    areas, places = 1 - random.beta(cutmix, cutmix, n), random.random((n, 2))
    cut = random.random(n) < 0.5 if mixup else np.ones(n, bool)
    cuts = [partial(cut_batch, area=float(area), place=tuple(place)) for area, place in zip(areas, places, strict=True)]
    return [cuts[i] if cut[i] else mixes[i] for i in range(n)]


def leave_batch(inputs: dict[str, np.ndarray], labels: np.ndarray, weights: np.ndarray) -> Batch:
    """Return the batch as it is."""
    return inputs, labels, weights


def mix_batch(inputs: dict[str, np.ndarray], labels: np.ndarray, weights: np.ndarray, share: np.float32) -> Batch:
    """Mix each sample with the one before it in the batch: `share` of its own, 1 - `share` of the other.

    Zhang et al., "mixup" (ICLR 2018), on the inputs of the trained layers as in Verma et al., "Manifold mixup" (ICML
    2019). Labels are mixed so that weight times cross-entropy is the mean of the two weighted losses.

    Args:
        inputs: arrays (batch, ...) by name.
        labels: one-hot (batch, classes).
        weights: (batch,), above 0.
    """
    mixed = {name: _mix(values, share) for name, values in inputs.items()}
    return mixed, *_mix_labels(labels, weights, share)


def cut_batch(
    inputs: dict[str, np.ndarray], labels: np.ndarray, weights: np.ndarray, area: float, place: tuple[float, float]
) -> Batch:
    """Put a rectangle of the sample before it in the batch into each sample, at the same place of every map.

    Yun et al., "CutMix" (ICCV 2019), equations 1 and 2, on feature maps. Its sides are whole cells of the coarsest map,
    so that the share is the same in every map; pooled features and labels, which have no places, are mixed by it.

    Args:
        inputs: arrays by name; maps are (batch, h, w, c), pooled features (batch, columns).
        area: share of the picture that comes from the other sample, 0..1, before its sides are rounded.
        place: of the rectangle within the room that it has, top and left, 0..1.
    """
    cells = min((min(values.shape[1:3]) for values in inputs.values() if values.ndim == 4), default=0)
    side = round(cells * area**0.5)
    share = np.float32(1 - (side / cells) ** 2 if cells else 1 - area)
    corner = [round(where * (cells - side)) for where in place]
    mixed = {
        name: _cut(values, cells, side, corner) if values.ndim == 4 else _mix(values, share)
        for name, values in inputs.items()
    }
    return mixed, *_mix_labels(labels, weights, share)


def _mix(values: np.ndarray, share: np.float32) -> np.ndarray:
    return share * values + (1 - share) * np.roll(values, 1, axis=0)


def _cut(maps: np.ndarray, cells: int, side: int, corner: list[int]) -> np.ndarray:
    rows, columns = (
        slice(round(start * length / cells), round((start + side) * length / cells))
        for start, length in zip(corner, maps.shape[1:3], strict=True)
    )
    mixed = maps.copy()
    mixed[:, rows, columns] = np.roll(maps, 1, axis=0)[:, rows, columns]
    return mixed


def _mix_labels(labels: np.ndarray, weights: np.ndarray, share: np.float32) -> tuple[np.ndarray, np.ndarray]:
    mixed_weights = _mix(weights, share)
    mixed = _mix(labels * weights[:, None], share) / np.maximum(mixed_weights, np.finfo(np.float32).tiny)[:, None]
    return mixed, mixed_weights

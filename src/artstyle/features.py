"""Run pictures through the frozen backbone once and keep what training needs: boundary maps and pooled features."""

import math
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from PIL import Image

from artstyle.augmentation import build_augmentation
from artstyle.backbones import Backbone, as_list
from artstyle.errors import UserError
from artstyle.feature_layout import describe_columns, describe_covariances, describe_maps
from artstyle.feature_store import hash_paintings
from artstyle.folding import fold_normalisation
from artstyle.joint_backbone import build_backbones, cut_backbones
from artstyle.parameters import call, check_number, check_switch
from artstyle.pooling import SpatialStatistics, list_covariances, reduce_map
from artstyle.tables import write_json

BATCH = 32  # pictures; only speed depends on it


def load_picture(pack: np.ndarray, painting, side_px: int) -> np.ndarray:
    """Return one packed picture as uint8 (side_px, side_px, 3), stretched to a square if it is none.

    Args:
        pack: 1-D uint8 array of all pictures.
        painting: a row with `offset`, `pack_height_px` and `pack_width_px`.
    """
    height, width = int(painting.pack_height_px), int(painting.pack_width_px)
    start = int(painting.offset)
    pixels = pack[start : start + height * width * 3].reshape(height, width, 3)
    if (height, width) == (side_px, side_px):
        return pixels
    return np.asarray(Image.fromarray(pixels).resize((side_px, side_px), Image.Resampling.BICUBIC))


def iterate_pictures(pack: np.ndarray, paintings: pd.DataFrame, side_px: int) -> Iterator[np.ndarray]:
    """Yield uint8 batches (at most `BATCH`, side_px, side_px, 3) in the order of the table."""
    rows = list(paintings.itertuples(index=False))
    for start in range(0, len(rows), BATCH):
        yield np.stack([load_picture(pack, row, side_px) for row in rows[start : start + BATCH]])


def build_extractor(backbone: Backbone, covariance_channels: int = 0) -> keras.Model:
    """Return the model pixels -> {boundary, pooled, covariances, maps of the levels by name}, everything frozen.

    Pooled features are mean and standard deviation of every level, fine to coarse, then the mean of the top map.

    Args:
        covariance_channels: as in `ChannelCovariance`; 0 leaves covariances out.
    """
    boundary, *lower = as_list(backbone.lower.output)
    *upper, top = as_list(backbone.upper(boundary))
    pooled = [SpatialStatistics(name=f"statistics_{i}")(level) for i, level in enumerate([*lower, *upper])]
    pooled.append(keras.layers.GlobalAveragePooling2D(name="top_mean")(top))
    names = [*backbone.lower_levels, *backbone.upper_levels]
    levels = {f"level_{name}": level for name, level in zip(names, [*lower, *upper], strict=True)}
    maps = {name: reduce_map(levels[name], shape, f"{name}_kept") for name, shape in describe_maps(backbone).items()}
    outputs = {"boundary": boundary, "pooled": keras.ops.concatenate(pooled, axis=-1), **maps}
    if covariance_channels:
        sizes = [backbone.channels[name] for name in names]
        covariances = list_covariances([*lower, *upper], sizes, covariance_channels, "kept")
        outputs["covariances"] = keras.ops.concatenate(covariances, axis=-1)
    return keras.Model(backbone.lower.input, outputs, name="extractor")


def extract_features(
    pack: np.ndarray,
    paintings: pd.DataFrame,
    folder: Path,
    *,
    backbone: str,
    picture_px: int,
    freeze_share: float,
    n_views: int,
    maps: bool,
    covariance_channels: int,
    augmentation: dict,
    seed: int,
    pretrained: bool = True,
) -> dict:
    """Write boundary.npy, pooled.npy and features.json to a folder; covariances.npy and one array a level where wanted.

    Arrays are float16, one row a painting, one column a view. View 0 is the picture as it is; views 1 to
    `n_views` - 1 are augmented, each in its own way. The folder appears only when everything is in it.

    Returns:
        What features.json holds: shapes, column ranges, backbone facts.

    Raises:
        UserError: no pictures, or a parameter out of range.
    """
    check_number("extract_features.n_views", n_views, 1, 64, whole=True)
    check_switch("extract_features.maps", maps)
    check_number("extract_features.seed", seed, 0, 2**31 - 1, whole=True)
    # Rounded as features.json keeps it: the training cuts by what it reads there.
    freeze_share = round(check_number("extract_features.freeze_share", freeze_share, 0, 1), 6)
    if paintings.empty:
        raise UserError("no picture is left after `filter`: nothing to extract features from")
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    wholes = [fold_normalisation(whole) for whole in build_backbones(backbone, picture_px, pretrained=pretrained)]
    cut = cut_backbones(wholes, freeze_share)
    covariances = describe_covariances(cut, covariance_channels)
    extractor = build_extractor(cut, covariance_channels)
    augment = call(build_augmentation, section="extract_features.augmentation", values=augmentation, seed=seed)
    facts = {
        "backbone": backbone,
        "picture_px": picture_px,
        "freeze_share": freeze_share,
        "n_paintings": len(paintings),
        "n_views": n_views,
        "paintings_md5": hash_paintings(paintings),
        "boundary": {"layer": cut.boundary, "shape": list(cut.lower.outputs[0].shape[1:])},
        "maps": describe_maps(cut) if maps else {},
        "n_layers": cut.n_layers,
        "n_frozen_layers": cut.n_frozen,
        **describe_columns(cut),
        **covariances,
    }
    _write_folder(folder, facts, extractor, augment, lambda: iterate_pictures(pack, paintings, picture_px))
    return facts


def _write_folder(folder: Path, facts: dict, extractor, augment, batches) -> None:
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    _write_arrays(partial, facts, extractor, augment, batches)
    write_json(partial / "features.json", facts)
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(partial, folder)


def _write_arrays(folder: Path, facts: dict, extractor, augment, batches) -> None:
    n, views = facts["n_paintings"], facts["n_views"]
    shapes = {"boundary": (n, views, *facts["boundary"]["shape"]), "pooled": (n, views, facts["n_columns"])}
    shapes |= {name: (n, views, *shape) for name, shape in facts["maps"].items()}
    if facts["covariance_columns"]:
        shapes["covariances"] = (n, views, facts["covariance_columns"]["upper_covariances"][1])
    _check_room(folder, shapes)
    for name, shape in shapes.items():
        np.lib.format.open_memmap(folder / f"{name}.npy", "w+", np.float16, shape)
    # One graph for batches of every size: the last one is smaller, and building a second graph takes seconds.
    signature = [tf.TensorSpec(extractor.input.shape, tf.uint8)]
    plain = tf.function(lambda pixels: extractor(tf.cast(pixels, tf.float32), training=False), signature)
    changed = tf.function(
        lambda pixels: extractor(augment(tf.cast(pixels, tf.float32), training=True), training=False), signature
    )
    for view in range(views):
        done, arrays = 0, _open_arrays(folder, shapes)
        for pixels in batches():
            outputs = (plain if view == 0 else changed)(pixels)
            rows = slice(done, done + len(pixels))
            for name, array in arrays.items():
                array[rows, view] = _to_half(outputs[name])
            if (done + len(pixels)) * 8 // n > done * 8 // n:
                print(f"extract_features: view {view + 1}/{views}, {done + len(pixels)}/{n} pictures", flush=True)
                # Mapped pages count as memory of this process until the map is closed.
                arrays = _open_arrays(folder, shapes)
            done += len(pixels)


def _check_room(folder: Path, shapes: dict[str, tuple[int, ...]]) -> None:
    # A mapped file takes no room before it is written, and where there is none then, the process dies without a word.
    needed, free = 2 * sum(math.prod(shape) for shape in shapes.values()), shutil.disk_usage(folder).free
    if needed > free:
        shutil.rmtree(folder)
        raise UserError(
            f"{folder.parent}: the features need {needed / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free there; smaller"
            " extract_features.n_views or picture_px, or one backbone, need less"
        )


def _open_arrays(folder: Path, names: Iterable[str]) -> dict[str, np.ndarray]:
    return {name: np.load(folder / f"{name}.npy", mmap_mode="r+") for name in names}


def _to_half(values: tf.Tensor) -> np.ndarray:
    limit = np.finfo(np.float16).max  # beyond it float16 is infinite
    return np.clip(values.numpy(), -limit, limit).astype(np.float16)

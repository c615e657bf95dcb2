import json
from types import SimpleNamespace

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from PIL import Image

from artstyle import features
from artstyle.errors import UserError
from artstyle.feature_store import hash_paintings, open_features
from artstyle.features import iterate_pictures, load_picture
from tiny_run import AUGMENTATION, build_small_backbone, use_small_backbone, write_features, write_tiny_run


@pytest.fixture
def run(tmp_path, monkeypatch):
    use_small_backbone(monkeypatch)
    return write_tiny_run(tmp_path, sides=("train", "test"))


def read(run, name: str) -> np.ndarray:
    return np.load(run.features / f"{name}.npy")


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_pooled_features_equal_numpy(run, share):
    facts = write_features(run, freeze_share=share)
    whole = build_small_backbone("", 32)
    ends = ("stem_relu", "block0_relu", "block1_relu", "block3_relu", "block4_relu", "top_conv")
    pixels = np.load(run.pack).reshape(-1, 32, 32, 3).astype(np.float32)
    x, maps = pixels, {}
    for layer in whole.layers[1:]:
        x = layer(x, training=False) if "bn" in layer.name else layer(x)
        maps[layer.name] = np.asarray(x, np.float64)
    levels = [maps[end] for end in ends[:-1]]
    expected = [np.concatenate([m.mean((1, 2)), np.sqrt(m.var((1, 2)) + 1e-5)], axis=1) for m in levels]
    expected = np.concatenate([*expected, maps["top_conv"].mean((1, 2))], axis=1)
    pooled = read(run, "pooled")
    assert pooled.dtype == np.float16
    assert facts["n_columns"] == 2 * (4 + 6 + 6 + 8 + 10) + 12 == pooled.shape[-1]
    np.testing.assert_allclose(pooled[:, 0], expected, rtol=2e-3, atol=2e-3)
    boundary = pixels if share == 0 else maps[facts["boundary"]["layer"]]
    np.testing.assert_allclose(read(run, "boundary")[:, 0], boundary, rtol=2e-3, atol=2e-3)


def test_too_little_room_is_told_before_the_disk_is_full(run, monkeypatch):
    monkeypatch.setattr(features.shutil, "disk_usage", lambda folder: SimpleNamespace(free=1000))
    with pytest.raises(UserError, match=r": the features need 0\.0 GB, and 0\.0 GB are free there; .*n_views"):
        write_features(run)
    assert not run.features.exists() and not run.features.with_name("features.partial").exists()
    monkeypatch.setattr(features.shutil, "disk_usage", lambda folder: SimpleNamespace(free=10**6))
    write_features(run)
    assert sum(path.stat().st_size for path in run.features.glob("*.npy")) < 10**6


def test_column_ranges_split_below_and_above_the_cut(run):
    half = write_features(run, freeze_share=0.5)
    assert half["boundary"]["layer"] == "block0_relu"
    assert half["columns"] == {"lower_statistics": [0, 20], "upper_statistics": [20, 68], "top_mean": [68, 80]}
    nothing = write_features(run, freeze_share=0)
    assert nothing["columns"]["lower_statistics"] == [0, 0]
    everything = write_features(run, freeze_share=1)
    assert everything["columns"]["upper_statistics"] == [68, 68]


def test_view_0_is_plain_and_the_others_differ(run):
    write_features(run, n_views=1)
    plain = read(run, "pooled")[:, 0]
    write_features(run, n_views=3)
    pooled, boundary = read(run, "pooled"), read(run, "boundary")
    np.testing.assert_array_equal(pooled[:, 0], plain)
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert (np.abs(pooled[:, one] - pooled[:, other]).max(axis=1) > 0.01).all()
        assert (np.abs(boundary[:, one] - boundary[:, other]).max(axis=(1, 2, 3)) > 0.01).all()


def test_same_seed_same_bytes(run):
    def write(seed: int) -> list[bytes]:
        write_features(run, seed=seed)
        return [(run.features / name).read_bytes() for name in ("boundary.npy", "pooled.npy", "features.json")]

    first, again, other = write(1), write(1), write(2)
    assert first == again
    assert first[0] != other[0]
    assert first[1] != other[1]


def test_the_number_of_a_batch_changes_nothing(run, monkeypatch):
    write_features(run, n_views=1)
    whole = read(run, "pooled")
    monkeypatch.setattr(features, "BATCH", 4)
    write_features(run, n_views=1)
    np.testing.assert_allclose(read(run, "pooled"), whole, rtol=2e-3, atol=1e-3)


def test_features_belong_to_their_table(run):
    facts = write_features(run)
    table = pd.read_csv(run.paintings)
    assert facts == json.loads((run.features / "features.json").read_text())
    assert facts["paintings_md5"] == hash_paintings(table)
    assert facts["n_frozen_layers"] / facts["n_layers"] <= 0.5
    store = open_features(run.features, table)
    assert store.boundary.shape == (6, 2, 8, 8, 6)
    with pytest.raises(UserError, match="another order"):
        open_features(run.features, table[::-1])


def test_a_picture_that_is_no_square_is_stretched():
    pixels = np.random.default_rng(1).integers(0, 256, (20, 48, 3), dtype=np.uint8)
    pack = np.concatenate([np.zeros(5, np.uint8), pixels.ravel(), np.zeros(9, np.uint8)])
    table = pd.DataFrame({"offset": [5], "pack_height_px": [20], "pack_width_px": [48]})
    loaded = load_picture(pack, next(table.itertuples()), 32)
    expected = np.asarray(Image.fromarray(pixels).resize((32, 32), Image.Resampling.BICUBIC))
    np.testing.assert_array_equal(loaded, expected)
    assert loaded.dtype == np.uint8


def test_pictures_come_in_the_order_of_the_table(monkeypatch):
    monkeypatch.setattr(features, "BATCH", 2)
    pack = np.repeat(np.arange(5, dtype=np.uint8), 4 * 4 * 3)
    table = pd.DataFrame({"offset": np.array([3, 0, 4, 1, 2]) * 48, "pack_height_px": 4, "pack_width_px": 4})
    batches = list(iterate_pictures(pack, table, 4))
    assert [batch.shape for batch in batches] == [(2, 4, 4, 3), (2, 4, 4, 3), (1, 4, 4, 3)]
    assert [int(picture[0, 0, 0]) for batch in batches for picture in batch] == [3, 0, 4, 1, 2]


def test_values_beyond_half_precision_stay_finite():
    halves = features._to_half(tf.constant([1e9, -1e9, 0.5]))
    assert halves.tolist() == [65504, -65504, 0.5]
    assert halves.dtype == np.float16


def test_a_crash_leaves_the_folder_as_it_was(run, monkeypatch):
    write_features(run)
    before = read(run, "pooled")

    def fail(*arguments):
        raise RuntimeError("power cut")

    monkeypatch.setattr(features, "_write_arrays", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        write_features(run, seed=2)
    np.testing.assert_array_equal(read(run, "pooled"), before)


def test_no_picture_at_all_is_one_line(tmp_path, run):
    with pytest.raises(UserError, match="no picture is left after `filter`"):
        features.extract_features(
            np.zeros(0, np.uint8), pd.read_csv(run.paintings)[:0], tmp_path / "none", backbone="efficientnet-lite0",
            picture_px=32, freeze_share=0.5, n_views=1, maps=False, covariance_channels=0,
            augmentation=AUGMENTATION, seed=1,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"n_views": 0}, r"extract_features\.n_views is 0"), ({"seed": -1}, r"extract_features\.seed is -1"),
     ({"seed": 1.5}, r"extract_features\.seed is 1\.5"), ({"freeze_share": 2}, r"freeze_share is 2"),
     ({"augmentation": {**AUGMENTATION, "blur": 1}}, r"extract_features\.augmentation has no parameter 'blur'"),
     ({"augmentation": {"flip": True}}, r"extract_features\.augmentation\.rotation_degrees is missing")],
)  # fmt: skip
def test_a_wrong_parameter_is_named(run, changed, words):
    with pytest.raises(UserError, match=words):
        write_features(run, **changed)


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_maps_of_the_levels_are_kept_where_asked_for(run, share):
    facts = write_features(run, freeze_share=share, maps=True)
    # 32 px: 4, 2 and 1 positions a side; the finest is averaged down to twice the coarsest
    assert facts["maps"] == {"level_8": [2, 2, 6], "level_16": [2, 2, 8], "level_32": [1, 1, 10]}
    pooled, starts = read(run, "pooled").astype(float), (20, 32, 48)  # mean and deviation of 4, 6, 6, 8, 10 channels
    for (name, shape), start in zip(facts["maps"].items(), starts, strict=True):
        level = read(run, name)
        assert level.shape == (6, 2, *shape)
        assert level.dtype == np.float16
        expected = pooled[:, :, start : start + shape[-1]]
        np.testing.assert_allclose(level.astype(float).mean(axis=(2, 3)), expected, rtol=5e-3, atol=5e-3)
    write_features(run, freeze_share=share)
    assert not list(run.features.glob("level_*"))


@pytest.mark.parametrize("maps", [1, "true", None])
def test_a_switch_that_is_no_switch_is_named(run, maps):
    with pytest.raises(UserError, match=rf"extract_features\.maps is {maps!r}; allowed: true, false"):
        write_features(run, maps=maps)


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_covariances_of_the_levels_are_kept_where_asked_for(run, share):
    facts = write_features(run, freeze_share=share, covariance_channels=8)
    # channels 4, 6, 6, 8, 10: k (k + 1) / 2 each, the last one cut to 8
    below = {0: 0, 0.5: 10 + 21, 1: 10 + 21 + 21 + 36 + 36}[share]
    assert facts["covariance_columns"] == {"lower_covariances": [0, below], "upper_covariances": [below, 124]}
    kept = read(run, "covariances")
    assert kept.shape == (6, 2, 124)
    assert kept.dtype == np.float16
    pixels = np.load(run.pack).reshape(-1, 32, 32, 3).astype(np.float32)
    whole = build_small_backbone("", 32)
    stem = np.asarray(keras.Model(whole.input, whole.get_layer("stem_relu").output)(pixels), np.float64)
    for rows, values in zip(stem.reshape(6, -1, 4), kept[:, 0], strict=True):
        shares, directions = np.linalg.eigh(np.cov(rows, rowvar=False, bias=True))
        shares /= shares.sum()
        inverse = np.ones(4)
        for _ in range(5):  # the same steps towards the root, of each eigenvalue for itself
            step = 1.5 - 0.5 * inverse * shares
            shares, inverse = shares * step, inverse * step
        expected = (directions * shares) @ directions.T
        np.testing.assert_allclose(values[:10], expected[np.triu_indices(4)], atol=2e-3)
    write_features(run, freeze_share=share, covariance_channels=0)
    assert not (run.features / "covariances.npy").exists()


@pytest.mark.parametrize("channels", [-1, 1.5, 513, None])
def test_a_wrong_number_of_channels_is_named(run, channels):
    with pytest.raises(UserError, match=rf"extract_features\.covariance_channels is {channels}"):
        write_features(run, covariance_channels=channels)


def test_the_backbone_is_cut_by_the_share_that_is_kept(run):
    half = write_features(run, freeze_share=0.5)
    share = half["n_frozen_layers"] / half["n_layers"]  # exactly at the end of a block, in more digits than are kept
    facts = write_features(run, freeze_share=share)
    assert share != round(share, 6)
    assert facts == write_features(run, freeze_share=round(share, 6))

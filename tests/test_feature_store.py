import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from artstyle import feature_store
from artstyle.errors import UserError
from artstyle.feature_store import hash_paintings, open_features
from artstyle.tables import read_json, write_json

NAMES = ["A/x_1.jpg", "A/y_2.jpg", "B/z_3.jpg"]
COLUMNS = {"lower_statistics": [0, 2], "upper_statistics": [2, 3], "top_mean": [3, 5]}


@pytest.fixture
def table():
    return pd.DataFrame({"painting": NAMES})


@pytest.fixture
def folder(tmp_path, table):
    np.save(tmp_path / "boundary.npy", np.zeros((3, 2, 1, 1, 1), np.float16))
    np.save(tmp_path / "pooled.npy", np.arange(30, dtype=np.float16).reshape(3, 2, 5))
    facts = {"n_paintings": 3, "n_views": 2, "paintings_md5": hash_paintings(table), "columns": COLUMNS, "maps": {}}
    facts["covariance_columns"] = {}
    write_json(tmp_path / "features.json", facts)
    return tmp_path


def test_rows_are_found_by_name_in_the_order_asked_for(folder, table):
    store = open_features(folder, table)
    rows = store.find_rows(pd.Series(["B/z_3.jpg", "A/x_1.jpg", "B/z_3.jpg"]))
    assert rows.tolist() == [2, 0, 2]
    assert rows.dtype == np.int64
    assert store.find_rows(pd.Series([], dtype=str)).tolist() == []
    with pytest.raises(UserError, match=r"^C/none\.jpg: this painting has no cached features"):
        store.find_rows(pd.Series(["A/x_1.jpg", "C/none.jpg"]))


def test_columns_are_read_by_name_and_view(folder, table):
    store = open_features(folder, table)
    assert store.read_columns("top_mean", np.array([2, 0])).tolist() == [[23, 24], [3, 4]]
    assert store.read_columns("upper_statistics", np.array([1]), view=1).tolist() == [[17]]
    assert store.read_columns("top_mean", np.array([0])).dtype == np.float32


def test_another_table_is_refused(folder, table):
    with pytest.raises(UserError, match="made for 3 paintings, the table has 2"):
        open_features(folder, table[:2])
    with pytest.raises(UserError, match="made for other paintings, or in another order"):
        open_features(folder, table[::-1])
    with pytest.raises(UserError, match="made for other paintings"):
        open_features(folder, table.replace("A/x_1.jpg", "A/x_9.jpg"))


@pytest.mark.parametrize("name", ["features.json", "boundary.npy", "pooled.npy"])
def test_a_missing_file_is_named(folder, table, name):
    (folder / name).unlink()
    with pytest.raises(UserError, match=f"{name}: no such file"):
        open_features(folder, table)


def test_a_cut_file_is_named(folder, table):
    whole = (folder / "pooled.npy").read_bytes()
    (folder / "pooled.npy").write_bytes(whole[:-10])
    with pytest.raises(UserError, match=r"pooled\.npy: damaged"):
        open_features(folder, table)


def test_the_hash_depends_on_order_and_text(table):
    assert hash_paintings(table) == "9175d1a7f1451c23e0292e91754f131c"
    assert hash_paintings(table) != hash_paintings(table[::-1])


def test_modules_beside_the_training_import_no_tensorflow():
    modules = "feature_store, histories, parameters, pseudolabels, reports, score_table, selection, stage, tables"
    code = f"import sys; from artstyle import {modules}, torch_file, wikiart_source; print('tensorflow' in sys.modules)"
    source = Path(__file__).parents[1] / "src"
    done = subprocess.run([sys.executable, "-c", code], cwd=source, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_inputs_are_read_by_name(folder, table):
    np.save(folder / "level_8.npy", np.arange(6, dtype=np.float16).reshape(3, 2, 1, 1, 1))
    facts = read_json(folder / "features.json")
    write_json(folder / "features.json", {**facts, "maps": {"level_8": [1, 1, 1]}})
    store = open_features(folder, table)
    inputs = store.read_inputs(["pooled", "lower_statistics", "level_8"], np.array([2, 0]), np.array([1, 0]))
    assert inputs["pooled"].tolist() == [[25, 26, 27, 28, 29], [0, 1, 2, 3, 4]]
    assert inputs["lower_statistics"].tolist() == [[25, 26], [0, 1]]
    assert inputs["level_8"].ravel().tolist() == [5, 0]
    assert all(values.dtype == np.float32 for values in inputs.values())


def test_a_map_that_was_not_kept_is_named_with_the_remedy(folder, table):
    store = open_features(folder, table)
    with pytest.raises(UserError, match=r"needs the map level_16, .*set extract_features\.maps to true"):
        store.read_inputs(["level_16"], np.array([0]), np.array([0]))


def test_a_missing_map_is_named(folder, table):
    facts = read_json(folder / "features.json")
    write_json(folder / "features.json", {**facts, "maps": {"level_8": [1, 1, 1]}})
    with pytest.raises(UserError, match=r"level_8\.npy: no such file"):
        open_features(folder, table)


@pytest.fixture
def with_covariances(folder, table):
    np.save(folder / "covariances.npy", np.arange(18, dtype=np.float16).reshape(3, 2, 3))
    ranges = {"lower_covariances": [0, 1], "upper_covariances": [1, 3]}
    write_json(folder / "features.json", {**read_json(folder / "features.json"), "covariance_columns": ranges})
    return open_features(folder, table)


def test_covariances_are_read_by_name(with_covariances):
    names = ["covariances", "lower_covariances", "upper_covariances"]
    inputs = with_covariances.read_inputs(names, np.array([2, 0]), np.array([1, 0]))
    assert [inputs[name].tolist() for name in names] == [[[15, 16, 17], [0, 1, 2]], [[15], [0]], [[16, 17], [1, 2]]]


@pytest.mark.parametrize("name", ["covariances", "lower_covariances"])
def test_covariances_that_were_not_kept_are_named_with_the_remedy(folder, table, name):
    store = open_features(folder, table)
    with pytest.raises(UserError, match=r"head\.covariances is true, but none are kept; set it to false, or"):
        store.read_inputs([name], np.array([0]), np.array([0]))


def test_missing_covariances_are_named(with_covariances, folder, table):
    (folder / "covariances.npy").unlink()
    with pytest.raises(UserError, match=r"covariances\.npy: no such file"):
        open_features(folder, table)


def test_mean_and_variance_are_over_works_and_views_in_any_chunks(with_covariances, monkeypatch):
    for chunk in (1, 2, 512):
        monkeypatch.setattr(feature_store, "_CHUNK", chunk)
        mean, variance = with_covariances.measure("covariances", np.array([0, 2]))
        # first column of works 0 and 2 in both views: 0, 3, 12, 15
        assert mean.tolist() == [7.5, 8.5, 9.5]
        assert variance.tolist() == [38.25] * 3

import numpy as np
import pandas as pd
import pytest

from artstyle.errors import UserError
from artstyle.predictions import build_predictions, read_predictions
from artstyle.tables import write_table

NAMES = ["rococo", "cubism", "ukiyo_e"]  # not in alphabetical order: the model's order counts
WORKS = pd.DataFrame(
    {
        "painting": ["Rococo/a_1.jpg", "Cubism/b_2.jpg", "Ukiyo_e/北斎_3.jpg"],
        "artist": ["a", "b", "北斎"],
        "label": ["rococo", "cubism", "ukiyo_e"],
        "unused": 1,
    }
)
PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.123456789, 0.5, 0.376543211], [1e-9, 0.25, 0.75]])


def write(path, table):
    write_table(path, table)
    return path


def build(split="test", phase="phase2"):
    return build_predictions(WORKS, split, phase, PROBABILITIES, NAMES)


def test_table_survives_writing_and_reading(tmp_path):
    table = pd.concat([build("validation", "phase1"), build()], ignore_index=True)
    assert list(table.columns) == ["painting", "artist", "label", "split", "phase", *NAMES]
    read = read_predictions(write(tmp_path / "predictions.csv", table))
    assert read.class_names == NAMES
    assert read.labels.tolist() == [0, 1, 2, 0, 1, 2]
    np.testing.assert_allclose(read.probabilities[:3], PROBABILITIES, rtol=1e-5)
    chosen = read.select(split="test", phase="phase2")
    assert chosen.table["painting"].tolist() == WORKS["painting"].tolist()
    assert len(read.select(split="test", phase="phase1").labels) == 0


def test_probabilities_keep_six_significant_digits():
    table = build()
    assert table["rococo"].tolist() == [0.7, 0.123457, 1e-9]


def test_a_label_that_is_no_class_is_named_with_its_painting(tmp_path):
    table = build()
    table.loc[1, "label"] = "fauvism"
    with pytest.raises(UserError, match=r"Cubism/b_2\.jpg has the label 'fauvism'"):
        read_predictions(write(tmp_path / "predictions.csv", table))


@pytest.mark.parametrize("value", [0.9, -0.1, np.nan, "x"])
def test_probabilities_that_are_no_distribution_are_refused(tmp_path, value):
    table = build().astype({"rococo": object})
    table.loc[2, "rococo"] = value
    with pytest.raises(UserError, match=r"predictions\.csv"):
        read_predictions(write(tmp_path / "predictions.csv", table))


def test_missing_columns_are_refused(tmp_path):
    with pytest.raises(UserError, match="phase"):
        read_predictions(write(tmp_path / "predictions.csv", build().drop(columns="phase")))
    with pytest.raises(UserError, match="then one a class"):
        read_predictions(write(tmp_path / "predictions.csv", build().drop(columns=NAMES)))


def test_numbers_as_class_names_are_read_as_names(tmp_path):
    works = WORKS.assign(label=["1", "2", "3"])
    table = build_predictions(works, "test", "phase1", PROBABILITIES, ["1", "2", "3"])
    assert read_predictions(write(tmp_path / "predictions.csv", table)).labels.tolist() == [0, 1, 2]


@pytest.mark.parametrize("names", [["rococo", "rococo", "cubism"], ["rococo", "artist", "cubism"]])
def test_class_names_that_would_hide_a_column_are_refused(names):
    with pytest.raises(ValueError, match=names[1]):
        build_predictions(WORKS, "test", "phase1", PROBABILITIES, names)


def test_wrong_shape_is_refused():
    with pytest.raises(ValueError, match="shape"):
        build_predictions(WORKS, "test", "phase1", PROBABILITIES[:2], NAMES)

import json

import numpy as np
import pandas as pd
import pytest

from artstyle.errors import UserError
from artstyle.tables import read_json, read_table, write_json, write_table, write_whole


def test_a_table_has_plain_bytes(tmp_path):
    table = pd.DataFrame({"painting": ["Ä/é,1.jpg", 'b"c'], "p": [1 / 3, 2.0], "n": [1, 2]})
    write_table(tmp_path / "new" / "t.csv", table)
    expected = 'painting,p,n\n"Ä/é,1.jpg",0.33333333,1\n"b""c",2,2\n'
    assert (tmp_path / "new" / "t.csv").read_bytes() == expected.encode()


def test_text_stays_text_and_an_empty_cell_is_empty(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("painting,artist,genre,label,likely,class,n\na,007,,1920,02,01,1\nNA,null,nan,1930,03,02,2\n")
    table = read_table(path, ["painting", "n"])
    assert table["painting"].tolist() == ["a", "NA"]
    assert table["artist"].tolist() == ["007", "null"]
    assert table["genre"].tolist() == ["", "nan"]
    assert table["label"].tolist() == ["1920", "1930"]
    assert table["likely"].tolist() == ["02", "03"] and table["class"].tolist() == ["01", "02"]
    assert table["n"].tolist() == [1, 2]
    assert table["n"].dtype == np.int64


def test_a_table_comes_back_as_it_was(tmp_path):
    table = pd.DataFrame({"painting": ["x", "y"], "style": ["", "z"], "offset": [0, 2**40]})
    write_table(tmp_path / "t.csv", table)
    pd.testing.assert_frame_equal(read_table(tmp_path / "t.csv"), table, check_dtype=False)
    (tmp_path / "t.tsv").write_text("step\tloss\n0\t0.5\n")
    assert read_table(tmp_path / "t.tsv", separator="\t")["loss"].tolist() == [0.5]


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"a,b\n1,2\n", "column 'c' is missing"), (b"", "not a CSV table"), (b'a,"b\n1,2,3\n', "not a CSV table"),
     ("c\né\n".encode("latin-1"), "not a CSV table")],
)  # fmt: skip
def test_a_table_that_cannot_be_used_is_one_line(tmp_path, data, words):
    (tmp_path / "t.csv").write_bytes(data)
    with pytest.raises(UserError, match=rf"t\.csv: {words}") as caught:
        read_table(tmp_path / "t.csv", ["c"])
    assert "\n" not in str(caught.value)


def test_missing_files_are_named(tmp_path):
    with pytest.raises(UserError, match=r"none\.csv: no such file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(UserError, match=r"none\.json: no such file"):
        read_json(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(UserError, match=r"bad\.json: not JSON"):
        read_json(tmp_path / "bad.json")


def test_json_is_strict_ordered_and_rounded(tmp_path):
    value = {"b": np.float32(1) / 3, "a": [np.int64(3), (0.1234567, "é")], 5: None, "c": np.bool_(True)}
    write_json(tmp_path / "v.json", value)
    text = (tmp_path / "v.json").read_text(encoding="utf-8")
    assert json.loads(text) == {"b": 0.333333, "a": [3, [0.123457, "é"]], "5": None, "c": True}
    assert text.index('"b"') < text.index('"a"')
    assert "é" in text
    assert text.endswith("}\n")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.float32("nan")])
def test_json_refuses_what_is_no_number_and_keeps_the_old_file(tmp_path, value):
    write_json(tmp_path / "v.json", {"x": 1})
    with pytest.raises(ValueError, match="cannot be written as JSON"):
        write_json(tmp_path / "v.json", {"x": [{"y": value}]})
    assert read_json(tmp_path / "v.json") == {"x": 1}


def test_a_crash_while_writing_leaves_no_half_file(tmp_path):
    def write_half(file):
        file.write("half")
        file.flush()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "new.txt", write_half)
    assert not (tmp_path / "new.txt").exists()
    write_whole(tmp_path / "old.txt", lambda file: file.write("whole"))
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "old.txt", write_half)
    assert (tmp_path / "old.txt").read_text() == "whole"
    write_whole(tmp_path / "old.txt", lambda file: file.write("new"))
    assert (tmp_path / "old.txt").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.txt.partial", "old.txt"]


@pytest.mark.parametrize("read", [read_table, read_json])
def test_what_cannot_be_read_is_one_line(tmp_path, read):
    with pytest.raises(UserError, match=r"cannot be read \(Is a directory\)"):
        read(tmp_path)


def test_json_in_another_encoding_is_named(tmp_path):
    (tmp_path / "a.json").write_bytes('"caf\xe9"'.encode("latin-1"))
    with pytest.raises(UserError, match=r"a\.json: not JSON"):
        read_json(tmp_path / "a.json")


def test_cells_without_a_column_are_an_error_and_empty_ones_move_nothing(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("painting,n\na,1,\nb,2,\n")
    assert read_table(path).to_numpy().tolist() == [["a", 1], ["b", 2]]
    path.write_text("painting,n\na,1,lost\nb,2,\n")
    with pytest.raises(UserError, match=r"table\.csv: not a CSV table"):
        read_table(path)

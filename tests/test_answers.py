from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from artstyle.answers import Answer, list_files, tabulate, tell, write_answers
from artstyle.errors import UserError

CLASSES = ["cubism", "pop_art", "rococo"]
SURE = Answer(Path("a.jpg"), np.array([0.125, 0.8125, 0.0625]))
BROKEN = Answer(Path("b.jpg"), None, "empty")


def test_folders_give_the_pictures_below_them_in_order_and_files_stand_for_themselves(tmp_path):
    for name in ("b/two.JPG", "b/one.png", "b/.hidden.png", "b/notes.txt", "a.tif", ".git/x.png", "alone.dat"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = list_files([tmp_path / "alone.dat", tmp_path])
    assert [path.relative_to(tmp_path).as_posix() for path in found] == ["alone.dat", "a.tif", "b/one.png", "b/two.JPG"]


def test_what_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match=r"gone\.jpg: no such file or folder"):
        list_files([tmp_path / "gone.jpg"])
    with pytest.raises(UserError, match="no pictures in this folder"):
        list_files([tmp_path])


def test_a_line_has_the_most_probable_styles():
    assert tell(SURE, CLASSES, 2) == "a.jpg: pop_art 81.2%, cubism 12.5%"
    assert tell(SURE, CLASSES, 9) == "a.jpg: pop_art 81.2%, cubism 12.5%, rococo 6.2%"
    assert tell(BROKEN, CLASSES, 2) == "b.jpg: cannot be used (empty)"


def test_the_table_has_a_row_a_file_whether_it_could_be_used_or_not(tmp_path):
    write_answers(tmp_path / "new" / "answers.csv", [SURE, BROKEN], CLASSES)
    assert (tmp_path / "new" / "answers.csv").read_text() == (
        "picture,predicted,probability,problem,cubism,pop_art,rococo\n"
        "a.jpg,pop_art,0.8125,,0.125,0.8125,0.0625\n"
        "b.jpg,,,empty,,,\n"
    )
    assert tabulate([], CLASSES).equals(
        pd.DataFrame(columns=["picture", "predicted", "probability", "problem", *CLASSES])
    )


def test_a_table_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "answers.csv").mkdir()
    with pytest.raises(UserError, match=r"answers\.csv: cannot be written"):
        write_answers(tmp_path / "answers.csv", [SURE], CLASSES)

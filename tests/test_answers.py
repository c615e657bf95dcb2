import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from artstyle.answers import Answer, check_table, judge_together, list_files, show, tabulate, tell, write_answers
from artstyle.errors import UserError
from artstyle.oeuvres import Oeuvre

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


def test_works_of_an_artist_are_judged_together_and_all_others_alone():
    names = ("x/monet_a.jpg", "y/monet_b.jpg", "braque_a.jpg", "nobody.jpg", "nobody2.jpg", "monet_broken.jpg")
    rows = [[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], *[[0.2, 0.3, 0.5]] * 3]
    answers = [Answer(Path(name), np.array(row)) for name, row in zip(names[:5], rows, strict=True)]
    answers.append(Answer(Path(names[5]), None, "empty"))
    oeuvre = Oeuvre(1.0, (0.5, 0.25, 0.25))
    judged = judge_together(answers, oeuvre)
    assert [answer.path for answer in judged] == [Path(name) for name in names]
    expected = oeuvre.apply(np.array(rows[:2]), np.array(["monet", "monet"]))
    np.testing.assert_allclose([answer.shares for answer in judged[:2]], expected)
    assert not np.allclose(expected, rows[:2])
    for before, after in zip(answers[2:5], judged[2:5], strict=True):
        np.testing.assert_array_equal(before.shares, after.shares)
    assert judged[5] == answers[5]
    twice = judge_together([answers[0], answers[0], *answers[1:]], oeuvre)  # a file does not speak for itself
    np.testing.assert_array_equal([answer.shares for answer in twice[:2]], [judged[0].shares] * 2)
    composed = [Answer(Path(name), np.array(rows[1])) for name in ("D\u00fcrer_a.jpg", "Du\u0308rer_b.jpg")]
    assert not np.allclose(judge_together(composed, oeuvre)[0].shares, rows[1])
    assert judge_together(answers[5:], oeuvre) == answers[5:]


def test_the_table_has_a_row_a_file_whether_it_could_be_used_or_not(tmp_path):
    write_answers(tmp_path / "answers.csv", [SURE, BROKEN], CLASSES)
    assert (tmp_path / "answers.csv").read_text() == (
        "picture,predicted,probability,problem,cubism,pop_art,rococo\n"
        "a.jpg,pop_art,0.8125,,0.125,0.8125,0.0625\n"
        "b.jpg,,,empty,,,\n"
    )
    assert tabulate([], CLASSES).columns.tolist() == ["picture", "predicted", "probability", "problem", *CLASSES]


def test_links_are_followed_once(tmp_path):
    for name in ("real/a.png", "asked/b.png"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    (tmp_path / "asked" / "linked").symlink_to(tmp_path / "real")
    (tmp_path / "asked" / "round").symlink_to(tmp_path / "asked")
    (tmp_path / "asked" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    found = [path.relative_to(tmp_path / "asked").as_posix() for path in list_files([tmp_path / "asked"])]
    assert found == ["b.png", "linked/a.png"]


def test_any_name_of_a_file_is_one_line():
    name = Path(os.fsdecode(b"caf\xe9\n\x1b[1m.png"))
    assert show(name) == "caf\ufffd\\n\\x1b[1m.png"
    assert tell(Answer(name, None, "empty"), CLASSES, 1) == f"{show(name)}: cannot be used (empty)"
    assert tabulate([Answer(name, None, "empty")], CLASSES)["picture"].tolist() == [show(name)]


def test_a_name_that_is_too_long_is_a_mistake_of_one_line(tmp_path):
    with pytest.raises(UserError, match=r"cannot be written|needs a name"):
        check_table(tmp_path / f"{'x' * 300}.csv" / "a.csv", [], CLASSES)
    with pytest.raises(UserError, match="cannot be read"):
        list_files([Path("x" * 300)])


def test_a_place_for_the_table_is_made_before_the_work(tmp_path):
    check_table(tmp_path / "new" / "answers.csv", [Path("a.jpg")], CLASSES)
    assert list((tmp_path / "new").iterdir()) == []


@pytest.mark.parametrize("name", ["", "answers", "picture.jpg", "folder.csv", "text.csv/answers.csv"])
def test_a_table_that_cannot_be_written_is_named(tmp_path, name):
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "text.csv").touch()
    with pytest.raises(UserError, match=r"needs a name that ends in \.csv|answers\.csv: cannot be written"):
        check_table(tmp_path / name, [], CLASSES)


def test_an_older_table_stays_where_the_new_one_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "answers.csv").write_text("older")

    def fill_the_disk(table, file, **_):
        file.write("half")
        raise OSError(28, "No space")

    monkeypatch.setattr(pd.DataFrame, "to_csv", fill_the_disk)
    with pytest.raises(UserError, match=r"answers\.csv: cannot be written \(No space\)"):
        write_answers(tmp_path / "answers.csv", [SURE], CLASSES)
    assert (tmp_path / "answers.csv").read_text() == "older"


def test_a_picture_is_not_overwritten_and_columns_keep_their_names(tmp_path):
    with pytest.raises(UserError, match=r"odd\.csv: the table of answers needs"):
        check_table(tmp_path / "odd.csv", [tmp_path / "x" / ".." / "odd.csv"], CLASSES)
    with pytest.raises(UserError, match="the class 'picture' has the name of another column"):
        check_table(tmp_path / "answers.csv", [], ["cubism", "picture"])

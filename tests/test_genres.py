import pytest

from artstyle.errors import UserError
from artstyle.genres import match_genres, read_genres

CLASSES = "0 abstract_painting\n1 cityscape\n4 landscape\n"


def write_list(folder, text, classes=CLASSES, name="genre_train.csv"):
    (folder / name).write_text(text, encoding="utf-8")
    if classes is not None:
        (folder / "genre_class").write_text(classes, encoding="utf-8")
    return read_genres(folder)


def test_rows_of_all_lists_come_with_the_name_of_their_genre(tmp_path):
    (tmp_path / "genre_val.csv").write_text("Cubism/ann_two.jpg,0\n")
    genres = write_list(tmp_path, 'Cubism/ann_one.jpg,4\n"Cubism/ann_a,b.jpg",1\n')
    found, counts = match_genres(genres, ["Cubism/ann_a,b.jpg", "Cubism/ann_one.jpg", "Cubism/ann_two.jpg"])
    assert found == {
        "Cubism/ann_one.jpg": "landscape",
        "Cubism/ann_a,b.jpg": "cityscape",
        "Cubism/ann_two.jpg": "abstract_painting",
    }
    assert counts["rows"] == counts["listed"] == 3


def test_every_row_that_does_not_fit_is_counted(tmp_path):
    text = "C/a_1.jpg,0\nC/gone_1.jpg,0\nC/a_1.jpg,0\nC/a_1.jpg,4\nC/B-2.jpg,1\nC/x-y.jpg,1\n"
    text += "path,class\n\nC/a_1.jpg\n,4\n"
    found, counts = match_genres(write_list(tmp_path, text), ["C/a_1.jpg", "C/b_2.jpg", "C/x_y.jpg", "C/X_y.jpg"])
    assert found == {"C/a_1.jpg": "abstract_painting", "C/b_2.jpg": "cityscape"}
    assert counts == {
        "rows": 6,
        "invalid_rows": 4,
        "absent": 1,
        "ambiguous": 1,
        "matched_by_normalised_name": 1,
        "duplicate_rows": 1,
        "two_genres": 1,
        "listed": 2,
        "not_listed": 2,
    }


def test_an_exact_path_goes_before_a_similar_one(tmp_path):
    genres = write_list(tmp_path, "C/a_b-c.jpg,0\nC/a_b_c.jpg,4\n")
    found, counts = match_genres(genres, ["C/a_b-c.jpg", "C/a_b_c.jpg"])
    assert found == {"C/a_b-c.jpg": "abstract_painting", "C/a_b_c.jpg": "landscape"}
    assert counts["matched_by_normalised_name"] == 0


def test_names_are_compared_in_one_unicode_form(tmp_path):
    genres = write_list(tmp_path, "C/zoe\u0308_1.jpg,0\n")
    found, counts = match_genres(genres, ["C/zo\u00eb_1.jpg"])
    assert found == {"C/zo\u00eb_1.jpg": "abstract_painting"}
    assert counts["matched_by_normalised_name"] == 0


def test_a_folder_without_a_list_gives_no_genre(tmp_path):
    genres = read_genres(tmp_path)
    assert not genres.present
    assert match_genres(genres, ["C/a_1.jpg"])[0] == {}


@pytest.mark.parametrize(
    ("text", "classes", "words"),
    [
        ("C/a_1.jpg,0\nC/a_2.jpg,7\n", CLASSES, "genre_train.csv: line 2: class number 7"),
        ("C/a_1.jpg,0\n", None, "class file"),
        ("C/a_1.jpg,0\n", "0 abstract\nlandscape\n", "genre_class: line 2"),
        ("C/a_1.jpg,0\n", "0 abstract\n0 landscape\n", "genre_class: line 2"),
    ],
)
def test_a_broken_list_is_one_line_with_file_and_line(tmp_path, text, classes, words):
    with pytest.raises(UserError, match=words):
        write_list(tmp_path, text, classes)


def test_two_class_files_or_no_folder_are_errors(tmp_path):
    (tmp_path / "genre_class.txt").write_text(CLASSES)
    with pytest.raises(UserError, match="found 2"):
        write_list(tmp_path, "C/a_1.jpg,0\n")
    with pytest.raises(UserError, match="nowhere"):
        read_genres(tmp_path / "nowhere")


def test_a_list_in_another_encoding_is_named(tmp_path):
    (tmp_path / "genre_class").write_text(CLASSES)
    (tmp_path / "genre.csv").write_bytes(b"C/zo\xeb_1.jpg,0\n")
    with pytest.raises(UserError, match=r"genre\.csv: not UTF-8"):
        read_genres(tmp_path)


def test_a_quote_that_is_not_closed_swallows_no_rows(tmp_path):
    (tmp_path / "genre_class").write_text("0 portrait\n", encoding="utf-8")
    for tail in ("", 'C/d_4.jpg,0\n"C/e,5.jpg",0\n'):
        (tmp_path / "list.csv").write_text(f'C/a_1.jpg,0\n"C/b_2.jpg,0\nC/c_3.jpg,0\n{tail}', encoding="utf-8")
        with pytest.raises(UserError, match=r"list\.csv: line 2: "):
            read_genres(tmp_path)
    (tmp_path / "list.csv").write_text('"C/b_2.jpg,0\n' * 5000, encoding="utf-8")  # more than csv takes for one field
    with pytest.raises(UserError, match=r"list\.csv: line 1: "):
        read_genres(tmp_path)


def test_endings_count_in_any_case_and_hidden_files_do_not(tmp_path):
    (tmp_path / "list.CSV").write_text("C/a_1.jpg,0\n", encoding="utf-8")
    (tmp_path / "genre_class").write_text("0 portrait\n", encoding="utf-8")
    (tmp_path / "._genre_class").write_bytes(b"\x00\x05")
    assert [row.genre for row in read_genres(tmp_path).rows] == ["portrait"]


def test_a_list_that_cannot_be_read_is_one_line(tmp_path):
    (tmp_path / "list.csv").mkdir()
    (tmp_path / "genre_class").write_text("0 portrait\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"list\.csv: cannot be read"):
        read_genres(tmp_path)

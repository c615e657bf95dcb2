import os
import unicodedata

import pandas as pd
import pytest

from artstyle.errors import UserError
from artstyle.names import list_pictures, make_style, split_name
from artstyle.tables import read_table, write_table
from small_pictures import make_picture, save_picture


@pytest.mark.parametrize(
    ("name", "artist", "title"),
    [
        ("m.c.-escher_not_detected_1.jpg", "m.c.-escher", "not_detected_1"),
        ("gene-davis_untitled-1979(1).jpg", "gene-davis", "untitled-1979(1)"),
        ("k.o.-baxter_no.-5.b.jpeg", "k.o.-baxter", "no.-5.b"),
        ("noartist.jpg", "", "noartist"),
        ("_untitled.jpg", "", "untitled"),
    ],
)
def test_names_are_split_at_the_first_mark_and_lose_one_extension(name, artist, title):
    assert split_name(name) == (artist, title)


def test_style_is_lower_case_with_one_kind_of_blank():
    assert make_style("Naive Art-Primitivism") == "naive_art_primitivism"


def test_pictures_are_listed_and_everything_else_is_accounted_for(tmp_path):
    save_picture(tmp_path / "Cubism/ann_one.jpg", make_picture(1))
    for name in (".DS_Store", "notes.txt", "Cubism/.DS_Store", "Cubism/Thumbs.db", "Cubism/noartist.jpg"):
        (tmp_path / name).write_text("x")
    (tmp_path / "Fauvism").mkdir()
    save_picture(tmp_path / "Cubism/more/ann_two.jpg", make_picture(2))
    (tmp_path / ".hidden").mkdir()
    os.symlink(tmp_path / "nowhere.jpg", tmp_path / "Cubism/ann_link.jpg")
    os.mkfifo(tmp_path / "Cubism/ann_pipe.jpg")
    files, drops, empty = list_pictures(tmp_path)
    assert [(file.painting, file.style, file.artist, file.title) for file in files] == [
        ("Cubism/ann_one.jpg", "cubism", "ann", "one")
    ]
    assert {drop.painting: drop.reason for drop in drops} == {
        ".DS_Store": "junk",
        ".hidden": "junk",
        "notes.txt": "junk",
        "Cubism/.DS_Store": "junk",
        "Cubism/Thumbs.db": "junk",
        "Cubism/noartist.jpg": "no_artist",
        "Cubism/more": "nested_folder",
        "Cubism/ann_link.jpg": "unreadable",
        "Cubism/ann_pipe.jpg": "junk",
    }
    assert next(drop.detail for drop in drops if drop.reason == "nested_folder").startswith("1 files")
    assert empty == ["Fauvism"]


def test_symbolic_links_to_folders_and_files_are_followed(tmp_path):
    save_picture(tmp_path / "far/Cubism/ann_one.jpg", make_picture(1))
    save_picture(tmp_path / "far/single.jpg", make_picture(2))
    (tmp_path / "data").mkdir()
    os.symlink(tmp_path / "far/Cubism", tmp_path / "data/Cubism")
    os.symlink(tmp_path / "far/single.jpg", tmp_path / "far/Cubism/ann_two.jpg")
    os.symlink(tmp_path / "data", tmp_path / "link")
    files, drops, _ = list_pictures(tmp_path / "link")
    assert [file.painting for file in files] == ["Cubism/ann_one.jpg", "Cubism/ann_two.jpg"]
    assert drops == []


def test_ids_are_nfc_while_the_file_is_found_by_its_real_name(tmp_path):
    composed = "zoë_étude.jpg"
    decomposed = unicodedata.normalize("NFD", composed)
    save_picture(tmp_path / "Cubism" / decomposed, make_picture(1))
    files, _, _ = list_pictures(tmp_path)
    assert files[0].painting == f"Cubism/{composed}"
    assert files[0].artist == "zoë"
    assert os.path.exists(files[0].path) and files[0].path.endswith(decomposed)


def test_two_files_of_one_id_make_one_painting_and_one_drop(tmp_path):
    for seed, form in enumerate(("NFC", "NFD")):
        save_picture(tmp_path / "Cubism" / unicodedata.normalize(form, "zoë_étude.jpg"), make_picture(seed))
    files, drops, _ = list_pictures(tmp_path)
    assert len(files) == 1
    assert [(drop.painting, drop.reason) for drop in drops] == [("Cubism/zoë_étude.jpg", "same_id")]


def test_a_name_that_is_not_utf8_still_has_a_printable_id(tmp_path):
    folder = os.fsencode(tmp_path / "Cubism")
    os.mkdir(folder)
    with open(folder + b"/ann_\xe9tude.jpg", "wb") as file:
        make_picture(1).save(file, "JPEG")
    files, _, _ = list_pictures(tmp_path)
    assert files[0].painting == "Cubism/ann_\ufffdtude.jpg"


@pytest.mark.parametrize(("name", "words"), [("wikiart", "make wikiart"), ("mine", "mine/<Style>/<artist>_<title>")])
@pytest.mark.parametrize("there", [True, False])
def test_missing_pictures_are_one_line_that_says_how_to_get_them(tmp_path, name, words, there):
    if there:
        (tmp_path / name).mkdir()
    with pytest.raises(UserError) as error:
        list_pictures(tmp_path / name)
    assert words in str(error.value) and "\n" not in str(error.value)


def test_a_line_end_in_a_name_makes_no_second_row(tmp_path):
    save_picture(tmp_path / "Cubism" / "ann_x\r1.png", make_picture(1))
    save_picture(tmp_path / "Cubism" / "ann_y\n2.png", make_picture(2))
    files, _, _ = list_pictures(tmp_path)
    assert [file.painting for file in files] == ["Cubism/ann_x\ufffd1.png", "Cubism/ann_y\ufffd2.png"]
    write_table(tmp_path / "table.csv", pd.DataFrame({"painting": [file.painting for file in files], "n": [1, 2]}))
    assert read_table(tmp_path / "table.csv")["n"].tolist() == [1, 2]
    assert all(os.path.exists(file.path) for file in files)


@pytest.mark.parametrize("place", [".", "Cubism"])
def test_a_folder_that_cannot_be_read_is_named(tmp_path, monkeypatch, place):
    save_picture(tmp_path / "Cubism" / "ann_x.png", make_picture(1))
    refused, scan = str(tmp_path / place), os.scandir

    def refuse(folder):  # permissions do not hold for everybody
        if str(folder) == refused:
            raise PermissionError(13, "Permission denied", refused)
        return scan(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(UserError, match=r"cannot be read \(Permission denied\)"):
        list_pictures(tmp_path)

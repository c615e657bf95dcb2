import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from artstyle.catalogues import arrange_works, copy_works
from artstyle.errors import UserError
from artstyle.names import list_pictures

ROOT = Path(__file__).parents[1]
ROWS = [
    ("a/1.JPG", "Pop Art", "Andy Warhol"),
    ("b/1.jpg", "Pop Art", "andy  warhol"),
    ("b/1.jpg", "Pop Art", "andy  warhol"),
    ("b/2_x.png", "Pop Art", ""),
    ("b/3.tif", "", "Hans/Holbein (copy)_2"),
]
PLACES = {
    "a/1.JPG": "Pop_Art/andy-warhol_1.jpg",
    "b/1.jpg": "Pop_Art/andy-warhol_1-2.jpg",
    "b/2_x.png": "Pop_Art/unknown-a11bf31517_2-x.png",
    "b/3.tif": "Unlabelled/hans-holbein-(copy)-2_3.tif",
}


def make_works(rows=ROWS) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["picture", "style", "artist"])


def make_pictures(folder: Path) -> Path:
    for name in PLACES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def test_works_get_a_place_by_style_artist_and_file_name():
    found = arrange_works(make_works())
    assert dict(found[["source", "target"]].to_numpy()) == PLACES and len(found) == len(PLACES)


def test_the_names_are_those_that_the_filter_reads(tmp_path):
    copy_works(arrange_works(make_works()), make_pictures(tmp_path / "scans"), tmp_path / "mine")
    files, drops, empty = list_pictures(tmp_path / "mine")
    assert sorted(file.painting for file in files) == sorted(PLACES.values()) and not drops and not empty
    artists = {file.artist for file in files}
    assert artists == {"andy-warhol", "unknown-a11bf31517", "hans-holbein-(copy)-2"}
    assert {(tmp_path / "mine" / place).read_text() for place in PLACES.values()} == set(PLACES)


def test_no_picture_takes_the_place_of_another():
    sources = ["a/1.jpg", "b/1.jpg", "c/1-2.jpg", "d/1.JPG", "e/1.png"]
    found = arrange_works(make_works([(source, "Cubism", "Gris" if "d" in source else "gris") for source in sources]))
    names = [target.removeprefix("Cubism/gris_") for target in found["target"]]
    assert names == ["1.jpg", "1-2.jpg", "1-2-2.jpg", "1-3.jpg", "1.png"] and found["source"].tolist() == sources


@pytest.mark.parametrize("picture", ["", " ", "folder/scan"])
def test_a_row_without_a_picture_is_named(picture):
    with pytest.raises(UserError, match=r"row 3: .* names no picture file"):
        arrange_works(make_works([ROWS[0], (picture, "Cubism", "x")]))


def test_a_missing_picture_and_a_target_that_exists_leave_nothing_behind(tmp_path):
    pictures, places = make_pictures(tmp_path / "scans"), arrange_works(make_works())
    (pictures / "b/3.tif").unlink()
    with pytest.raises(UserError, match=r"b/3\.tif: no such file"):
        copy_works(places, pictures, tmp_path / "mine")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scans"]
    (tmp_path / "mine").mkdir()
    with pytest.raises(UserError, match="mine: is there already"):
        copy_works(places, make_pictures(pictures), tmp_path / "mine")
    assert not list((tmp_path / "mine").iterdir())


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, str(ROOT / "src" / "arrange_collection.py"), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_command_reads_a_catalogue_and_says_what_to_run_next(tmp_path):
    make_pictures(tmp_path / "scans")
    (tmp_path / "data").mkdir()
    make_works().rename(columns={"picture": "file"}).to_csv(tmp_path / "works.csv", index=False, encoding="utf-8-sig")
    wrong = run(tmp_path, "works.csv", "--pictures", "scans", "--name", "mine")
    assert wrong.returncode == 1 and wrong.stderr == (
        "arrange_collection: error: works.csv: column 'picture' is missing; --picture names another one of: file,"
        " style, artist\n"
    )
    done = run(tmp_path, "works.csv", "--pictures", "scans", "--name", "mine", "--picture", "file")
    assert done.stdout.splitlines() == [
        "data/mine: 4 pictures; styles: pop_art",
        "next: dvc add data/mine && dvc exp run -S dataset=mine -S style_map=as_is -S unlabelled=unlabelled",
    ]
    blank = run(tmp_path, "works.csv", "--pictures", "scans", "--name", "my scans", "--picture", "file")
    assert blank.stdout.splitlines()[1].startswith(
        "next: dvc add 'data/my scans' && dvc exp run -S 'dataset=my scans' -S style_map=as_is"
    )
    for arguments, message in (
        (["works.csv", "--name", "../up"], "--name ../up: must be the name of a folder below data/"),
        (["gone.csv", "--name", "new"], "gone.csv: cannot be read (No such file or directory)"),
        (["scans/a/1.JPG", "--name", "new"], "scans/a/1.JPG: column 'picture' is missing"),
    ):
        found = run(tmp_path, *arguments, "--pictures", "scans")
        assert found.returncode == 1 and f"error: {message}" in found.stderr and "Traceback" not in found.stderr

import numpy as np
import pytest

from artstyle.demo_genres import GENRES, write_genres
from artstyle.demo_works import Catalogue


@pytest.fixture
def listed(tmp_path):
    catalogue = Catalogue(1)
    works = [catalogue.plan_work(style) for style in ("Cubism", "Minimalism", "Rococo") for _ in range(20)]
    write_genres(tmp_path / "genres", works, np.random.default_rng(0))
    lines = (tmp_path / "genres" / "genre_list.csv").read_text(encoding="utf-8").splitlines()
    return works, [line.rsplit(",", 1) for line in lines], tmp_path / "genres" / "genre_class.txt"


def test_three_in_four_works_are_listed_with_the_genre_of_their_scene(listed):
    works, rows, _ = listed
    kinds = {f"{work.style}/{work.name}.jpg": work.kind for work in works}
    right = {path for path, number in rows if path in kinds and GENRES[int(number)] == kinds[path]}
    assert len(right) == 45 - 1
    assert rows == sorted(rows)


def test_flaws_of_real_lists_are_there(listed):
    works, rows, _ = listed
    known = {f"{work.style}/{work.name}.jpg" for work in works}
    unknown = [path for path, _ in rows if path not in known]
    misspelt = [path for path in unknown if path.replace("_", "-") in {name.replace("_", "-") for name in known}]
    assert len(unknown) == 3 and len(misspelt) == 1
    paths = [path for path, _ in rows]
    twice = {path for path in paths if paths.count(path) == 2}
    assert len(twice) == 1
    assert len({number for path, number in rows if path in twice}) == 2


def test_class_file_numbers_the_genres(listed):
    lines = listed[2].read_text(encoding="utf-8").splitlines()
    assert lines[0] == "0 abstract_painting" and lines[6] == "6 portrait" and len(lines) == len(GENRES)

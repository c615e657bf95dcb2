from collections import Counter

import numpy as np
import pytest
from PIL import Image, ImageOps

from artstyle.demo_set import TASK_LABELS, TRUTH_COLUMNS, draw_set
from artstyle.demo_works import PAINTERS
from artstyle.tables import read_table

COUNTS = dict.fromkeys(PAINTERS, 6)


def plant_small(root):
    paths = root / "demo", root / "genres", root / "truth.csv"
    draw_set(*paths, seed=1, picture_px=64, wrong_label_share=0.1, counts=COUNTS)
    return root / "demo", read_table(root / "truth.csv", TRUTH_COLUMNS)


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return plant_small(tmp_path_factory.mktemp("planted"))


def read_rows(planted, fault):
    folder, truth = planted
    rows = truth[truth["fault"] == fault]
    assert len(rows), fault
    return [(row.painting, folder / row.painting, row.partner, row.true_style) for row in rows.itertuples()]


def read(path):
    with Image.open(path) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("RGB"), int)


def test_truth_names_every_fault_and_only_files_that_are_there(planted):
    folder, truth = planted
    assert Counter(truth["fault"]) == {
        **{"wrong_label": 5, "exact_copy": 2, "resized_copy": 2, "recompressed_copy": 2, "two_styles": 1},
        **{"truncated": 2, "empty": 1, "not_a_picture": 1, "wrong_extension": 2, "exif_rotated": 2, "junk": 3},
        **dict.fromkeys(("grey", "cmyk", "palette", "sixteen_bit", "animated"), 1),
    }
    assert set(truth["dataset"]) == {"demo"}
    for row in truth.itertuples():
        assert (folder / row.painting).is_file()
        assert not row.partner or (folder / row.partner).is_file()
    # 60 good works, 7 copies, 1 second style, 12 extra pictures (one of them turned) and 3 pieces of junk.
    assert sum(path.is_file() for path in folder.rglob("*")) == 60 + 7 + 1 + 12 + 3


def test_wrong_labels_stay_wrong_after_the_merge_and_touch_no_copy(planted):
    _, truth = planted
    copies = {name for row in truth.itertuples() if row.partner for name in (row.painting, row.partner)}
    for painting, _, partner, true_style in read_rows(planted, "wrong_label"):
        style = painting.split("/")[0]
        assert TASK_LABELS[style] == style
        assert TASK_LABELS[true_style] != TASK_LABELS[style]
        assert partner == "" and painting not in copies
    assert set(truth[truth["fault"] != "wrong_label"]["true_style"]) == {""}


def test_exact_copies_have_the_same_pixels_under_another_title(planted):
    for painting, path, partner, _ in read_rows(planted, "exact_copy"):
        original = planted[0] / partner
        assert path.name != original.name and painting.split("/")[0] == partner.split("/")[0]
        assert np.array_equal(read(path), read(original))
        assert (path.suffix == ".png") or path.read_bytes() == original.read_bytes()
    assert {path.suffix for _, path, _, _ in read_rows(planted, "exact_copy")} == {".jpg", ".png"}


def test_near_copies_are_near(planted):
    for _, path, partner, _ in read_rows(planted, "resized_copy"):
        small, large = read(path), read(planted[0] / partner)
        assert abs(small.shape[0] / large.shape[0] - 0.7) < 0.03
    for _, path, partner, _ in read_rows(planted, "recompressed_copy"):
        copy, original = read(path), read(planted[0] / partner)
        assert copy.shape == original.shape and not np.array_equal(copy, original)
        assert np.abs(copy - original).mean() < 15
        assert path.stat().st_size < (planted[0] / partner).stat().st_size


def test_a_work_in_two_styles_stands_in_two_classes_under_one_name(planted):
    for painting, path, partner, _ in read_rows(planted, "two_styles"):
        assert painting < partner and path.name == partner.split("/")[1]
        assert path.read_bytes() == (planted[0] / partner).read_bytes()
        assert TASK_LABELS[painting.split("/")[0]] != TASK_LABELS[partner.split("/")[0]]


def test_turned_pictures_are_stored_turned_and_one_is_a_copy(planted):
    partners = []
    for _, path, partner, _ in read_rows(planted, "exif_rotated"):
        with Image.open(path) as image:
            assert image.getexif()[0x0112] == 6
            stored = image.size
        shown = read(path)
        assert shown.shape[:2] == stored
        partners.append(partner)
        if partner:
            assert np.abs(shown - read(planted[0] / partner)).mean() < 6
    assert sorted(map(bool, partners)) == [False, True]

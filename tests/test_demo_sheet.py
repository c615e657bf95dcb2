import numpy as np
import pytest
from PIL import Image

from artstyle.demo_set import TASK_LABELS
from artstyle.demo_sheet import draw_sheet, main
from artstyle.errors import UserError

LABELS = sorted(set(TASK_LABELS.values()))


@pytest.fixture
def pictures(tmp_path):
    """One colour a class, three artists; a fourth picture by the first artist is black."""
    folder = tmp_path / "demo"
    for number, label in enumerate(LABELS):
        (folder / label).mkdir(parents=True)
        for artist in ("ada", "bo", "cy"):
            Image.new("RGB", (40, 30), (60 + 20 * number, 90, 200)).save(folder / label / f"{artist}_a.jpg")
        Image.new("RGB", (30, 40)).save(folder / label / "dora_black.jpg")
    return folder


def test_each_class_has_its_column_and_listed_paintings_stay_out(pictures):
    without = {f"{label}/dora_black.jpg" for label in LABELS}
    sheet = np.asarray(draw_sheet(pictures, n_pictures=3, cell_px=20, without=without), int)
    assert sheet.shape == (3 * 26 + 46, 8 * 26 + 6, 3)
    for column in range(8):
        cells = sheet[46:124, 6 + column * 26 : 26 + column * 26]
        for row in range(3):
            cell = cells[row * 26 : row * 26 + 20]
            assert np.abs(cell - (60 + 20 * column, 90, 200)).max() < 8
    assert (sheet[:40] < 128).any()


def test_the_seed_chooses_the_pictures(pictures):
    sheets = [draw_sheet(pictures, n_pictures=1, cell_px=20, seed=seed).tobytes() for seed in (1, 1, 2, 3, 4)]
    assert sheets[0] == sheets[1] and len(set(sheets)) > 1


def test_command_line_writes_a_small_png(pictures, tmp_path):
    truth = tmp_path / "truth.csv"
    truth.write_text("painting\n" + "".join(f"{label}/dora_black.jpg\n" for label in LABELS))
    out = tmp_path / "docs" / "demo.png"
    main(["--pictures", str(pictures), "--truth", str(truth), "--out", str(out)])
    with Image.open(out) as image:
        assert image.format == "PNG" and image.width > 800
        cells = np.asarray(image.convert("RGB"), int)[46:]
    assert (cells.max(axis=2) > 100).all()


def test_a_class_without_pictures_is_named(pictures, tmp_path):
    for path in (pictures / "Rococo").iterdir():
        path.unlink()
    with pytest.raises(UserError, match="holds no picture of Rococo"):
        draw_sheet(pictures)
    with pytest.raises(SystemExit, match=r"demo_sheet: error: .*Rococo"):
        main(["--pictures", str(pictures), "--out", str(tmp_path / "demo.png")])

import os
import subprocess
import sys
from pathlib import Path

import pytest

import draw_demo
from artstyle.errors import UserError
from artstyle.tables import read_table

SECTION = {
    "seed": 1,
    "picture_px": 32,
    "wrong_label_share": 0.05,
    "counts": {"Cubism": 10, "Minimalism": 10, "Pop_Art": 10, "Ukiyo_e": 10},
}


def test_stage_writes_pictures_genres_and_truth(tmp_path):
    draw_demo.main(tmp_path / "demo", tmp_path / "genres", tmp_path / "truth.csv", draw_demo=SECTION)
    assert sorted(path.name for path in (tmp_path / "demo").iterdir()) == [".DS_Store", *SECTION["counts"]]
    assert len(list((tmp_path / "demo").glob("*/*.jpg"))) > 40
    assert sorted(path.name for path in (tmp_path / "genres").iterdir()) == ["genre_class.txt", "genre_list.csv"]
    truth = read_table(tmp_path / "truth.csv")
    assert list(truth) == ["dataset", "painting", "fault", "partner", "true_style"]
    assert (truth["fault"] == "wrong_label").sum() == 2
    assert truth["painting"].is_monotonic_increasing


def test_misspelt_and_missing_parameters_are_named(tmp_path):
    paths = tmp_path / "demo", tmp_path / "genres", tmp_path / "truth.csv"
    with pytest.raises(UserError, match="draw_demo has no parameter 'pixels'"):
        draw_demo.main(*paths, draw_demo=SECTION | {"pixels": 3})
    with pytest.raises(UserError, match=r"draw_demo\.seed is missing"):
        draw_demo.main(*paths, draw_demo={name: value for name, value in SECTION.items() if name != "seed"})


def test_command_line_reports_a_mistake_in_one_line(tmp_path):
    (tmp_path / "params.yaml").write_text("draw_demo: {seed: 1, picture_px: 8, wrong_label_share: 0, counts: {}}\n")
    command = [sys.executable, draw_demo.__file__, "--pictures", "demo", "--genres", "genres", "--truth", "truth.csv"]
    environment = os.environ | {"PYTHONPATH": str(Path(draw_demo.__file__).parent)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert (
        done.stderr
        == "draw_demo: error: params.yaml: draw_demo.picture_px is 8; expected a whole number from 32 to 1024\n"
    )

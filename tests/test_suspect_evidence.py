import numpy as np
import pandas as pd
import pytest
from PIL import Image

import picture_suspects
from artstyle.errors import UserError
from artstyle.suspect_evidence import encode, lay_out
from tiny_run import CLASSES, get_trained_run


def test_every_work_stands_twice_first_for_the_likely_then_for_the_given_label():
    given, likely = np.array([0, 1, 2, 0, 1]), np.array([1, 2, 0, 2, 0])
    first, last = lay_out(given, likely)
    assert first.rows.tolist() == [0, 1, 2, 3, 0, 1, 2, 3]
    assert first.seen_for.tolist() == [1, 2, 0, 2, 0, 1, 2, 0]
    assert first.title.startswith("Ranks 1 to 4:")
    assert (last.rows.tolist(), last.seen_for.tolist()) == ([4, 4], [0, 1])
    assert last.title.startswith("Ranks 5 to 5:")
    assert lay_out(given[:0], likely[:0]) == []


def test_classes_are_encoded_in_the_order_of_the_model():
    assert encode(pd.Series(["b", "a", "b"]), ["a", "b"]).tolist() == [1, 0, 1]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return get_trained_run(tmp_path_factory)


def write_ranked(run, path, n):
    works = pd.read_csv(run.works).head(n)
    likely = [CLASSES[(CLASSES.index(label) + 1) % 3] for label in works["label"]]
    works.assign(likely=likely)[["painting", "artist", "label", "likely", "split"]].to_csv(path, index=False)
    return path


def draw(run, folder, n_ranked, n_suspects):
    ranked = write_ranked(run, folder / "outliers.csv", n_ranked)
    models = (run.phase1, run.phase2, run.phase3, run.metrics3)
    inputs = (run.pack, run.paintings, run.classes, ranked, *models, folder / "sheet.png")
    picture_suspects.main(*inputs, picture_suspects={"n_suspects": n_suspects})
    return Image.open(folder / "sheet.png")


def test_the_sheet_has_a_row_for_every_four_suspects_and_the_same_bytes_again(run, tmp_path):
    five = draw(run, tmp_path, 10, 5)
    again = (tmp_path / "sheet.png").read_bytes()
    four = draw(run, tmp_path, 10, 4)
    assert five.height > 1.5 * four.height
    draw(run, tmp_path, 5, 64)  # fewer works than wanted
    assert (tmp_path / "sheet.png").read_bytes() == again


def test_without_suspects_the_sheet_says_so(run, tmp_path):
    assert draw(run, tmp_path, 0, 5).height > 0


def test_a_number_out_of_range_is_named(run, tmp_path):
    with pytest.raises(UserError, match=r"picture_suspects\.n_suspects is 0"):
        draw(run, tmp_path, 3, 0)

import keras
import numpy as np
import pytest
from PIL import Image

from artstyle import classification
from artstyle.classification import classify
from artstyle.errors import UserError

READING = {"longest_side_px": 64, "min_side_px": 4, "max_megapixels": 1}


def test_a_picture_is_stretched_to_a_square_of_its_own_values(tmp_path):
    pixels = keras.Input((8, 8, 3))
    corners = keras.Model(pixels, keras.ops.concatenate([pixels[:, 0, 0], pixels[:, 7, 7]], axis=-1))
    picture = Image.new("RGB", (40, 10), (10, 20, 30))
    picture.paste((200, 100, 50), (20, 0, 40, 10))  # the right half
    picture.save(tmp_path / "two.png")
    (answer,) = classify(corners, 8, [tmp_path / "two.png"], READING)
    assert answer.shares == pytest.approx([10, 20, 30, 200, 100, 50])


@pytest.fixture
def classifier():
    """Return shares that are the means of the three colours over the picture, divided by their sum."""
    pixels = keras.Input((8, 8, 3))
    means = keras.ops.mean(pixels, axis=(1, 2))
    return keras.Model(pixels, means / keras.ops.sum(means, axis=-1, keepdims=True))


def draw(path, colour, size=(8, 8)):
    Image.new("RGB", size, colour).save(path)
    return path


def test_each_file_has_its_own_answer_though_some_cannot_be_used(classifier, tmp_path, monkeypatch):
    monkeypatch.setattr(classification, "BATCH", 2)
    (tmp_path / "text.jpg").write_text("no picture")
    (tmp_path / "empty.png").touch()
    files = [
        draw(tmp_path / "red.png", (200, 0, 0)),
        tmp_path / "text.jpg",
        tmp_path / "empty.png",
        draw(tmp_path / "tiny.png", (9, 9, 9), (3, 20)),
        draw(tmp_path / "mixed.png", (50, 50, 100), (30, 12)),  # stretched to a square
    ]
    answers = list(classify(classifier, 8, files, READING))
    assert [answer.path for answer in answers] == files
    assert answers[0].shares == pytest.approx([1, 0, 0])
    assert answers[4].shares == pytest.approx([0.25, 0.25, 0.5])
    assert [answer.shares is None for answer in answers] == [False, True, True, True, False]
    problems = [answer.problem.split(":")[0] for answer in answers]
    assert problems == ["", "not_a_picture", "empty", "too_small", ""]


def test_a_wrong_parameter_of_reading_is_named(classifier, tmp_path):
    files = [draw(tmp_path / "red.png", (200, 0, 0))]
    with pytest.raises(UserError, match=r"filter\.reading\.min_side_px"):
        list(classify(classifier, 8, files, {**READING, "min_side_px": 0}))


def test_shares_are_numbers_of_double_precision(classifier, tmp_path):
    (answer,) = classify(classifier, 8, [draw(tmp_path / "red.png", (200, 0, 0))], READING)
    assert answer.shares.dtype == np.float64

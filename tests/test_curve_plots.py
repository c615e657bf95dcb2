import numpy as np
import pytest

from artstyle.curve_plots import draw_precision_recall, measure_average_precision

LABELS = np.array([0, 1, 0, 1])
PROBABILITIES = np.array([[0.9, 0.1, 0], [0.8, 0.2, 0], [0.7, 0.3, 0], [0.1, 0.9, 0]])


def test_average_precision_is_as_computed_by_hand():
    # Class 0 is found first and third: (1 + 2 / 3) / 2; class 1 first and third of its own order; class 2 has no work.
    assert measure_average_precision(LABELS, PROBABILITIES) == pytest.approx([5 / 6, 5 / 6, 0])
    assert measure_average_precision(LABELS[:2], PROBABILITIES[:2]) == pytest.approx([1, 1, 0])


def test_every_class_is_named_with_its_average_precision(tmp_path):
    for name in ("one", "two"):
        draw_precision_recall(tmp_path / f"{name}.svg", LABELS, PROBABILITIES, ["cubism", "pop_art", "cost_$x_$y"])
    text = (tmp_path / "one.svg").read_text(encoding="utf-8")
    assert "pop art: 0.83" in text and "cost $x $y: 0.00 (no works)" in text
    assert text == (tmp_path / "two.svg").read_text(encoding="utf-8")


def test_many_classes_are_cut_to_the_largest(tmp_path):
    labels = np.repeat(np.arange(40), np.arange(40))
    draw_precision_recall(tmp_path / "many.svg", labels, np.eye(40)[labels], [f"artist {i}" for i in range(40)])
    text = (tmp_path / "many.svg").read_text(encoding="utf-8")
    assert "artist 39: 1.00" in text and "artist 5:" not in text

import numpy as np
import pandas as pd

from artstyle.gallery import choose_confused, choose_predictions, split_evidence
from artstyle.gallery_plots import draw_sheet
from artstyle.predictions import Predictions

NAMES = ["cubism", "pop_art", "cost_$x_and_$y"]
# given, predicted, confidence
WORKS = [(0, 0, 0.9), (0, 0, 0.6), (0, 1, 0.7), (0, 1, 0.8), (1, 1, 0.95), (1, 0, 0.5), (2, 2, 0.55), (0, 1, 0.6)]


def make(works=WORKS) -> Predictions:
    labels, predicted, confidence = (np.array(column) for column in zip(*works, strict=True))
    others = (1 - confidence) / 2
    probabilities = np.where(predicted[:, None] == np.arange(3), confidence[:, None], others[:, None])
    table = pd.DataFrame({"painting": [f"{i}.jpg" for i in range(len(works))]})
    return Predictions(table, labels, probabilities, NAMES)


def test_right_and_wrong_works_are_chosen_by_class_and_confidence():
    chosen = {tiles.title: tiles.rows.tolist() for tiles in choose_predictions(make())}
    assert chosen == {
        "Right, the surest of each class": [0, 4, 6],
        "Right, the least sure of each class": [1, 4, 6],
        "Wrong, the surest of each class": [3, 5],
        "Wrong, the surest of the others": [2, 7],
    }
    assert choose_predictions(make())[2].seen_for.tolist() == [1, 0]


def test_confused_pairs_stand_beside_right_works_of_the_predicted_class():
    first, second = choose_confused(make())
    assert first.title == "3 of 5 works of cubism called pop art; last, works rightly called pop art"
    assert first.rows.tolist() == [3, 2, 7, 4] and first.seen_for.tolist() == [1, 1, 1, 1]
    assert second.rows.tolist() == [5, 0, 1]
    assert choose_confused(make([(0, 0, 0.9)])) == []


def test_evidence_is_asked_for_both_classes_of_a_pair():
    tiles = split_evidence(make(), choose_confused(make()))[0]
    assert tiles.rows.tolist() == [3, 2, 7, 3, 2, 7]
    assert tiles.seen_for.tolist() == [1, 1, 1, 0, 0, 0]


def test_the_order_of_rows_decides_nothing():
    part = make([(0, 1, 0.7)] * 12)
    order = np.random.default_rng(0).permutation(12)
    table = part.table.iloc[order].reset_index(drop=True)
    turned = Predictions(table, part.labels[order], part.probabilities[order], NAMES)
    for choose in (choose_predictions, choose_confused):
        for one, other in zip(choose(part), choose(turned), strict=True):
            assert part.table["painting"][one.rows].tolist() == turned.table["painting"][other.rows].tolist()


def test_sheets_are_png_and_the_same_bytes_each_time(tmp_path):
    part = make()
    random = np.random.default_rng(0)
    pictures = {name: random.integers(0, 255, (16, 16, 3)).astype(np.uint8) for name in part.table["painting"]}
    tiles = choose_predictions(part)
    heat = [random.uniform(0, 1, (len(row.rows), 2, 2)) for row in tiles]
    for name, maps in (("a", None), ("b", None), ("heat", heat)):
        draw_sheet(tmp_path / f"{name}.png", "Title", tiles, part, pictures, maps)
    a, b, heat = ((tmp_path / f"{name}.png").read_bytes() for name in ("a", "b", "heat"))
    assert a == b != heat and a.startswith(b"\x89PNG")
    draw_sheet(tmp_path / "none.png", "Title", [], part, pictures)
    assert (tmp_path / "none.png").is_file()

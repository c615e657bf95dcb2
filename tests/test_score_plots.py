import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pandas as pd
import pytest

from artstyle.score_plots import (
    draw_confusion,
    draw_per_class_f1,
    draw_reliability,
    draw_training_curves,
    tabulate_classes,
    tabulate_confusion,
)
from artstyle.scores import count_confusions, score_predictions

NAMES = ["cubism", "pop_art", "cost_$x_and_$y"]
LABELS = np.array([0, 0, 1, 1, 2, 0])
PROBABILITIES = np.array(
    [[0.7, 0.2, 0.1], [0.3, 0.6, 0.1], [0.1, 0.8, 0.1], [0.2, 0.5, 0.3], [0.5, 0.3, 0.2], [1, 0, 0]]
)


def draw_all(folder):
    folder.mkdir()
    predicted = PROBABILITIES.argmax(1)
    draw_confusion(folder / "confusion.svg", count_confusions(LABELS, predicted, 3), NAMES)
    draw_per_class_f1(folder / "f1.svg", score_predictions(LABELS, PROBABILITIES, NAMES))
    history = pd.DataFrame({"step": [0, 1, 0], "phase": ["phase1", "phase1", "phase2"], "loss": [2.0, 1.0, 0.5]})
    draw_training_curves(folder / "curves.svg", history.assign(val_loss=[2.1, 1.2, 0.9]), "loss", label="loss, nats")
    draw_reliability(folder / "reliability.svg", {"before": (LABELS, PROBABILITIES), "after": (LABELS, PROBABILITIES)})
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_figures_are_svg_and_the_same_bytes_each_time(tmp_path):
    first = draw_all(tmp_path / "first")
    assert set(first) == {"confusion.svg", "f1.svg", "curves.svg", "reliability.svg"}
    for content in first.values():
        assert ElementTree.fromstring(content).tag.endswith("svg")
        assert b"<dc:date>" not in content
    assert draw_all(tmp_path / "second") == first


def test_figures_change_with_the_data(tmp_path):
    for name, counts in (("a", np.eye(3, dtype=int)), ("b", np.ones((3, 3), int))):
        draw_confusion(tmp_path / f"{name}.svg", counts, NAMES)
    assert (tmp_path / "a.svg").read_bytes() != (tmp_path / "b.svg").read_bytes()


def test_many_classes_and_an_empty_row_can_be_drawn(tmp_path):
    counts = np.diag(np.arange(80))
    names = [f"artist {i}" for i in range(80)]
    draw_confusion(tmp_path / "confusion.svg", counts, names)
    labels = np.repeat(np.arange(80), np.arange(80))
    scores = score_predictions(labels, np.eye(80)[labels], names)
    draw_per_class_f1(tmp_path / "f1.svg", scores)
    text = (tmp_path / "f1.svg").read_text(encoding="utf-8")
    assert "artist 79" in text and "artist 5 " not in text


def test_tables_for_dvc_are_tidy():
    confusions = tabulate_confusion(LABELS, PROBABILITIES.argmax(1), NAMES)
    assert confusions.values.tolist()[1] == ["cubism", "pop_art"]
    assert len(confusions) == len(LABELS)
    classes = tabulate_classes(score_predictions(LABELS, PROBABILITIES, NAMES))
    assert list(classes.columns) == ["class", "metric", "value"]
    assert len(classes) == 3 * 4
    assert classes.query("`class` == 'pop_art' and metric == 'recall'")["value"].tolist() == [1.0]


@pytest.mark.parametrize("n", [1, 2, 3])
def test_the_title_of_the_reliability_plot_is_inside_the_figure(tmp_path, n):
    draw_reliability(tmp_path / "r.svg", {f"curve {i}": (LABELS, PROBABILITIES) for i in range(n)}, title="Title")
    text = (tmp_path / "r.svg").read_text(encoding="utf-8")
    baseline = float(re.search(r"<!-- Title -->\s*<g transform=\"translate\([\d.]+ (-?[\d.]+)\)", text).group(1))
    assert baseline > 12  # points below the upper edge; letters are 12 points high


@pytest.mark.parametrize("epochs", [(27, 2, 1), (3, 3, 3), (30, 1, 1), (1, 1, 1), (8, 1, 8), (40, 4, 1)])
def test_names_of_short_phases_do_not_run_into_each_other(tmp_path, epochs):
    phases = [f"phase_{i + 1}" for i, n in enumerate(epochs) for _ in range(n)]
    history = pd.DataFrame({"phase": phases, "loss": np.ones(len(phases))})
    draw_training_curves(tmp_path / "c.svg", history, "loss", title="Title")
    text = (tmp_path / "c.svg").read_text(encoding="utf-8")
    found = re.findall(r"<!-- (phase \d|Title) -->\s*<g transform=\"translate\(([\d.]+) (-?[\d.]+)\)", text)
    assert [name for name, _, _ in found] == ["phase 1", "phase 2", "phase 3", "Title"]
    places = [(float(x), float(y)) for _, x, y in found]
    for i, (x, y) in enumerate(places[:3]):
        for later_x, later_y in places[i + 1 : 3]:  # a name is about 41 points wide and 10 high
            assert abs(later_x - x) > 41 or abs(later_y - y) > 10
        assert places[3][1] < y - 10  # the title is above all of them

import numpy as np
import pandas as pd
import pytest

from artstyle.class_styles import style_line, style_marker
from artstyle.landscape import choose_works, draw_landscape, project_features


def make_groups(n=30):
    random = np.random.default_rng(0)
    group = np.arange(n) % 3
    return random.normal(0, 0.1, (n, 8)) + 5 * np.eye(8)[group], group


def test_works_that_are_alike_lie_together_and_the_seed_decides():
    features, group = make_groups()
    places = project_features(features, 1)
    assert places.shape == (30, 2)
    distances = np.linalg.norm(places[:, None] - places[None], axis=2) + 1e9 * np.eye(30)
    assert (group[distances.argmin(axis=1)] == group).all()
    np.testing.assert_array_equal(project_features(features, 1), places)


@pytest.mark.parametrize("n", [1, 2, 4, 5])
def test_few_works_and_constant_columns_have_a_place(n):
    features = np.column_stack([np.arange(n, dtype=float), np.ones(n)])
    places = project_features(features, 1)
    assert places.shape == (n, 2) and np.isfinite(places).all()


@pytest.mark.parametrize("features", [np.arange(12.0)[:, None], np.zeros((12, 5)), np.ones((12, 1))])
def test_one_column_and_works_that_are_all_alike_have_a_place(features):
    places = project_features(features, 1)
    assert places.shape == (12, 2) and np.isfinite(places).all()


def test_works_are_drawn_once_each():
    chosen = choose_works(50, seed=1, most=20)
    assert len(set(chosen)) == 20 and (np.diff(chosen) > 0).all() and chosen.max() < 50
    assert choose_works(5, seed=1).tolist() == [0, 1, 2, 3, 4]


def test_the_picture_names_every_class_with_its_works(tmp_path):
    places = pd.DataFrame({"class": ["a", "b", "b"], "x": [0.0, 1, 2], "y": [0.0, 1, 0]})
    for name in ("one", "two"):
        draw_landscape(tmp_path / f"{name}.svg", places, ["a", "b", "c_$d$"])
    text = (tmp_path / "one.svg").read_text(encoding="utf-8")
    assert "b (2)" in text and "c $d$ (0)" in text
    assert text == (tmp_path / "two.svg").read_text(encoding="utf-8")


def test_beyond_24_classes_the_smaller_ones_are_grey_and_share_a_line_of_the_legend(tmp_path):
    names = [f"artist_{i}" for i in range(30)]
    places = pd.DataFrame({"class": names + names[5:29], "x": 0.0, "y": 1.0})
    draw_landscape(tmp_path / "many.svg", places, names)
    text = (tmp_path / "many.svg").read_text(encoding="utf-8")
    assert "artist 28 (2)" in text and "artist 29" not in text and "artist 0 " not in text
    assert "others (6)" in text


def test_no_two_classes_look_the_same():
    assert len({style_marker(place) for place in range(64)}) == 64
    assert len({style_marker(place)[0] for place in range(8)}) == 8
    assert len({style_marker(place)[1] for place in range(8)}) == 8
    assert len({style_line(place) for place in range(24)}) == 24

from collections import Counter

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from artstyle.demo_artists import ARTISTS
from artstyle.demo_set import TASK_LABELS
from artstyle.demo_works import PAINTERS, Catalogue, Work, draw_work


def plan(style, count, seed=1):
    catalogue = Catalogue(seed)
    return [catalogue.plan_work(style) for _ in range(count)]


@pytest.mark.parametrize("style", PAINTERS)
def test_works_are_drawn_in_their_size_and_always_the_same(style):
    work, other = plan(style, 2)
    image = draw_work(work, picture_px=64, seed=1)
    assert image.mode == "RGB" and max(image.size) == 64
    assert image.tobytes() == draw_work(work, picture_px=64, seed=1).tobytes()
    assert image.tobytes() != draw_work(other, picture_px=64, seed=1).tobytes()
    assert image.tobytes() != draw_work(work, picture_px=64, seed=2).tobytes()


def test_formats_vary():
    sizes = [draw_work(work, picture_px=40, seed=1).size for work in plan("Minimalism", 30)]
    assert {"wide": any(w > h for w, h in sizes), "tall": any(w < h for w, h in sizes)} == {"wide": True, "tall": True}
    assert len(set(sizes)) >= 5


def test_each_artist_has_two_works_before_some_have_many():
    artists = ARTISTS["Cubism"]
    counts = Counter(work.artist for work in plan("Cubism", 110))
    assert min(counts[artist] for artist in artists) >= 2
    assert max(counts.values()) > 2 * min(counts.values())
    assert set(Counter(work.artist for work in plan("Cubism", 2 * len(artists))).values()) == {2}


def test_names_are_unique_and_as_odd_as_real_ones():
    catalogue = Catalogue(1)
    works = [catalogue.plan_work(style) for style in PAINTERS for _ in range(90)]
    names = [work.name for work in works]
    assert len(set(names)) == len(names)
    assert any(name.count("_") > 1 for name in names)
    assert any(not name.isascii() for name in names)
    assert any(name.endswith("(1)") for name in names)
    assert all(name.split("_")[0] == work.artist for name, work in zip(names, works, strict=True))


def test_a_new_title_is_free_and_leaves_the_rest_alone():
    catalogue = Catalogue(1)
    work = catalogue.plan_work("Rococo")
    copies = [catalogue.retitle_work(work, np.random.default_rng(0)) for _ in range(3)]
    assert len({work.title, *(copy.title for copy in copies)}) == 4
    assert {(copy.style, copy.artist, copy.kind) for copy in copies} == {(work.style, work.artist, work.kind)}


def test_names_are_composed_unicode():
    assert Work("Fauvism", "zoe\u0308-havelaar", "l'e\u0301te\u0301", "landscape").name == "zoë-havelaar_l'été"


@pytest.fixture(scope="module")
def task():
    """Mean colours, texture statistics and classes of a small set, skewed like the default one."""
    counts = {style: 8 for style in TASK_LABELS} | {"Impressionism": 36, "Abstract_Expressionism": 36, "Cubism": 28}
    works = [work for style, count in counts.items() for work in plan(style, count)]
    pixels = [np.asarray(draw_work(work, picture_px=64, seed=1), np.float32) for work in works]
    return pixels, np.array([TASK_LABELS[work.style] for work in works])


def score(features, labels):
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    return cross_val_score(
        model, np.array(features), labels, cv=StratifiedKFold(5, shuffle=True, random_state=0)
    ).mean()


def test_mean_colour_does_not_give_the_style_away(task):
    pixels, labels = task
    assert score([picture.mean(axis=(0, 1)) for picture in pixels], labels) < 0.6


def test_texture_tells_more_about_the_style_than_mean_colour(task):
    pixels, labels = task
    texture = []
    for picture in pixels:
        grey = picture.mean(axis=2)
        steps = [np.abs(np.diff(grey, n=order, axis=axis)) for order in (1, 2) for axis in (0, 1)]
        texture.append([value for step in steps for value in (step.mean(), step.std(), np.median(step))])
    by_colour = score([picture.mean(axis=(0, 1)) for picture in pixels], labels)
    assert score(texture, labels) > by_colour + 0.15

import base64
import io
import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from artstyle.review_page import encode_thumbnail, write_page

EVIL = '<script>alert("x")</script>&\'"/a,b_c{rank}.jpg'
VOID = {"meta", "img", "input", "br"}


class Page(HTMLParser):
    """Collects elements with their attributes and texts, and checks that every tag is closed in order."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.stack = [], []
        self.feed(text)
        assert self.stack == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), []))
        if tag not in VOID:
            self.stack.append((tag, self.elements[-1]))

    def handle_endtag(self, tag):
        assert self.stack.pop()[0] == tag

    def handle_data(self, data):
        if self.stack:
            self.stack[-1][1][2].append(data)

    def all(self, tag, **attributes):
        return [(a, "".join(t)) for name, a, t in self.elements if name == tag and attributes.items() <= a.items()]


def make_suspects(n=3, side=(20, 30)):
    height, width = side
    table = {
        "rank": np.arange(1, n + 1),
        "painting": [EVIL, *(f"Rococo/a_{i}.jpg" for i in range(1, n))],
        "label": ["pop_art", *["rococo"] * (n - 1)],
        "likely": ["rococo", *["pop_art"] * (n - 1)],
        "conflict": [1, *[0] * (n - 1)],
        **{name: np.linspace(0.9, 0.1, n) for name in ("self_confidence", "isolation_forest", "combined")},
        **{f"reason_{i}": [f"reason <{i}>", *[""] * (n - 1)] for i in (1, 2, 3)},
        "offset": np.arange(n) * height * width * 3,
        "pack_height_px": height,
        "pack_width_px": width,
    }
    return pd.DataFrame(table), np.random.default_rng(0).integers(0, 255, n * height * width * 3).astype(np.uint8)


@pytest.fixture
def text(tmp_path):
    write_page(tmp_path / "review.html", *make_suspects(), ["pop_art", "rococo</script>"], "my <set>")
    return (tmp_path / "review.html").read_text(encoding="utf-8")


def test_every_suspect_has_picture_styles_reasons_and_choices(text):
    page = Page(text)
    works = page.all("article")
    assert [attributes["data-painting"] for attributes, _ in works] == [EVIL, "Rococo/a_1.jpg", "Rococo/a_2.jpg"]
    assert [attributes["data-label"] for attributes, _ in works] == ["pop_art", "rococo", "rococo"]
    assert all(attributes["tabindex"] == "0" for attributes, _ in works)
    for action in ("keep", "relabel", "drop"):
        assert len(page.all("button", **{"data-action": action, "aria-pressed": "false"})) == 3
    assert [words for _, words in page.all("li")] == ["reason <1>", "reason <2>", "reason <3>"]
    images = page.all("img")
    assert len(images) == 3 and all(attributes["alt"].startswith("Picture ") for attributes, _ in images)
    assert page.all("h2")[0][1] == f"1. {EVIL}"


def test_names_cannot_become_markup_or_script(text):
    page = Page(text)
    assert len(page.all("script")) == 2
    assert json.loads(page.all("script", id="classes")[0][1]) == ["pop_art", "rococo</script>"]
    assert "alert(" not in re.sub(r"&lt;script&gt;.*?&lt;/script&gt;", "", text)
    assert page.all("title")[0][1].endswith("my <set>")


def test_nothing_is_loaded_from_anywhere(text):
    assert not re.search(r"https?:|//[a-z]+\.|@import|url\(", text)
    policy = Page(text).all("meta", **{"http-equiv": "Content-Security-Policy"})[0][0]["content"]
    assert policy.startswith("default-src 'none'")
    for attributes, _ in Page(text).all("img"):
        assert attributes["src"].startswith("data:image/jpeg;base64,")


def test_every_form_element_has_a_name(text):
    page = Page(text)
    ids = [attributes["id"] for _, attributes, _ in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for attributes, _ in page.all("select"):
        assert "aria-label" in attributes or attributes["id"] in ("given", "likely", "choice")
    for attributes, _ in page.all("article"):
        assert attributes["aria-labelledby"] in ids
    # Everything that the script looks up is there.
    assert set(re.findall(r'find\("(\w+)"\)', text)) <= set(ids)


def test_thumbnails_fit_into_160_px_and_show_the_picture():
    height, width = 100, 400
    pack = np.concatenate([np.zeros(7, np.uint8), np.tile(np.array([200, 10, 10], np.uint8), height * width)])
    encoded, size = encode_thumbnail(pack, {"offset": 7, "pack_height_px": height, "pack_width_px": width})
    picture = Image.open(io.BytesIO(base64.b64decode(encoded)))
    assert picture.size == size == (160, 40)
    assert np.abs(np.asarray(picture, int) - [200, 10, 10]).max() < 12


def test_choices_belong_to_the_list_they_were_made_for(tmp_path):
    keys = []
    suspects, pack = make_suspects()
    for table, dataset in ((suspects, "a"), (suspects, "a"), (suspects, "b"), (suspects[:2], "a")):
        write_page(tmp_path / "review.html", table, pack, ["pop_art", "rococo"], dataset)
        page = Page((tmp_path / "review.html").read_text(encoding="utf-8"))
        keys.append(page.all("main")[0][0]["data-key"])
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3

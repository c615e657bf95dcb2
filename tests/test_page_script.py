"""What the review page does with clicks, keys and the browser's storage: its script, run on a page of made-up works."""

import json

import pandas as pd
import pytest
from py_mini_racer import MiniRacer

from artstyle.corrections import read_corrections
from artstyle.page_script import SCRIPT

CLASSES = ["cubism", "impressionism"]
WORKS = ["Cubism/ann_one.jpg", '=Cubism/"b", c_two.jpg', "Cubism/rené_three.jpg"]
# As much of a browser as the script asks for; `stored` is what the browser keeps, `blocked` that it keeps nothing.
BROWSER = """
const stored = {}, heard = {};
let blocked = false;
const refuse = () => { if (blocked) throw new Error("blocked"); };
const localStorage = {
  getItem: (key) => { refuse(); return key in stored ? stored[key] : null; },
  setItem: (key, text) => { refuse(); stored[key] = text; },
};
const element = (fields) => ({ dataset: {}, hidden: false, value: "", textContent: "", style: {}, options: [],
  listeners: {}, attributes: {}, focus() {}, add(option) { this.options.push(option.value); },
  setAttribute(name, text) { this.attributes[name] = text; },
  addEventListener(name, does) { this.listeners[name] = does; },
  querySelectorAll: () => [], querySelector: () => null, closest: () => null, matches: () => false, ...fields });
const makeWork = (painting) => {
  const select = element(), buttons = ["keep", "relabel", "drop"].map((action) => element({ dataset: { action } }));
  const work = element({ dataset: { painting, label: "cubism", likely: "impressionism" }, select, buttons,
    querySelector: () => select, querySelectorAll: (what) => (what === "button" ? buttons : [element({ textContent:
    painting })]), closest: () => work });
  for (const button of buttons) button.closest = (what) => (what === "button" ? button : work);
  return work;
};
const ids = {}, articles = PAINTINGS.map(makeWork);
const mainElement = element({ dataset: { key: "review-1" }, querySelectorAll: () => articles });
const document = element({ querySelector: () => mainElement, createElement: () => element(),
  getElementById: (id) => (ids[id] ??= element({ textContent: JSON.stringify(CLASSES), hidden: id === "kept" })) });
class Option { constructor(words, value) { this.value = value; } }
const addEventListener = (name, does) => { heard[name] = does; };
const confirm = () => true;
const press_key = (i, key, fields) => document.listeners.keydown({ target: articles[i], key, preventDefault() {},
  ...fields });
const click = (i, action) => mainElement.listeners.click({ target: articles[i].buttons.find((button) =>
  button.dataset.action === action) });
"""


class Page:
    """The page in one tab; tabs of one `storage` are of one browser."""

    def __init__(self, storage: dict[str, str], blocked: bool = False):
        self.engine, self.storage = MiniRacer(), storage
        given = f"const PAINTINGS = {json.dumps(WORKS)}, CLASSES = {json.dumps(CLASSES)};"
        # Both in one go: names that the page itself declares are not seen from outside otherwise.
        start = f"Object.assign(stored, {json.dumps(storage)}); blocked = {json.dumps(blocked)};"
        self.engine.eval(f"{given}{BROWSER}{start}{SCRIPT}")

    def run(self, code: str) -> str:
        """Run something on the page, with the storage as other tabs left it."""
        self.engine.eval(f"Object.assign(stored, {json.dumps(self.storage)}); {code}; 0")
        self.storage.update(json.loads(self.engine.eval("JSON.stringify(stored)")))
        return self.engine.eval("table()")

    def choices(self) -> list[str]:
        return json.loads(self.engine.eval("JSON.stringify(articles.map((work) => work.dataset.choice))"))


def test_choices_are_read_back_as_corrections_whatever_the_names(tmp_path):
    page = Page({})
    for code in ('click(0, "keep")', 'click(1, "relabel")', 'click(2, "drop")'):
        table = page.run(code)
    (tmp_path / "mine.csv").write_text(table, encoding="utf-8", newline="")
    decisions = read_corrections(tmp_path / "mine.csv", pd.Series(WORKS), CLASSES)
    assert decisions.to_numpy().tolist() == [
        [WORKS[0], "keep", "cubism"], [WORKS[1], "relabel", "impressionism"], [WORKS[2], "drop", ""]
    ]  # fmt: skip


@pytest.mark.parametrize(("key", "action"), [("k", "keep"), ("r", "relabel"), ("d", "drop")])
def test_keys_choose_and_take_back(key, action):
    page = Page({})
    page.run(f'press_key(1, "{key}")')
    assert page.choices() == ["", action, ""]
    page.run(f'press_key(1, "{key}", {{ repeat: true }})')
    page.run(f'press_key(1, "{key}", {{ ctrlKey: true }})')
    assert page.choices() == ["", action, ""]
    page.run(f'press_key(1, "{key}")')
    assert page.choices() == ["", "", ""]


def test_choices_are_there_again_when_the_page_is_opened_again():
    storage = {}
    Page(storage).run('click(1, "drop")')
    assert Page(storage).choices() == ["", "drop", ""]


def test_a_page_that_is_open_twice_loses_no_choice():
    storage = {}
    first, second = Page(storage), Page(storage)
    first.run('click(0, "keep")')
    second.run('click(1, "drop")')  # without having heard of the other
    assert second.choices() == ["", "drop", ""] and Page(storage).choices() == ["keep", "drop", ""]
    first.run("heard.storage()")
    assert first.choices() == ["keep", "drop", ""]
    first.run('click(0, "keep")')  # taken back in one, gone in both
    second.run("heard.storage()")
    assert second.choices() == ["", "drop", ""]


def test_a_browser_that_keeps_nothing_is_told_and_choices_last_as_long_as_the_page():
    storage = {}
    page = Page(storage, blocked=True)
    page.run('click(0, "keep")')
    table = page.run('click(2, "drop")')
    assert table == "painting,action,label\nCubism/ann_one.jpg,keep,cubism\nCubism/rené_three.jpg,drop,\n"
    assert page.engine.eval('ids["kept"].hidden') is False and storage == {}


def test_forgotten_choices_are_gone():
    storage = {}
    page = Page(storage)
    page.run('click(0, "keep")')
    page.run("ids.forget.listeners.click()")
    assert page.choices() == ["", "", ""] and Page(storage).choices() == ["", "", ""]

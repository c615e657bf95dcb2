"""Styles become classes as the map says; a misspelt style is an error; a work in two classes is a conflict."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from artstyle.errors import UserError
from artstyle.style_maps import choose_map, complete_map, label_works, list_styles, map_styles

WIKIART_FOLDERS = [
    "Abstract_Expressionism", "Action_painting", "Analytical_Cubism", "Art_Nouveau_Modern", "Baroque",
    "Color_Field_Painting", "Contemporary_Realism", "Cubism", "Early_Renaissance", "Expressionism", "Fauvism",
    "High_Renaissance", "Impressionism", "Mannerism_Late_Renaissance", "Minimalism", "Naive_Art_Primitivism",
    "New_Realism", "Northern_Renaissance", "Pointillism", "Pop_Art", "Post_Impressionism", "Realism", "Rococo",
    "Romanticism", "Symbolism", "Synthetic_Cubism", "Ukiyo_e",
]  # fmt: skip
PARAMETERS = Path(__file__).parents[1] / "params.yaml"


def make_paintings(*rows):
    columns = ["painting", "style", "other_styles", "artist", "genre"]
    table = pd.DataFrame([(*row, "", "")[:5] for row in rows], columns=columns)
    return table.assign(family=table["painting"])


def test_merge_rename_drop_and_keep():
    paintings = make_paintings(
        ("a", "pointillism", ""), ("b", "impressionism", ""), ("c", "naive", ""), ("d", "rococo", "")
    )
    styles = complete_map({"pointillism": "impressionism", "naive": None}, "m", list_styles(paintings))
    works = map_styles(paintings, styles)
    assert works["painting"].tolist() == ["a", "b", "d"]
    assert works["label"].tolist() == ["impressionism", "impressionism", "rococo"]
    assert works["style"].tolist() == ["pointillism", "impressionism", "rococo"]
    assert works["conflict"].tolist() == [0, 0, 0]


@pytest.mark.parametrize("value", ["cubism", None])
def test_a_style_that_no_picture_has_is_an_error(value):
    with pytest.raises(UserError, match=r"style_maps\.mine names cubsim, .*\(styles at hand: cubism, rococo\).*as_is"):
        complete_map({"cubsim": value, "cubism": "cubism"}, "mine", ["cubism", "rococo"])


def test_many_unknown_styles_are_one_line():
    with pytest.raises(UserError, match="names x1 and 2 more, but") as caught:
        complete_map({"x3": "a", "x1": None, "x2": "a"}, "mine", ["cubism"])
    assert "\n" not in str(caught.value)


def test_second_styles_are_at_hand():
    assert list_styles(make_paintings(("a", "b", "d;c"), ("e", "b", ""))) == ["b", "c", "d"]


@pytest.mark.parametrize("value", [3, True, "", "  ", " cubism", ["cubism"], {"a": "b"}])
def test_a_class_must_be_a_name_or_null(value):
    with pytest.raises(UserError, match=r"style_maps\.mine\.fauvism is .*; expected"):
        choose_map({"mine": {"fauvism": value}}, "mine")


def test_a_style_must_be_text():
    with pytest.raises(UserError, match=r"style_maps\.mine\.False: the style False is not text"):
        choose_map({"mine": yaml.safe_load("no: cubism")}, "mine")


@pytest.mark.parametrize(
    ("style_maps", "message"),
    [
        ({"as_is": {}}, "style_map is 'mine'; allowed: as_is"),
        ({"mine": None}, r"style_maps\.mine must be a map"),
        ([], "style_maps must be a map"),
    ],
)
def test_the_map_must_exist(style_maps, message):
    with pytest.raises(UserError, match=message):
        choose_map(style_maps, "mine")


def test_two_styles_of_one_class_are_no_conflict():
    works = map_styles(make_paintings(("a", "x", "y")), {"x": "one", "y": "one"})
    assert works[["label", "style", "conflict"]].values.tolist() == [["one", "x", 0]]


def test_a_work_in_two_classes_is_a_conflict_with_either_label():
    paintings = make_paintings(*[(f"p{i}", "x", "y") for i in range(100)])
    works = map_styles(paintings, {"x": "one", "y": "two"})
    assert works["conflict"].all()
    assert 25 < (works["label"] == "two").sum() < 75
    assert (works["style"] == works["label"].map({"one": "x", "two": "y"})).all()


def test_the_label_of_a_conflict_does_not_depend_on_the_order_of_rows_or_styles():
    paintings = make_paintings(*[(f"p{i}", "x", "y") for i in range(40)])
    turned = make_paintings(*[(f"p{i}", "y", "x") for i in reversed(range(40))])
    styles = {"x": "one", "y": "two"}
    once = map_styles(paintings, styles).set_index("painting")["label"]
    again = map_styles(turned, styles).set_index("painting")["label"]
    assert once.to_dict() == again.to_dict()


def test_a_style_left_out_is_a_different_thing():
    works = map_styles(make_paintings(("a", "x", "y"), ("b", "y", "x"), ("c", "y", "")), {"x": "one", "y": None})
    assert works[["painting", "label", "style", "conflict"]].values.tolist() == [
        ["a", "one", "x", 1],
        ["b", "one", "x", 1],
    ]


def test_a_work_whose_styles_are_all_left_out_is_gone():
    assert map_styles(make_paintings(("a", "x", "y")), {"x": None, "y": None}).empty


def test_label_by_genre_leaves_out_works_without_one():
    paintings = make_paintings(("a", "x", "", "ann", "portrait"), ("b", "x", "", "bob", ""))
    works = map_styles(paintings, {"x": "x"})
    assert label_works(works, "genre")[["painting", "label"]].values.tolist() == [["a", "portrait"]]
    assert label_works(works, "artist")["label"].tolist() == ["ann", "bob"]
    assert label_works(works, "style")["label"].tolist() == ["x", "x"]


def test_no_genre_at_all_names_the_parameter():
    works = map_styles(make_paintings(("a", "x", "")), {"x": "x"})
    with pytest.raises(UserError, match="target is 'genre', but none of the 1 works has one; parameter 'genres'"):
        label_works(works, "genre")


def test_an_unknown_target_is_named():
    with pytest.raises(UserError, match="target is 'colour'; allowed: style, genre, artist"):
        label_works(map_styles(make_paintings(("a", "x", "")), {"x": "x"}), "colour")


def test_the_shipped_maps_fit_the_folders_of_wikiart():
    style_maps = yaml.safe_load(PARAMETERS.read_text(encoding="utf-8"))["style_maps"]
    on_disk = sorted(folder.lower() for folder in WIKIART_FOLDERS)
    full = complete_map(choose_map(style_maps, "wikiart8"), "wikiart8", on_disk)
    assert sorted(style_maps["wikiart8"]) == on_disk
    assert set(full.values()) - {None} == {
        "abstract", "color_field_painting", "cubism", "expressionism",
        "impressionism", "realism", "renaissance", "romanticism",
    }  # fmt: skip
    assert sorted(style for style in full if full[style] == "renaissance") == [
        "early_renaissance", "high_renaissance", "northern_renaissance",
    ]  # fmt: skip
    assert len(style_maps["wikiart10"]) == 10
    assert {style for style, name in style_maps["wikiart10"].items() if name != style} == {
        "pointillism", "naive_art_primitivism",
    }  # fmt: skip


@pytest.mark.parametrize("target", ["style", "genre"])
def test_a_class_that_is_called_like_a_column_of_the_predictions_is_refused(target):
    works = map_styles(make_paintings(("a", "x", "", "ann", "painting")), {"x": "label"})
    name = {"style": "label", "genre": "painting"}[target]
    with pytest.raises(UserError, match=f"the {target} '{name}' cannot be a class: .*rename it"):
        label_works(works, target)

"""Stage merge_sample: files in, files out."""

import json

import pandas as pd
import pytest

import merge_sample
from artstyle.errors import UserError
from artstyle.tables import write_table
from made_works import make_paintings

ROWS = [("cubism", "a", 9), ("cubism", "b", 4), ("fauvism", "c", 5), ("pointillism", "d", 3), ("naive", "e", 6)]
MAPS = {"as_is": {}, "mine": {"pointillism": "fauvism", "naive": None}}


def make_list(**changes):
    paintings = make_paintings(ROWS)
    paintings.loc[paintings["style"].eq("cubism") & paintings["painting"].str.endswith("a_002.jpg"), "other_styles"] = (
        "naive"
    )
    return paintings.assign(**changes)


def run(
    tmp_path,
    paintings,
    n=None,
    strategy="max",
    min_works=2,
    style_map="mine",
    target="style",
    decisions=(),
    unlabelled="none",
    **maps,
):
    write_table(tmp_path / "paintings.csv", paintings)
    write_table(tmp_path / "mine.csv", pd.DataFrame(decisions, columns=["painting", "action", "label"]))
    names = ("works.csv", "classes.json", "metrics.json", "counts.csv", "counts.svg")
    merge_sample.main(
        tmp_path / "paintings.csv",
        tmp_path / "mine.csv",
        *(tmp_path / "out" / name for name in names),
        merge_sample={"n": n, "strategy": strategy, "min_works": min_works},
        style_map=style_map,
        style_maps={**MAPS, **maps},
        unlabelled=unlabelled,
        target=target,
        seed=11,
    )
    works = pd.read_csv(tmp_path / "out" / "works.csv", keep_default_na=False)
    return works, *(json.loads((tmp_path / "out" / name).read_text()) for name in names[1:3])


def test_merged_sampled_and_counted(tmp_path, capsys):
    works, classes, metrics = run(tmp_path, make_list(), n=6)
    assert works.columns.tolist() == [
        "painting", "label", "style", "artist", "genre", "family", "conflict", "sampled", "n_draws",
    ]  # fmt: skip
    assert classes == ["cubism", "fauvism"]
    assert works["painting"].tolist() == sorted(works["painting"])
    assert works[works["conflict"] == 1][["label", "sampled", "n_draws"]].values.tolist() == [["cubism", 0, 0]]
    assert metrics["classes"]["fauvism"] == {"available": 8, "sampled": 6, "draws": 6, "conflicts": 0}
    assert metrics["classes"]["cubism"] == {"available": 12, "sampled": 6, "draws": 6, "conflicts": 1}
    assert (metrics["n_paintings"], metrics["n_left_out_by_map"], metrics["n_without_label"]) == (27, 6, 0)
    counts = pd.read_csv(tmp_path / "out" / "counts.csv")
    assert counts[counts["part"] == "not_sampled"]["n"].tolist() == [6, 2]
    assert "kept under their own name: cubism, fauvism" in capsys.readouterr().out


def test_same_bytes_whatever_the_order_of_rows(tmp_path):
    run(tmp_path, make_list(), n=4, strategy="replace")
    once = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    run(tmp_path, make_list().sample(frac=1, random_state=1), n=4, strategy="replace")
    assert once == {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert len(once) == 5


@pytest.mark.parametrize(
    ("strategy", "draws"),
    [
        ("max", {"cubism": 10, "fauvism": 8}),
        ("replace", {"cubism": 10, "fauvism": 10}),
        ("drop", {"cubism": 10, "naive": 10}),
    ],
)
def test_more_than_the_smallest_class_has(tmp_path, strategy, draws):
    paintings = pd.concat([make_list(), make_paintings([("naive", "f", 8)])])
    maps = {"mine": {"pointillism": "fauvism", "naive": "naive" if strategy == "drop" else None}}
    works, classes, _ = run(tmp_path, paintings, n=10, strategy=strategy, **maps)
    assert works.groupby("label")["n_draws"].sum().to_dict() == draws
    assert classes == sorted(draws)


def test_styles_can_be_merged_left_out_and_taken_back(tmp_path):
    entry = MAPS["mine"]
    _, classes, _ = run(tmp_path, make_list(), mine={**entry, "fauvism": "wild", "pointillism": "wild"})
    assert classes == ["cubism", "wild"]
    _, classes, _ = run(tmp_path, make_list(), mine={**entry, "naive": "naive", "fauvism": None, "pointillism": None})
    assert classes == ["cubism", "naive"]
    _, classes, _ = run(tmp_path, make_list(), style_map="as_is")
    assert classes == ["cubism", "fauvism", "naive", "pointillism"]


def test_genre_as_target(tmp_path):
    paintings = make_list()
    genres = ["portrait" if i % 3 else "" for i in range(len(paintings))]
    genres[1] = genres[4] = "landscape"
    works, classes, metrics = run(tmp_path, make_list(genre=genres), target="genre")
    assert classes == ["landscape", "portrait"]
    assert (works["label"] == works["genre"]).all()
    assert metrics["n_without_label"] == 21 - len(works) > 0


def test_artist_as_target_leaves_out_artists_with_few_works(tmp_path, capsys):
    _, classes, metrics = run(tmp_path, make_list(), target="artist", min_works=4)
    assert classes == ["a", "b", "c"]
    assert metrics["left_out"] == {"d": 3}
    assert "too few works for n or min_works: d (3)" in capsys.readouterr().out


def test_corrections_act_before_the_sample_is_drawn(tmp_path, capsys):
    before, _, _ = run(tmp_path, make_list(), n=6)
    conflict = before.loc[before["conflict"] == 1, "painting"].item()
    first, second = before.loc[before["label"] == "fauvism", "painting"].iloc[:2]
    decisions = [
        (first, "relabel", "cubism"),
        (second, "drop", ""),
        (conflict, "keep", before.loc[before["painting"] == conflict, "label"].item()),
        ("Naive/e_000.jpg", "drop", ""),
    ]
    works, _, metrics = run(tmp_path, make_list(), n=6, decisions=decisions)
    assert metrics["corrections"] == {"kept": 1, "relabelled": 1, "dropped": 1, "without_effect": 1}
    assert metrics["classes"]["cubism"] == {"available": 14, "sampled": 6, "draws": 6, "conflicts": 0}
    assert metrics["classes"]["fauvism"]["available"] == 6
    assert works.loc[works["painting"] == first, ["label", "style"]].values.tolist() == [["cubism", "cubism"]]
    assert second not in set(works["painting"])
    assert "corrections: 1 kept, 1 relabelled, 1 dropped, 1 without_effect" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": "genre"}, "parameter 'genres'"),
        (
            {"mine": {"cubism": "x", "fauvism": "x", "pointillism": "x", "naive": None}},
            "1 class with at least 2 works left",
        ),
        ({"mine": {"rocooc": "rococo"}}, r"style_maps\.mine names rocooc"),
        ({"decisions": [("cubism/absent.jpg", "drop", "")]}, r"mine\.csv: row 2: painting 'cubism/absent\.jpg'"),
        ({"style_map": "yours"}, "style_map is 'yours'; allowed: as_is, mine"),
    ],
)
def test_mistakes_are_one_line(tmp_path, options, message):
    with pytest.raises(UserError, match=message) as caught:
        run(tmp_path, make_list(), **options)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("style_map", ["rest", "mine"])  # which does not list the folder, or leaves it out
def test_a_folder_without_labels_goes_to_the_pool_or_nowhere(tmp_path, capsys, style_map):
    maps = {"rest": {"pointillism": "fauvism"}}
    works, classes, metrics = run(tmp_path, make_list(), style_map=style_map, unlabelled="naive", **maps)
    bare = works[works["label"] == ""]
    assert classes == ["cubism", "fauvism"] and metrics["n_unlabelled"] == len(bare) == 6
    assert bare["style"].eq("naive").all() and not bare[["sampled", "n_draws", "conflict"]].any(axis=None)
    assert works["painting"].is_monotonic_increasing and len(works) == 27
    # The work that also stands in a style has that style, without a conflict.
    assert not works["conflict"].any() and metrics["classes"]["cubism"]["available"] == 13
    assert "6 works without a label, for the pool" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("folder", "words"),
    [("pointillism", "of which the style map makes the class 'fauvism'"),
     ("sketches", "no picture is in such a folder"), (3, "expected the name of a style folder, or none")],
)  # fmt: skip
def test_a_folder_without_labels_that_cannot_be_is_named(tmp_path, folder, words):
    with pytest.raises(UserError, match=f"unlabelled is {folder!r}.*{words}"):
        run(tmp_path, make_list(), unlabelled=folder)

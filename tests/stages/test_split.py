"""Stage split, fed by stage merge_sample: small classes, every sampling strategy, both modes."""

import json

import pandas as pd
import pytest

import merge_sample
import split
from artstyle.errors import UserError
from artstyle.split_places import SIDES
from artstyle.tables import write_table
from made_works import SHARES, few_artist_rows, make_paintings

FILES = ("split.csv", "metrics.json", "counts.csv", "counts.svg")


def sample(folder, paintings, n=None, strategy="max", target="style"):
    write_table(folder / "paintings.csv", paintings)
    (folder / "none.csv").write_text("painting,action,label\n")
    names = ("paintings.csv", "none.csv", "works.csv", "classes.json", "m.json", "c.csv", "c.svg")
    merge_sample.main(
        *(folder / name for name in names),
        merge_sample={"n": n, "strategy": strategy, "min_works": 1},
        style_map="as_is",
        style_maps={"as_is": {}},
        unlabelled="none",
        target=target,
        seed=5,
    )


def run(folder, by="artist", target="style", **options):
    split.main(
        folder / "works.csv",
        folder / "classes.json",
        *(folder / "out" / name for name in FILES),
        split={"by": by, "shares": SHARES, "tries": 3, "tolerance": 0.05, "train_skew": None, "fold": None, **options},
        target=target,
        seed=5,
    )
    table = pd.read_csv(folder / "out" / "split.csv", keep_default_na=False)
    return table, json.loads((folder / "out" / "metrics.json").read_text())


@pytest.mark.parametrize("strategy", ["max", "replace", "drop"])
@pytest.mark.parametrize("n", [None, 20])
def test_styles_with_few_artists_in_artist_mode(tmp_path, capsys, strategy, n):
    sample(tmp_path, make_paintings(few_artist_rows()), n, strategy)
    table, metrics = run(tmp_path)
    lines = capsys.readouterr().out
    sampled = table[table["sampled"] == 1]
    assert not sampled[["artist", "split"]].drop_duplicates()["artist"].duplicated().any()
    sides = sampled.groupby("label")["split"].agg(set).to_dict()
    assert sides["pair"] == {"train", "test"}
    assert sides["trio"] == {"train", "test", "validation"}
    assert sides["broad"] == sides["wide"] == set(SIDES)
    assert "split: pair: works of 2 artist groups, too few for 4 sides: train, test only" in lines
    if n is None or strategy != "drop":
        assert sides["lone"] == sides["solo"] == {"train"}
        assert metrics["classes_without"]["test"] == ["lone", "solo"]
        assert "split: lone: works of 1 artist group, too few for 4 sides: train only" in lines
        assert "split: no test works: lone, solo" in lines
    else:
        assert not {"lone", "solo"} & set(sides)
    if n is None:
        assert metrics["worst_deviation"] < 0.05
        assert max(metrics["classes"][name]["deviation"] for name in ("broad", "wide")) < 0.10
    assert (table["n_draws"][table["split"].isin(["validation", "test"])] == 1).all()
    repeated = table["n_draws"][table["label"] == "trio"].max() if strategy == "replace" else 1
    assert repeated == 1 or table["split"][table["n_draws"] > 1].eq("train").all()


def test_repetitions_reach_training_only(tmp_path):
    sample(tmp_path, make_paintings(few_artist_rows()), 200, "replace")
    table, _ = run(tmp_path, by="random")
    assert set(table["split"][table["n_draws"] > 1]) == {"train"}


def test_random_mode_gives_every_style_that_can_a_place_everywhere(tmp_path):
    sample(tmp_path, make_paintings(few_artist_rows()))
    table, metrics = run(tmp_path, by="random")
    sides = table.groupby("label")["split"].agg(set).to_dict()
    assert sides.pop("lone") == {"train"}
    assert all(found == set(SIDES) for found in sides.values())
    assert metrics["shared_artists"]["n"] > 20
    assert metrics["worst_deviation"] < 0.02


def test_same_bytes_whatever_the_order_of_rows(tmp_path):
    sample(tmp_path, make_paintings(few_artist_rows()), 20)
    run(tmp_path)
    once = {name: (tmp_path / "out" / name).read_bytes() for name in FILES}
    works = pd.read_csv(tmp_path / "works.csv", keep_default_na=False)
    write_table(tmp_path / "works.csv", works.sample(frac=1, random_state=2))
    run(tmp_path)
    assert once == {name: (tmp_path / "out" / name).read_bytes() for name in FILES}


def test_columns_and_counts(tmp_path):
    sample(tmp_path, make_paintings(few_artist_rows()), 20)
    table, metrics = run(tmp_path)
    assert table.columns.tolist() == [
        "painting", "label", "style", "artist", "genre", "family", "conflict", "sampled", "n_draws", "split",
    ]  # fmt: skip
    assert metrics["n_works"] == {**dict.fromkeys(metrics["n_works"], 0), **table["split"].value_counts().to_dict()}
    counts = pd.read_csv(tmp_path / "out" / "counts.csv")
    assert counts["n"].sum() == len(table)
    assert counts[counts["class"] == "pair"]["part"].tolist() == [*SIDES, "conflict", "unused"]


def test_artists_as_target_need_the_random_mode(tmp_path):
    paintings = make_paintings([("x", f"artist{i}", 8) for i in range(5)])
    sample(tmp_path, paintings, target="artist")
    with pytest.raises(UserError, match=r"target 'artist' .*split\.by=random"):
        run(tmp_path, target="artist")
    _, metrics = run(tmp_path, by="random", target="artist")
    assert metrics["classes_without"] == {"train": [], "validation": [], "test": []}


def test_a_misspelt_parameter_is_named(tmp_path):
    sample(tmp_path, make_paintings(few_artist_rows()))
    with pytest.raises(UserError, match="split has no parameter 'trys'"):
        run(tmp_path, trys=3)


def test_styles_and_artists_may_be_called_by_numbers(tmp_path):
    sample(tmp_path, make_paintings([(style, str(i), 8) for style in ("0900", "1910") for i in range(10)]))
    table, metrics = run(tmp_path)
    assert list(metrics["classes"]) == ["0900", "1910"]
    assert set(table["split"]) == set(SIDES)

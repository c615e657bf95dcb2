"""A split's metrics and its lines in the log."""

import warnings

import pandas as pd
import pytest

from artstyle.errors import UserError
from artstyle.split_report import count_sides, describe_split, split_and_report, summarise_split
from made_works import SHARES, few_artist_rows, make_works

OPTIONS = {
    "by": "artist", "tries": 3, "tolerance": 0.05, "train_skew": None, "fold": None, "target": "style", "seed": 1,
}  # fmt: skip
HALVES = {"train": 0.5, "validation": 0.25, "test": 0.25, "pool": 0.0}


def make_split():
    """Eight works of two classes; artist `ann` stands in train and test."""
    rows = [
        ("a", "train", "ann"), ("a", "train", "bob"), ("a", "validation", "cid"), ("a", "test", "ann"),
        ("b", "train", "bob"), ("b", "train", "bob"), ("b", "train", "eve"), ("b", "test", "dan"),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["label", "split", "artist"])
    left_over = pd.DataFrame({"label": ["a"], "split": ["unused"], "artist": ["ann"]})
    table = pd.concat([table.assign(sampled=1), left_over.assign(sampled=0)], ignore_index=True)
    return table.assign(group=pd.factorize(table["artist"])[0], conflict=0)


def test_counts_have_every_class_and_part():
    counts = count_sides(make_split(), ["a", "b", "c"])
    assert counts.columns.tolist() == ["train", "validation", "test", "pool", "conflict", "unused"]
    assert counts.values.tolist() == [[2, 1, 1, 0, 0, 1], [3, 0, 1, 0, 0, 0], [0] * 6]


def test_summary_by_hand():
    summary = summarise_split(make_split(), ["a", "b"], HALVES, "random")
    assert summary["shares"]["train"] == {"asked": 0.5, "realised": 0.625}
    assert summary["shares"]["pool"] == {"asked": 0.0, "realised": 0.0}
    assert summary["worst_deviation"] == 0.125
    assert summary["worst_class"] == {"name": "b", "deviation": 0.25}
    assert summary["n_works"]["unused"] == 1
    assert summary["train_ratio"] == 1.5  # 3 works of b, 2 of a
    assert summary["n_artists"] == {"train": 3, "validation": 1, "test": 2, "pool": 0}
    assert summary["n_groups"] == summary["n_artists"]
    assert summary["shared_artists"] == {"n": 1, "test_share": 0.5}
    assert summary["classes_without"] == {"train": [], "validation": ["b"], "test": []}
    assert summary["classes"]["a"]["deviation"] == 0


def test_works_without_a_label_are_counted_on_their_side():
    unsorted = pd.DataFrame({"label": "", "split": ["pool", "unused"], "artist": ["fay", "gus"], "sampled": 0})
    split = pd.concat([make_split(), unsorted.assign(group=[8, 9], conflict=0)], ignore_index=True)
    summary = summarise_split(split, ["a", "b"], HALVES, "random")
    assert (summary["n_works"]["pool"], summary["n_works"]["unused"]) == (1, 2)
    assert summary["n_artists"]["pool"] == summary["n_groups"]["pool"] == 1
    assert summary["classes"]["a"]["pool"] == 0 and summary["shares"]["pool"]["realised"] == 0.0


def test_lines_name_what_is_off():
    split = make_split()
    summary = summarise_split(split, ["a", "b"], HALVES, "random")
    lines = describe_split(split, summary, HALVES, 0.1)
    assert "no validation works: b" in lines
    assert "off the shares asked for by more than 0.1: b by 0.250" in lines
    assert "a: train 2, validation 1, test 1, unused 1" in lines
    assert "1 artists in train and test, 50.0% of the test works are theirs" in lines
    assert not any(line.startswith("off") for line in describe_split(split, summary, HALVES, 0.3))


def test_each_class_with_too_few_artists_gets_one_line_with_the_rule():
    works = make_works(few_artist_rows())
    _, summary, lines = split_and_report(works, sorted(set(works["label"])), shares=SHARES, **OPTIONS)
    assert "lone: works of 1 artist group, too few for 4 sides: train only" in lines
    assert "solo: works of 1 artist group, too few for 4 sides: train only" in lines
    assert "pair: works of 2 artist groups, too few for 4 sides: train, test only" in lines
    assert "trio: works of 3 artist groups, too few for 4 sides: train, test, validation only" in lines
    assert sum("too few" in line for line in lines) == 4
    assert summary["classes_without"] == {"train": [], "validation": ["lone", "pair", "solo"], "test": ["lone", "solo"]}


def test_a_class_that_shares_its_artists_with_smaller_ones_is_explained():
    rows = [("x", "a", 5), ("y", "b", 5), ("z", "a", 5), ("z", "b", 5), *[("w", f"w{i}", 5) for i in range(9)]]
    _, _, lines = split_and_report(make_works(rows), ["w", "x", "y", "z"], shares=SHARES, **OPTIONS)
    assert "z: none in test, for smaller classes need the artist groups that it shares" in lines


def test_hundreds_of_classes_do_not_flood_the_log():
    works = make_works([(f"style{i:03d}", f"artist{i}", 4) for i in range(100)])
    options = OPTIONS | {"by": "random", "tries": 1, "tolerance": 1}
    _, _, lines = split_and_report(works, sorted(set(works["label"])), shares=SHARES, **options)
    assert "... and 40 classes more" in lines
    assert len(lines) < 70


def test_a_bad_tolerance_is_named():
    options = OPTIONS | {"by": "random", "tries": 1, "tolerance": 5}
    with pytest.raises(UserError, match=r"split\.tolerance is 5"):
        split_and_report(make_works(few_artist_rows()), [], shares=SHARES, **options)


def test_a_skew_takes_works_out_of_training_and_nothing_else():
    works = make_works([*[("a", f"a{i}", 10) for i in range(10)], *[("b", f"b{i}", 10) for i in range(10)]])
    whole, before, _ = split_and_report(works, ["a", "b"], shares=SHARES, **OPTIONS)
    skewed, summary, lines = split_and_report(works, ["a", "b"], shares=SHARES, **OPTIONS | {"train_skew": 10})
    kept = whole["split"] != "train"
    assert skewed[kept].equals(whole[kept])
    n = whole["label"][whole["split"] == "train"].value_counts()
    largest, smallest = max(n), round(max(n) / 10)
    assert sorted(skewed["label"][skewed["split"] == "train"].value_counts()) == [smallest, largest]
    moved = skewed[(skewed["split"] == "unused")]
    assert (moved["n_draws"] == 0).all() and len(moved) == n.sum() - largest - smallest
    assert summary["train_ratio"] == largest / smallest
    assert summary["shares"] == before["shares"]  # of the split before works were taken out
    assert f"{len(moved)} training works left out for split.train_skew" in lines


def test_a_fold_reports_the_shares_that_it_asks_for():
    works = make_works([(style, f"{style}{i}", 2 + i % 5) for style in ("a", "b") for i in range(40)])
    dealt, summary, lines = split_and_report(works, ["a", "b"], shares=SHARES, **OPTIONS | {"fold": "2/4"})
    asked = {side: pair["asked"] for side, pair in summary["shares"].items()}
    left = 1 - SHARES["test"]
    expected = {side: 0.75 * share / left for side, share in SHARES.items()} | {"test": 0.25}
    assert asked == pytest.approx(expected)
    assert summary["shares"]["test"]["realised"] == pytest.approx(0.25, abs=0.03)
    assert any("test 0.2" in line and "(0.25)" in line for line in lines)
    other, _, _ = split_and_report(works, ["a", "b"], shares=SHARES, **OPTIONS | {"fold": "3/4"})
    assert not set(dealt["artist"][dealt["split"] == "test"]) & set(other["artist"][other["split"] == "test"])


@pytest.mark.parametrize(
    ("fold", "words"),
    [("0/5", "'0/5'"), ("6/5", "'6/5'"), ("1/1", "'1/1'"), ("1/21", "'1/21'"), ("half", "'half'"), (0.4, "0.4"),
     (f"1/{'9' * 5000}", "must be null"), ("\uff11/\uff12", "must be null"),
     ("1/9", r"there are only 8 works in the largest class"), ("20/20", "there are only 8 works in the largest class")],
)  # fmt: skip
def test_an_impossible_fold_is_named(fold, words):
    works = make_works([(style, f"{style}{i}", 1) for style in ("a", "b") for i in range(8)])
    options = OPTIONS | {"tries": 1, "tolerance": 1}
    with pytest.raises(UserError, match=rf"split\.fold is .*{words}"):
        split_and_report(works, ["a", "b"], shares=SHARES, **options | {"fold": fold})


def test_more_folds_than_artists_are_named():
    works = make_works([("a", "ann", 9), ("a", "bob", 9), ("b", "cid", 9)])
    options = OPTIONS | {"tries": 1, "tolerance": 1}
    with pytest.raises(UserError, match=r"split\.fold is 1/4, but there are only 3 groups of works"):
        split_and_report(works, ["a", "b"], shares=SHARES, **options | {"fold": "1/4"})


def test_a_class_that_a_fold_takes_whole_is_named():
    works = make_works([*[("a", f"a{i}", 10) for i in range(12)], ("b", "only", 10)])
    options = OPTIONS | {"tries": 1, "tolerance": 1}
    refused, lines = [], []
    for number in (1, 2, 3):
        try:
            lines += split_and_report(works, ["a", "b"], shares=SHARES, **options | {"fold": f"{number}/3"})[2]
        except UserError as error:
            refused.append(str(error))
    assert len(refused) == 1
    assert "leaves class 'b' nothing to learn from: it has 1 group of works, all in this fold" in refused[0]
    assert "b: train 10" in lines  # in the other folds
    assert not any("too few" in line or "for smaller classes" in line for line in lines)


def test_classes_smaller_than_the_number_of_folds_are_split_without_a_warning():
    works = make_works([*[("a", f"a{i}", 5) for i in range(20)], *[("b", f"b{i}", 1) for i in range(3)]])
    options = OPTIONS | {"tries": 1, "tolerance": 1}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dealt, _, lines = split_and_report(works, ["a", "b"], shares=SHARES, **options | {"fold": "1/5"})
    assert set(dealt["split"]) >= {"train", "test"}
    assert any(line.startswith("b: train") for line in lines)

import numpy as np
import pandas as pd

from artstyle.copy_groups import choose_kept, name_families


def make_paintings(*rows):
    columns = ["painting", "style", "width_px", "height_px", "digest"]
    return pd.DataFrame(rows, columns=columns)


def choose(*rows):
    paintings = make_paintings(*rows)
    return choose_kept(paintings, np.zeros(len(paintings), dtype=int))


def test_the_largest_original_of_one_style_stays():
    choice = choose(("A/a", "x", 10, 10, b"1"), ("A/b", "x", 20, 10, b"2"), ("A/c", "x", 10, 20, b"2"))
    assert choice.kept.tolist() == [False, True, False]
    assert [(drop.painting, drop.reason, drop.partner) for drop in choice.drops] == [
        ("A/a", "near_copy", "A/b"),
        ("A/c", "exact_copy", "A/b"),
    ]
    assert choice.other_styles == ["", "", ""]
    assert choice.keeper.tolist() == [1, 1, 1]


def test_a_work_in_several_styles_stays_once_with_the_other_styles_beside_it():
    choice = choose(
        ("B/a", "y", 10, 10, b"1"), ("C/a", "z", 30, 30, b"2"), ("C/b", "z", 40, 40, b"3"), ("D/a", "x", 9, 9, b"1")
    )
    assert choice.kept.tolist() == [True, False, False, False]
    assert choice.other_styles[0] == "x;z"
    assert [(drop.painting, drop.reason, drop.partner) for drop in choice.drops] == [
        ("C/a", "near_copy", "B/a"),
        ("C/b", "two_styles", "B/a"),
        ("D/a", "two_styles", "B/a"),
    ]


def test_a_copy_without_a_label_never_stands_for_one_with_a_label():
    rows = [("Unlabelled/a", "unlabelled", 90, 90, b"1"), ("monet/a", "x", 10, 10, b"1"), ("z/a", "y", 20, 20, b"2")]
    choice = choose_kept(make_paintings(*rows), np.zeros(3, dtype=int), "unlabelled")
    assert choice.kept.tolist() == [False, True, False]
    assert choice.other_styles[1] == "unlabelled;y"
    alone = choose_kept(make_paintings(*rows[:1], rows[0]), np.zeros(2, dtype=int), "unlabelled")
    assert alone.kept.tolist() == [True, False]


def test_every_group_is_decided_for_itself():
    paintings = make_paintings(*[(f"A/{name}", "x", 10, 10, b"1") for name in "abcde"])
    choice = choose_kept(paintings, np.array([3, 1, 3, 2, 1]))
    assert choice.kept.tolist() == [True, True, False, True, False]
    assert choice.keeper.tolist() == [0, 1, 0, 3, 1]


def test_a_family_has_the_name_of_its_first_kept_member():
    names = name_families(["A/a", "A/b", "A/c", "A/d"], np.array([0, 0, 0, 1]), np.array([False, True, True, False]))
    assert names == ["A/b", "A/b", "A/b", ""]

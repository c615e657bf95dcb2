"""Counts per class: tidy table and picture."""

import pandas as pd

from artstyle.count_plots import draw_counts, list_counts


def make_counts(n_classes=3):
    names = [f"class{i:03d}" for i in range(n_classes)]
    return pd.DataFrame({"train": range(1, n_classes + 1), "test": 4, "pool": 0}, index=names)


def test_tidy_rows_keep_the_order_of_the_parts():
    tidy = list_counts(make_counts(2))
    assert tidy.columns.tolist() == ["class", "part", "n"]
    assert tidy.values.tolist() == [
        ["class000", "train", 1],
        ["class000", "test", 4],
        ["class000", "pool", 0],
        ["class001", "train", 2],
        ["class001", "test", 4],
        ["class001", "pool", 0],
    ]


def test_equal_counts_give_equal_bytes_without_a_date(tmp_path):
    for name in ("a.svg", "b.svg"):
        draw_counts(make_counts(), tmp_path / name, title="Works")
    text = (tmp_path / "a.svg").read_text()
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert "<dc:date>" not in text
    draw_counts(make_counts() + 1, tmp_path / "c.svg", title="Works")
    assert (tmp_path / "c.svg").read_text() != text


def test_every_class_and_every_part_in_use_is_named(tmp_path):
    counts = make_counts().rename(index={"class001": "$\\nonsense$"})
    draw_counts(counts, tmp_path / "a.svg", title="Works")
    text = (tmp_path / "a.svg").read_text()
    for word in ("class000", "$\\nonsense$", "class002", "train", "test", "works"):
        assert f"<!-- {word} -->" in text
    assert "<!-- pool -->" not in text


def test_a_hundred_classes_show_the_largest_sixty(tmp_path):
    draw_counts(make_counts(100), tmp_path / "a.svg", title="Works")
    text = (tmp_path / "a.svg").read_text()
    assert "<!-- class040 -->" in text
    assert "<!-- class039 -->" not in text
    assert "the 60 largest of 100 classes" in text

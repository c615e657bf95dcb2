"""A fixed number of works a class, drawn by seed and class alone."""

import pandas as pd
import pytest

from artstyle.errors import UserError
from artstyle.sampling import count_classes, sample_works, summarise_sample


def make_works(sizes, conflicts=0):
    rows = [
        (f"{label}/{i:03d}.jpg", label, int(i < conflicts)) for label, n in sizes.items() for i in range(n + conflicts)
    ]
    return pd.DataFrame(rows, columns=["painting", "label", "conflict"])


def draw(works, n=None, strategy="max", min_works=1, seed=7):
    return sample_works(works, n=n, strategy=strategy, min_works=min_works, seed=seed)


def draws_of(sampled, label):
    rows = sampled[sampled["label"] == label]
    return dict(zip(rows["painting"], rows["n_draws"], strict=True))


def test_without_n_every_work_but_conflicts_is_taken_once():
    sampled, left_out = draw(make_works({"a": 5, "b": 3}, conflicts=2))
    assert sampled["n_draws"].tolist() == (1 - sampled["conflict"]).tolist()
    assert sampled["sampled"].tolist() == sampled["n_draws"].tolist()
    assert left_out == {}


def test_max_takes_small_classes_whole():
    sampled, left_out = draw(make_works({"a": 30, "b": 4}), n=10)
    assert sampled.groupby("label")["sampled"].sum().to_dict() == {"a": 10, "b": 4}
    assert sampled["n_draws"].max() == 1
    assert left_out == {}


def test_drop_leaves_small_classes_out():
    sampled, left_out = draw(make_works({"a": 30, "b": 9, "c": 10}, conflicts=3), n=10, strategy="drop")
    assert sampled.groupby("label")["sampled"].sum().to_dict() == {"a": 10, "c": 10}
    assert left_out == {"b": 9}


def test_replace_repeats_works_of_small_classes():
    sampled, _ = draw(make_works({"a": 30, "b": 4}, conflicts=2), n=10, strategy="replace")
    assert sampled.groupby("label")["n_draws"].sum().to_dict() == {"a": 10, "b": 10}
    assert sampled.groupby("label")["sampled"].sum().to_dict() == {"a": 10, "b": 4}
    assert sampled["painting"].is_unique
    assert (sampled["n_draws"][sampled["conflict"] == 1] == 0).all()
    assert sampled["n_draws"][sampled["label"] == "a"].max() == 1


@pytest.mark.parametrize("strategy", ["max", "replace", "drop"])
def test_the_draw_of_a_class_depends_on_nothing_else(strategy):
    once, _ = draw(make_works({"a": 30, "b": 12}), n=10, strategy=strategy)
    more, _ = draw(
        make_works({"A": 15, "a": 30, "aa": 20, "b": 12}).sample(frac=1, random_state=3), n=10, strategy=strategy
    )
    assert draws_of(once, "a") == draws_of(more, "a")
    assert draws_of(once, "b") == draws_of(more, "b")


def test_classes_and_seeds_draw_differently():
    sampled, _ = draw(make_works({"a": 30, "b": 30}), n=10)
    other, _ = draw(make_works({"a": 30, "b": 30}), n=10, seed=8)
    assert list(draws_of(sampled, "a").values()) != list(draws_of(sampled, "b").values())
    assert draws_of(sampled, "a") != draws_of(other, "a")


def test_a_larger_sample_keeps_the_smaller_one():
    small, _ = draw(make_works({"a": 30, "b": 30}), n=10)
    large, _ = draw(make_works({"a": 30, "b": 30}), n=20)
    assert set(small["painting"][small["sampled"] == 1]) < set(large["painting"][large["sampled"] == 1])


def test_tiny_classes_are_left_out_with_their_conflicts():
    works = make_works({"a": 5, "b": 5, "c": 2}, conflicts=4)
    sampled, left_out = draw(works, min_works=3)
    assert left_out == {"c": 2}
    assert set(sampled["label"]) == {"a", "b"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_works": 6}, r"1 class with at least 6 works left \(a\)"),
        ({"min_works": 20}, r"0 classes with at least 20 works left \(none\)"),
        ({"n": 7, "strategy": "drop"}, r"1 class with at least 7 works left \(a\)"),
        ({"n": 0}, r"merge_sample\.n is 0"),
        ({"n": 2.5}, r"merge_sample\.n is 2\.5"),
        ({"min_works": 0}, r"merge_sample\.min_works is 0"),
        ({"strategy": "most"}, r"merge_sample\.strategy is 'most'; allowed: drop, max, replace"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_bad_values_are_named(options, message):
    with pytest.raises(UserError, match=message):
        draw(make_works({"a": 9, "b": 5}), **options)


def test_counts_and_totals():
    sampled, left_out = draw(make_works({"a": 30, "b": 4, "c": 1}, conflicts=2), n=10, strategy="replace", min_works=2)
    counts = count_classes(sampled)
    assert counts.loc["a"].to_dict() == {"sampled": 10, "repeated": 0, "not_sampled": 20, "conflict": 2}
    assert counts.loc["b"].to_dict() == {"sampled": 4, "repeated": 6, "not_sampled": 0, "conflict": 2}
    summary = summarise_sample(counts, left_out)
    assert summary["classes"]["b"] == {"available": 4, "sampled": 4, "draws": 10, "conflicts": 2}
    assert summary["left_out"] == {"c": 1}
    totals = [summary[f"n_{name}"] for name in ("classes", "available", "sampled", "draws", "conflicts")]
    assert totals == [2, 34, 14, 20, 4]

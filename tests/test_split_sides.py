"""No artist and no family on two sides, left-over works only where that is honest, every mistake named."""

import numpy as np
import pytest

from artstyle.errors import UserError
from artstyle.split_folds import share_out
from artstyle.split_places import SIDES
from artstyle.split_sides import check_shares, check_split, split_works
from artstyle.tables import join_tables
from made_works import SHARES, few_artist_rows, long_tailed_works, make_works

NORMAL = [(style, f"{style}{i}", 2 + i % 5) for style in ("cubism", "rococo") for i in range(30)]


def split(works, by="artist", shares=None, fold=None, tries=4, target="style", seed=3):
    classes, wanted = (
        sorted(set(works["label"][works["sampled"] == 1])),
        share_out(check_shares(shares or SHARES), fold),
    )
    return split_works(works, classes, by=by, shares=wanted, fold=fold, tries=tries, target=target, seed=seed)


def leave_over(works, every=3):
    """Mark every third work as not sampled."""
    sampled = (np.arange(len(works)) % every > 0).astype(int)
    return works.assign(sampled=sampled, n_draws=sampled)


def test_no_artist_is_on_two_sides():
    dealt = split(make_works(few_artist_rows()))
    assert (dealt.groupby("artist")["split"].nunique() == 1).all()
    assert set(dealt["split"]) == set(SIDES)


def test_an_artist_joins_the_side_of_his_relatives():
    works = make_works(NORMAL)
    works.loc[works["artist"] == "rococo3", "family"] = works["family"][works["artist"] == "cubism7"].iloc[0]
    dealt = split(works)
    assert dealt["split"][dealt["artist"].isin(["rococo3", "cubism7"])].nunique() == 1


def test_random_keeps_families_together_and_parts_artists():
    works = make_works(NORMAL)
    works["family"] = works["family"].str.replace(r"\d\.jpg$", ".jpg", regex=True)
    works.loc[works["artist"] == "rococo4", "family"] = "all one"
    dealt = split(works, by="random")
    assert (dealt.groupby("family")["split"].nunique() == 1).all()
    single = split(make_works(NORMAL), by="random")
    assert (single.groupby("artist")["split"].nunique() > 1).any()


@pytest.mark.parametrize("by", ["artist", "random"])
def test_left_over_works_never_help_with_a_test_work(by):
    works = leave_over(make_works(NORMAL))
    works["family"] = works["family"].str.replace(r"\d\.jpg$", ".jpg", regex=True) + (works.index % 2).astype(str)
    dealt = split(works, by=by)
    tested = dealt[dealt["split"].isin(["validation", "test"])]
    rest = dealt[dealt["split"].isin(["train", "pool"])]
    over = dealt[dealt["sampled"] == 0]
    assert set(over["split"]) == {"pool", "unused"}
    assert not set(rest["family"]) & set(tested["family"])
    assert not set(over["family"][over["split"] == "pool"]) & set(dealt["family"][dealt["split"] == "train"])
    if by == "artist":
        assert not set(rest["artist"]) & set(tested["artist"])
        assert set(over["artist"][over["split"] == "pool"]) & set(dealt["artist"][dealt["split"] == "train"])


def test_works_without_a_label_join_the_pool_unless_validation_or_test_knows_them():
    works = leave_over(make_works(NORMAL))
    works.loc[works["sampled"] == 0, "label"] = ""
    dealt = split(works)
    bare = dealt[dealt["label"] == ""]
    judged = set(dealt["artist"][dealt["split"].isin(["validation", "test"])])
    assert set(bare["split"]) == {"pool", "unused"}
    assert (bare["artist"].isin(judged) == (bare["split"] == "unused")).all()


@pytest.mark.parametrize(("by", "fold"), [("artist", None), ("random", None), ("artist", (1, 4)), ("random", (1, 4))])
def test_works_without_a_label_leave_the_others_where_they_were(by, fold):
    works = make_works(NORMAL)
    # Relatives of known works by known artists, listed before all others: nothing new is tied together.
    bare = works.iloc[::-5].assign(label="", sampled=0, n_draws=0)
    bare["painting"] = [f"A/{i}.jpg" for i in range(len(bare))]
    alone = split(works, by=by, fold=fold).set_index("painting")["split"]
    beside = split(join_tables([bare, works]), by=by, fold=fold).set_index("painting")["split"]
    assert beside.loc[alone.index].tolist() == alone.tolist()
    assert {"pool", "unused"} >= set(beside.drop(alone.index))


def test_conflicts_are_on_no_side_and_tie_nobody():
    works = make_works(NORMAL)
    is_conflict = works.index % 10 == 0
    works = works.assign(conflict=is_conflict.astype(int))
    works.loc[is_conflict, ["sampled", "n_draws"]] = 0
    works.loc[is_conflict, "family"] = "one family of all conflicts"
    dealt = split(works)
    assert (dealt["split"] == "conflict").tolist() == (dealt["conflict"] == 1).tolist()
    assert set(dealt["split"]) == {*SIDES, "conflict"}
    assert (dealt["group"][dealt["conflict"] == 1] == -1).all()


def test_works_count_once_outside_training():
    dealt = split(leave_over(make_works(NORMAL)).assign(n_draws=lambda works: works["sampled"] * 4))
    draws = dealt.groupby("split")["n_draws"].agg(["min", "max"]).T.to_dict("list")
    assert draws == {"train": [4, 4], "validation": [1, 1], "test": [1, 1], "pool": [1, 1], "unused": [0, 0]}


def test_the_order_of_the_rows_does_not_matter():
    works = leave_over(make_works(NORMAL))
    assert split(works).equals(split(works.sample(frac=1, random_state=5)))


def test_the_seed_matters():
    works = make_works(NORMAL)
    assert split(works)["split"].tolist() != split(works, seed=4)["split"].tolist()


@pytest.mark.parametrize("seed", [0, 1])
def test_a_long_tailed_list_keeps_every_class_everywhere_and_the_shares(seed):
    """Stated tolerance: 0.01 in total; in a class 0.05, or the share of its largest artist if that is more."""
    works = long_tailed_works(seed)
    assert works["label"].nunique() == 27
    assert (works.groupby("artist")["label"].nunique() > 1).sum() > 400
    dealt = split(works, seed=seed)
    sides = list(SIDES)
    wanted = np.array([SHARES[side] for side in sides])
    counts = dealt.groupby(["label", "split"]).size().unstack(fill_value=0)[sides]
    assert (counts > 0).all(axis=None)
    assert np.abs(counts.sum() / len(dealt) - wanted).max() < 0.01
    off = (counts.div(counts.sum(axis=1), axis=0) - wanted).abs().max(axis=1)
    largest = dealt.groupby(["label", "group"]).size().groupby("label").max() / counts.sum(axis=1)
    assert (off <= largest.clip(lower=0.05)).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"train": 0.7}, r"split\.shares add up to 1\.05 instead of 1"),
        ({"pool": -0.05}, r"split\.shares\.pool is -0\.05"),
        ({"train": 0.85, "test": 0}, r"split\.shares\.test is 0; it must be more"),
        ({"train": 0.75, "validation": 0.0}, r"split\.shares\.validation is 0\.0; it must be more"),
        ({"test": "much"}, r"split\.shares\.test is 'much'"),
        ({"tset": 0.2}, r"split\.shares must have exactly train, validation, test, pool"),
    ],
)
def test_bad_shares_are_named(change, message):
    with pytest.raises(UserError, match=message):
        check_shares({**SHARES, **change})


def test_shares_may_leave_the_pool_out():
    assert check_shares({"train": 0.7, "validation": 0.1, "test": 0.2, "pool": 0}).tolist() == [0.7, 0.1, 0.2, 0]
    dealt = split(make_works(NORMAL), shares={"train": 0.7, "validation": 0.1, "test": 0.2, "pool": 0})
    assert set(dealt["split"]) == {"train", "validation", "test"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"by": "style"}, r"split\.by is 'style'; allowed: artist, random"),
        ({"tries": 0}, r"split\.tries is 0"),
        ({"target": "artist"}, r"target 'artist' .*split\.by=random"),
        ({"seed": 1.5}, "seed is 1.5"),
    ],
)
def test_bad_values_are_named(options, message):
    with pytest.raises(UserError, match=message):
        split(make_works(NORMAL), **options)


def test_too_few_artists_for_the_sides_is_an_error():
    with pytest.raises(UserError, match=r"split\.by=artist: too few artists to give split 'validation' any work"):
        split(make_works([("cubism", "a", 9), ("rococo", "b", 9)]))


def test_a_label_outside_the_classes_is_an_error():
    with pytest.raises(UserError, match=r"^Rococo/.*: its class 'rococo' is not in the list of classes"):
        split_works(
            make_works(NORMAL), ["cubism"], by="random", shares=check_shares(SHARES), fold=None, tries=1,
            target="style", seed=1,
        )  # fmt: skip


def test_nothing_sampled_is_an_error():
    with pytest.raises(UserError, match="no work was sampled"):
        split(make_works(NORMAL).assign(sampled=0, n_draws=0))


def move(dealt, source, side, column):
    """Put one of the works that share `column` with another of `source` on another side."""
    rows = dealt.index[(dealt["split"] == source) & dealt.duplicated(column, keep=False)]
    moved = dealt.copy()
    moved.loc[rows[0], "split"] = side
    return moved, dealt.loc[rows[0], column]


@pytest.mark.parametrize(
    ("source", "side"), [("train", "test"), ("validation", "train"), ("pool", "train"), ("test", "pool")]
)
def test_check_refuses_an_artist_on_two_sides(source, side):
    leaky, artist = move(split(make_works(NORMAL)), source, side, "artist")
    with pytest.raises(UserError, match=f"artist '{artist}' is on more than one side of the split: "):
        check_split(leaky, "artist")
    check_split(leaky, "random")


def test_check_refuses_a_left_over_work_of_a_tested_artist():
    dealt = split(leave_over(make_works(NORMAL)))
    dealt.loc[dealt["split"] == "unused", "split"] = "pool"
    with pytest.raises(UserError, match=r"artist '.*' is on more than one side"):
        check_split(dealt, "artist")


@pytest.mark.parametrize(("source", "side"), [("train", "test"), ("train", "pool"), ("pool", "validation")])
def test_check_refuses_a_family_on_two_sides(source, side):
    works = make_works(NORMAL).assign(family=lambda works: works["artist"])
    leaky, family = move(split(works, by="random"), source, side, "family")
    with pytest.raises(UserError, match=f"family '{family}' is on more than one side"):
        check_split(leaky, "random")


@pytest.mark.parametrize(("column", "value"), [("sampled", 0), ("conflict", 1)])
def test_check_refuses_to_test_on_what_was_not_sampled(column, value):
    dealt = split(make_works(NORMAL))
    row = dealt.index[dealt["split"] == "test"][0]
    dealt.loc[row, column] = value
    with pytest.raises(UserError, match=f"{dealt.loc[row, 'painting']}: must not be in split 'test'"):
        check_split(dealt, "artist")


@pytest.mark.parametrize("by", ["artist", "random"])
def test_over_all_folds_every_sampled_work_is_tested_once(by):
    works = leave_over(make_works(NORMAL))
    folds = [split(works, by=by, fold=(number, 4)) for number in range(1, 5)]
    for dealt in folds:
        check_split(dealt, by)
        assert set(dealt["split"]) >= set(SIDES)
    tested = [painting for dealt in folds for painting in dealt["painting"][dealt["split"] == "test"]]
    assert sorted(tested) == sorted(works["painting"][works["sampled"] == 1])


def test_an_artist_with_most_works_of_a_class_is_tested_too():
    works = make_works([("cubism", "giant", 60), *[("cubism", f"c{i}", 4) for i in range(10)], *NORMAL[30:]])
    assert "giant" not in set(split(works).query("split == 'test'")["artist"])
    tested = [set(split(works, fold=(number, 3)).query("split == 'test'")["artist"]) for number in (1, 2, 3)]
    assert sum("giant" in artists for artists in tested) == 1

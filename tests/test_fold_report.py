import pandas as pd
import pytest

from artstyle.campaign_counts import find_counts, write_counts
from artstyle.campaign_report import save_report
from artstyle.errors import UserError
from artstyle.evaluation_names import TOGETHER
from artstyle.fold_report import ALL, pool_folds
from artstyle.fold_together import pool_together
from artstyle.tables import write_table
from made_campaign import make_campaign, make_run

FOLDS = ["one", "two"]
CAMPAIGN = {"table": "folds", "reference": "one", "folds": True, "variants": {name: {"why": "."} for name in FOLDS}}


def make_folds(**changed):
    """First fold: artists of 3 works (2 right) and 9 (6 right). Second fold: one artist of 60 works (54 right)."""
    first = {"small": [[1, 0], [1, 1]], "middle": [[3, 3], [0, 3]]}
    second = changed.pop("two", {"large": [[40, 0], [6, 14]]})
    runs = [make_run("one", 1, first, overrides="dataset=demo;split.fold=1/2")]
    runs.append(make_run("two", **{"seed": 1, "overrides": "split.fold=2/2;phases=1", "confusions": second} | changed))
    return make_campaign(runs)


def pool(rows, counts, folds=FOLDS):
    return pool_folds(rows, counts, folds, n_resamples=2000, seed=1)


def test_every_work_counts_once():
    summary, recalls = pool(*make_folds())
    whole = summary.set_index("works").loc[ALL]
    assert (whole["n_artists"], whole["n_works"]) == (3, 72)
    assert whole["accuracy"] == pytest.approx(62 / 72)
    # given a 47, of which 44 right; given b 25, of which 18; predicted a 51, predicted b 21
    assert whole["macro_f1"] == pytest.approx((2 * 44 / (47 + 51) + 2 * 18 / (25 + 21)) / 2)
    assert whole["worst_recall"] == pytest.approx(18 / 25)
    assert recalls.to_dict() == pytest.approx({"a": 44 / 47, "b": 18 / 25})


def test_artists_are_told_apart_by_their_number_of_works():
    summary = pool(*make_folds())[0].set_index("works")
    assert summary["accuracy"].tolist()[1:] == pytest.approx([2 / 3, 6 / 9, 54 / 60])
    assert summary["n_works"].tolist()[1:] == [3, 9, 60]
    assert summary["macro_f1"].isna().tolist() == [False, True, True, True]


def test_intervals_resample_artists():
    whole = pool(*make_folds())[0].iloc[0]
    # without the largest artist, as in (2/3)^3 of the resamples, accuracy is 2/3; with nobody else it is 54/60
    assert whole["accuracy_low"] == pytest.approx(2 / 3)
    assert whole["accuracy_high"] == pytest.approx(54 / 60)


def test_a_fold_that_is_missing_or_there_twice_is_named():
    rows, counts = make_folds()
    with pytest.raises(UserError, match="two: has 0 runs"):
        pool(rows[rows["variant"] == "one"], counts)
    with pytest.raises(UserError, match="one: has 2 runs"):
        pool(pd.concat([rows, rows.iloc[:1].assign(seed=2)]), counts)


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"skew": "20to1"}, "more than one skew"), ({"seed": 2}, "more than one seed"),
     ({"data_md5": "else"}, "more than one data_md5"), ({"overrides": "phases=1"}, "must be 1/2 to 2/2"),
     ({"overrides": "split.fold=1/2"}, "must be 1/2 to 2/2"), ({"overrides": "split.fold=2/3"}, "must be 1/2 to 2/2")],
)  # fmt: skip
def test_folds_that_do_not_belong_together_are_refused(changed, words):
    with pytest.raises(UserError, match=words):
        pool(*make_folds(**changed))


def test_one_fold_of_two_is_no_cross_validation():
    with pytest.raises(UserError, match="must be 1/1 to 1/1"):
        pool(*make_folds(), folds=["one"])


def test_counts_of_runs_without_a_row_do_not_count(tmp_path):
    rows, counts = make_folds()
    counts = pd.concat([counts, counts[counts["variant"] == "two"].assign(skew="20to1")])
    assert pool(rows, counts)[0].loc[0, "n_works"] == 72
    write_table(tmp_path / "folds.csv", rows)
    write_counts(find_counts(tmp_path / "folds.csv"), counts)
    assert "| two | phase1 | 60 | 0.500 |" in save_report("folds", CAMPAIGN, "demo", tmp_path).read_text()


def test_without_runs_there_is_no_report(tmp_path):
    with pytest.raises(UserError, match="no finished runs"):
        save_report("folds", CAMPAIGN, "demo", tmp_path)


def test_an_artist_in_two_folds_is_named():
    with pytest.raises(UserError, match="artist 'middle' is tested in more than one fold"):
        pool(*make_folds(two={"middle": [[3, 0], [0, 3]]}))


def test_a_row_that_its_counts_contradict_is_named():
    rows, counts = make_folds()
    rows.loc[0, "accuracy"] = 0.9
    with pytest.raises(UserError, match="one, skew natural, seed 1: its row says accuracy"):
        pool(rows, counts)


def test_the_report_is_made_from_rows_and_counts_alone(tmp_path):
    rows, counts = make_folds()
    write_table(tmp_path / "folds.csv", rows)
    write_counts(find_counts(tmp_path / "folds.csv"), counts)
    text = save_report("folds", CAMPAIGN, "demo", tmp_path).read_text()
    assert "| all works | 3 | 72 | 86.1 % |" in text
    assert "| artists with more than 50 works | 1 | 60 | 90.0 % | 90.0 % to 90.0 % |  |  |" in text
    assert "| two | phase1 | 60 | 0.500 | 90.0 % |" in text
    assert "| recall, all works | 0.936 | 0.720 |" in text
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "folds.csv", "folds.md", "folds_counts.csv.gz", "folds_summary.csv",
    ]  # fmt: skip


JUDGED = {"small": [[1, 0], [0, 2]], "middle": [[6, 0], [0, 3]], "large": [[40, 0], [0, 20]]}


def judge(rows, counts, confusions):
    """Return the counts of the works judged together, with other confusions."""
    parts = [make_run(variant, 1, {name: table})[1] for name, table in confusions.items()
             for variant in counts.loc[counts["artist"] == name, "variant"].unique()]  # fmt: skip
    return pd.concat(parts)[counts.columns]


def test_works_judged_together_are_pooled_as_well(tmp_path):
    rows, counts = make_folds()
    together = judge(rows, counts, JUDGED)
    summary, recalls = pool_together(rows, counts, together, FOLDS, n_resamples=2000, seed=1)
    whole = summary.iloc[0]
    assert (whole["n_works"], whole["accuracy"], whole["macro_f1"]) == (72, 1, 1)
    assert recalls.to_dict() == {"a": 1, "b": 1}
    assert whole["accuracy_gain"] == pytest.approx(10 / 72)
    # Outside of the artist's most frequent class: small 1 of a, right; middle 3 of b, right; large 20 of b, 14 right.
    assert whole["n_outside"] == 1 + 3 + 20
    assert (whole["outside_alone"], whole["outside_together"]) == pytest.approx((18 / 24, 1))
    # A vote: of small 2 of 3 are taken for a, of middle 6 of 9 for b, of large 46 of 60 for a.
    assert whole["accuracy_vote"] == pytest.approx((1 + 3 + 40) / 72)
    assert (whole["accuracy_gain_low"], whole["accuracy_gain_high"]) == pytest.approx((6 / 60, 1 / 3))
    table = tmp_path / "folds.csv"
    write_table(table, rows)
    write_counts(find_counts(table), counts)
    save_report("folds", CAMPAIGN, "demo", tmp_path)
    assert "together" not in (tmp_path / "folds.md").read_text()
    assert not (tmp_path / "folds_together_summary.csv").exists()
    write_counts(find_counts(table, TOGETHER), together)
    text = save_report("folds", CAMPAIGN, "demo", tmp_path).read_text()
    assert "| all works | 3 | 72 | 86.1 % |" in text
    assert "| all works | 3 | 72 | 100.0 % | 100.0 % to 100.0 % | 1.000 | 1.000 to 1.000 |" in text
    assert "together_counts.csv.gz)): +13.9 points of accuracy (+10.0 to +33.3), +0." in text
    assert "| recall, judged together | 1.000 | 1.000 |" in text
    assert pd.read_csv(tmp_path / "folds_together_summary.csv").loc[0, "accuracy"] == 1
    write_counts(find_counts(table, TOGETHER), together[together["variant"] == "two"])
    assert "together" not in save_report("folds", CAMPAIGN, "demo", tmp_path).read_text()
    assert not (tmp_path / "folds_together_summary.csv").exists()


def test_works_judged_together_must_be_those_of_all_folds():
    rows, counts = make_folds()
    some = judge(rows, counts, {"large": JUDGED["large"]})
    assert pool_together(rows, counts, some, FOLDS, n_resamples=100, seed=1) is None
    other = judge(rows, counts, {**JUDGED, "small": [[1, 0], [0, 3]]})
    with pytest.raises(UserError, match="are not those of the folds"):
        pool_together(rows, counts, other, FOLDS, n_resamples=100, seed=1)

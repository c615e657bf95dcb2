import numpy as np
import pandas as pd
import pytest

from artstyle.campaign_summary import summarise_campaign
from artstyle.errors import UserError
from made_campaign import make_campaign, make_run, right_and_wrong

N_ARTISTS = 30


def artists(n_right, n_wrong):
    return {f"artist{i}": right_and_wrong(n_right, n_wrong) for i in range(N_ARTISTS)}


def summarise(runs, variants=("plain", "other"), n_resamples=2000, **options):
    rows, counts = make_campaign(runs)
    options |= {"n_resamples": n_resamples, "seed": 1}
    summary, recalls = summarise_campaign(rows, counts, list(variants), "plain", **options)
    return summary.set_index(["variant", "skew"]), recalls


def test_means_and_spread_by_hand():
    runs = [
        make_run("plain", 1, artists(6, 4), ece=0.1, seconds=20.0),
        make_run("plain", 2, artists(8, 2), ece=0.2, seconds=""),
    ]
    row = summarise(runs)[0].loc["plain", "natural"]
    assert (row["n_seeds"], row["n_test"], row["phase"]) == (2, 20 * N_ARTISTS, "phase1")
    assert row["accuracy"] == pytest.approx(0.7)
    assert row["accuracy_sd"] == pytest.approx(0.2 / np.sqrt(2))  # 0.6 and 0.8, n - 1
    assert row["macro_f1"] == pytest.approx(0.7) and row["worst_recall"] == pytest.approx(0.7)
    assert row["ece"] == pytest.approx(0.15) and row["seconds"] == 20  # a run from the cache has no seconds
    assert (row["accuracy_low"], row["accuracy_high"]) == pytest.approx((0.6, 0.8))  # all artists alike: only seeds
    assert row["pairing"] == "reference" and np.isnan(row["accuracy_difference"])


def test_pairing_takes_out_what_artists_have_in_common():
    rng = np.random.default_rng(1)
    right = rng.integers(1, 9, N_ARTISTS)
    plain = {f"artist{i}": right_and_wrong(n, 10 - n) for i, n in enumerate(right)}
    better = {f"artist{i}": right_and_wrong(n + 1, 9 - n) for i, n in enumerate(right)}
    row = summarise([make_run("plain", 1, plain), make_run("other", 1, better)])[0].loc["other", "natural"]
    assert row["accuracy_high"] - row["accuracy_low"] > 0.1
    found = row[["accuracy_difference", "accuracy_difference_low", "accuracy_difference_high"]].tolist()
    assert found == pytest.approx([0.1, 0.1, 0.1], abs=1e-6)
    assert row["accuracy_p"] == pytest.approx(2 / 2001) and np.isnan(row["accuracy_sd"])


def test_a_gain_with_one_artist_only_is_not_sure():
    other = {**artists(5, 5), "artist0": right_and_wrong(10, 0)}
    row = summarise([make_run("plain", 1, artists(5, 5)), make_run("other", 1, other)])[0].loc["other", "natural"]
    assert row["accuracy_difference"] > 0 and row["accuracy_difference_low"] == 0
    # He is not drawn in (1 - 1/30)^30 of the resamples.
    assert row["accuracy_p"] == pytest.approx(2 * (29 / 30) ** 30, abs=0.08)


def test_a_gain_with_one_seed_only_is_not_sure():
    runs = [make_run("plain", seed, artists(5, 5)) for seed in (1, 2, 3)]
    runs += [make_run("other", seed, artists(9, 1) if seed == 1 else artists(5, 5)) for seed in (1, 2, 3)]
    row = summarise(runs)[0].loc["other", "natural"]
    assert row["accuracy_difference"] == pytest.approx(0.4 / 3)
    assert row["accuracy_p"] == pytest.approx(2 * (2 / 3) ** 3, abs=0.08)  # that seed is not drawn


def test_only_runs_on_the_same_test_works_are_paired():
    plain = [make_run("plain", seed, artists(5, 5)) for seed in (1, 2)]
    other = [make_run("other", 1, artists(9, 1)), make_run("other", 2, artists(5, 5), test="else")]
    row = summarise([*plain, *other])[0].loc["other", "natural"]
    assert (row["pairing"], row["n_paired"]) == ("paired", 1)
    assert row["accuracy_difference"] == pytest.approx(0.4)  # of seed 1 alone
    row = summarise([plain[1], other[1]])[0].loc["other", "natural"]
    assert row["pairing"] == "other test works" and np.isnan(row["accuracy_p_holm"])
    row = summarise([plain[0], make_run("other", 7, artists(5, 5))])[0].loc["other", "natural"]
    assert row["pairing"] == "no common seed"


def test_runs_of_other_parameters_are_not_paired():
    runs = [make_run("plain", seed, artists(5, 5)) for seed in (1, 2)]
    runs += [make_run("other", seed, artists(9, 1)) for seed in (1, 2)]
    others = {("other", "natural", 2)}
    row = summarise(runs, incomparable=others)[0].loc["other", "natural"]
    assert (row["pairing"], row["n_paired"]) == ("paired", 1)
    row = summarise([runs[1], runs[3]], incomparable=others)[0].loc["other", "natural"]
    assert row["pairing"] == "other parameters" and np.isnan(row["accuracy_p_holm"])


def test_a_skew_has_its_own_reference_and_correction():
    runs = [
        make_run(variant, 1, artists(right, 10 - right), skew=skew)
        for skew, rights in (("20to1", (3, 4, 6)), ("natural", (5, 5, 6)))
        for variant, right in zip(("plain", "other", "third"), rights, strict=True)
    ]
    summary, recalls = summarise(runs, ("plain", "other", "third"))
    assert list(summary.index.get_level_values("skew")) == ["natural"] * 3 + ["20to1"] * 3
    assert summary["accuracy_difference"].tolist()[1:3] == pytest.approx([0, 0.1])
    assert summary["accuracy_difference"].tolist()[4:] == pytest.approx([0.1, 0.3])
    assert summary["accuracy_p_holm"].tolist()[1:3] == pytest.approx([1, 2 * 2 / 2001])
    assert summary["accuracy_p_holm"].tolist()[4:] == pytest.approx([2 * 2 / 2001] * 2)
    assert recalls.loc[4].tolist() == pytest.approx(["other", "20to1", 0.4, 0.4])


def test_several_exported_phases_are_counted():
    runs = [make_run("plain", seed, artists(5, 5), phase=f"phase{min(seed, 2)}") for seed in (1, 2, 3)]
    assert summarise(runs)[0].loc["plain", "natural"]["phase"] == "phase1 x 1, phase2 x 2"


def test_rows_that_do_not_follow_from_their_counts_are_named():
    row, counts = make_run("plain", 1, artists(5, 5))
    for name in ("accuracy", "macro_f1", "worst_recall", "recall_b"):
        with pytest.raises(UserError, match=rf"plain, skew natural, seed 1: its row says {name} 0\.501"):
            summarise([({**row, name: 0.501}, counts)])
    with pytest.raises(UserError, match="plain, skew natural, seed 1: its row has no counts"):
        summarise([(row, counts.assign(seed=2))])
    with pytest.raises(UserError, match="name the class 'z'"):
        summarise([(row, counts.assign(predicted="z"))])
    with pytest.raises(UserError, match="plain, skew natural, seed 1: its counts are there twice"):
        summarise([(row, pd.concat([counts, counts]))])  # all shares are as before


def test_without_runs_it_is_one_line():
    empty = pd.DataFrame(columns=["variant", "skew", "seed", "phase", "command"])
    with pytest.raises(UserError, match="no finished runs"):
        summarise_campaign(empty, make_run("plain", 1, artists(1, 1))[1], ["plain"], "plain", n_resamples=9, seed=1)

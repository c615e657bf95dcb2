import pandas as pd

from artstyle.readme_findings import (
    describe_clean_up,
    describe_every_painter,
    describe_outliers,
    describe_styles,
    describe_together,
    describe_trust,
)

RUN = {"command": "dvc exp run", "seed": 1, "data_md5": "b0f2f081e3", "commit": "ba1a893f00"}
SOURCE = "`dvc exp run` (seed 1, data md5 `b0f2f081`, commit `ba1a893`)"


def test_how_far_a_score_carries_by_hand():
    test = {
        "accuracy": 0.735, "macro": {"f1": 0.7243}, "n": 3008, "ece": 0.0158, "ece_uncalibrated": 0.0369,
        "intervals": {"accuracy": {"low": 0.66, "high": 0.80}, "ece": {"low": 0.0149, "high": 0.06}},
        "intervals_by_picture": {"accuracy": {"low": 0.72, "high": 0.755}},
        "by_works_of_the_artist_in_test": {"few": {"n_artists": 28}, "many": {"n_artists": 91}},
    }  # fmt: skip
    scores = {"test": test, "final": {"temperature": 1.1245}, "gains": {}}
    text = (
        f"{SOURCE}: accuracy 73.5 %, macro-F1 0.724 on 3008 works by 119 painters. Resampling painters gives 66.0 % to"
        " 80.0 %; resampling pictures would claim 72.0 % to 75.5 %, 25 % of that width. The calibration error is 0.016"
        " (0.015 to 0.060 where painters are resampled, which raises it),"
        " and was 0.037 before scaling by a temperature of 1.12 (the network was too sure of itself)."
    )
    assert describe_trust(scores, RUN) == text
    together = {"accuracy": 0.8642, "macro_f1": 0.8513, "ece": 0.0213, "one_class_an_artist": 0.9333}
    together |= {"intervals": {"accuracy": {"low": 0.79, "high": 0.9}}}
    together |= {"gain": {"macro_f1": {"gain": 0.0812, "low": 0.05, "high": 0.1}}}
    together |= {"outside_that_class": {"n": 200, "together": 0.65, "alone": 0.7}}
    assert describe_trust({**scores, "together": together}, RUN) == (
        f"{text}\n\nWith the works of each painter judged together: accuracy 86.4 % (79.0 % to 90.0 %), macro-F1 0.851,"
        " +0.081 (+0.050 to +0.100); calibration error 0.021. Of the 200 works outside their painter's most frequent"
        " style 65.0 % are recognised, 70.0 % alone; one style for each painter would be right for at most 93.3 % of"
        " the works."
    )
    unsure = describe_trust({**scores, "final": {"temperature": 0.907}}, RUN)
    assert unsure.endswith("by a temperature of 0.91 (the network was too unsure of itself).")
    as_it_was = describe_trust({**scores, "final": {"temperature": 1.0}}, RUN)
    assert as_it_was.endswith("by a temperature of 1.00.")
    gains = {"pseudo_over_control": {"macro_f1": {"gain": -0.0012, "low": -0.004, "high": 0.0021}}}
    assert describe_trust({**scores, "gains": gains}, RUN) == (
        f"{text}\n\nGains in macro-F1, painters resampled: pseudo-labels over their control -0.001 (-0.004 to +0.002)."
    )


def test_the_table_of_found_labels_by_hand():
    truths = [f"noise_{n}_{kind}" for kind in ("uniform", "similar") for n in (2, 5, 10)] + ["conflicts"]
    scores = ("self_confidence", "isolation_forest", "combined")
    found = {name: {"average_precision": {"mean": 0.5, "low": 0.4, "high": 0.625}} for name in scores}
    measured = {truth: found for truth in truths} | {"run": RUN, "n_judged": 1000}
    measured["truths"] = {truth: {"n_wrong": 20, "n_considered": 400} for truth in truths}
    lines = describe_outliers(measured).splitlines()
    assert lines[0] == f"Average precision, 1000 labels, {SOURCE}:"
    assert lines[4] == "| 2 % flipped to any class | 0.050 |" + " 0.500 (0.400 to 0.625) |" * 3
    assert [line.split(" |")[0] for line in lines[8:]] == [
        "| 5 % flipped to the most similar class", "| 10 % flipped to the most similar class",
        "| 20 works in two styles",
    ]  # fmt: skip


def test_the_scores_over_all_painters_by_hand():
    whole = {"n_artists": 507, "n_works": 15073, "accuracy": 0.8097, "accuracy_low": 0.7746, "accuracy_high": 0.8398}
    whole |= {"macro_f1": 0.7940, "macro_f1_low": 0.7657, "macro_f1_high": 0.8098}
    summary = pd.DataFrame([{**whole, "works": "all works"}, {"works": "artists with 1 to 5 works", "accuracy": 0.7}])
    runs = [{"accuracy": value, "seed": 1, "data_md5": "b0f2f081e3", "commit": "ba1a893f00"} for value in (0.82, 0.764)]
    runs[1] |= {"ece": 0.0372}
    runs[0] |= {"ece": 0.017}
    assert describe_every_painter(summary, pd.DataFrame(runs)) == (
        "**Every painter once, 2 folds: 81.0 % and 0.794** on 15073 works by 507 painters, each judged by a model that"
        " has seen no work of that painter; accuracy between 77.5 % and 84.0 %, macro-F1 between 0.766 and 0.810 in"
        " 95 % of resamples of the painters, single folds between 76.4 % and 82.0 %, their ECE between 0.017 and"
        " 0.037; seed 1, data md5 `b0f2f081`, commit `ba1a893`, `python src/run_campaign.py"
        " --campaign folds --dataset wikiart`."
    )
    twice = pd.DataFrame([runs[0], {**runs[1], "commit": "1234567890"}])
    assert "commit `ba1a893`, `1234567`, " in describe_every_painter(summary, twice)


def test_the_scores_of_works_judged_together_by_hand():
    whole = {"accuracy": 0.8958, "accuracy_low": 0.8631, "accuracy_high": 0.9212}
    whole |= {"macro_f1": 0.8863, "macro_f1_low": 0.85, "macro_f1_high": 0.9047}
    whole |= {"accuracy_gain": 0.0861, "accuracy_gain_low": 0.0712, "accuracy_gain_high": 0.1}
    whole |= {"macro_f1_gain": 0.094, "macro_f1_gain_low": 0.08, "macro_f1_gain_high": 0.11}
    assert describe_together(pd.DataFrame([whole, {"accuracy": 0.7}])) == (
        "**The same, the works of each painter judged together: 89.6 % and 0.886**, between 86.3 % and 92.1 %,"
        " 0.850 and 0.905; +8.6 points (+7.1 to +10.0) and +0.094 (+0.080 to +0.110). No label of the works judged is"
        " used, only which of them are by one painter."
    )


def test_how_well_each_style_is_recognised_by_hand():
    counts = [("a", "a", 3), ("a", "b_c", 1), ("a", "b_c", 1), ("b_c", "b_c", 4), ("b_c", "a", 1), ("d", "a", 1)]
    lines = describe_styles(pd.DataFrame(counts, columns=["given", "predicted", "n"])).splitlines()
    assert lines[2:] == [
        "| b c | 5 | 0.800 | 0.667 | 0.727 | a, 20 % |",
        "| a | 5 | 0.600 | 0.600 | 0.600 | b c, 40 % |",
        "| d | 1 | 0.000 | 0.000 | 0.000 | a, 100 % |",
    ]
    assert describe_styles(pd.DataFrame(counts[:1], columns=["given", "predicted", "n"])).endswith("| 1.000 | - |")


def test_the_table_of_the_clean_up_holds_means_over_seeds():
    facts = {key: RUN[key] for key in ("command", "data_md5", "commit")}
    means = {"dropped": (0.7, 20), "clean": (0.8, 0), "noisy": (0.6, 90), "relabelled": (0.65, 9)}
    rows = [
        {"kind": "uniform", "share": 0.1, "seed": seed, "treatment": treatment, **facts}
        | {"test_accuracy": accuracy + seed / 100, "n_wrong": n + seed}
        for seed in (0, 2)
        for treatment, (accuracy, n) in means.items()
    ]
    lines = describe_clean_up(pd.DataFrame(rows)).splitlines()
    assert lines[0].endswith("means of 2 seeds, `dvc exp run` (data md5 `b0f2f081`, commit `ba1a893`):")
    assert lines[2] == "| noise | without noise | with noise | suspects dropped | suspects relabelled |"
    assert lines[4] == "| 10 % to any class | 81.0 % (1) | 61.0 % (91) | 71.0 % (21) | 66.0 % (10) |"

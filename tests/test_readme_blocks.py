import shutil
from pathlib import Path

import pandas as pd
import pytest

from artstyle.errors import UserError
from artstyle.readme_blocks import build_demo, build_results, describe_modes, describe_variants, fill_blocks

RUN = {
    "accuracy": 0.7543, "macro_f1": 0.7449, "ece": 0.0305, "loss": 0.7666, "n_test": 3008, "final": "phase2",
    "seconds": 3926.3, "peak_mib": 3948, "command": "dvc exp run", "data_md5": "b0f2f081e3", "seed": 1,
    "commit": "ba1a893f00",
    **{name: {"accuracy": 0.5, "macro_f1": 0.25} for name in ("majority", "artist_lookup", "linear")},
}  # fmt: skip
TEXT = "before\n<!-- a:begin -->\nold\n<!-- a:end -->\nbetween\n<!-- b:begin -->\n<!-- b:end -->\nafter\n"


def test_only_what_stands_between_the_marks_changes():
    filled = "before\n<!-- a:begin -->\nnew\n<!-- a:end -->\nbetween\n<!-- b:begin -->\nB\n<!-- b:end -->\nafter\n"
    assert fill_blocks(TEXT, {"a": "new", "b": "B"}) == filled
    assert fill_blocks(filled, {"a": "new", "b": "B"}) == filled


@pytest.mark.parametrize(
    "text", ["none", TEXT.replace("a:end", "x:end"), TEXT + TEXT, "<!-- a:end -->\n<!-- a:begin -->\n"]
)
def test_missing_double_or_turned_marks_are_named(text):
    with pytest.raises(UserError, match=r"README\.md: needs the marks <!-- a:begin --> and <!-- a:end -->"):
        fill_blocks(text, {"a": "new"})


def test_the_table_of_both_split_modes_by_hand():
    lines = describe_modes({"artist": RUN, "random": {**RUN, "accuracy": 0.86, "final": "phase1"}}).splitlines()
    assert lines[2] == "| **final model** | 75.4 % | 0.745 | 86.0 % | 0.745 |"
    assert lines[5] == "| baseline: majority class | 50.0 % | 0.250 | 50.0 % | 0.250 |"
    assert lines[7] == (
        "Artists never seen in training: 3008 test works, final model phase2, ECE 0.030, loss 0.767; 65 minutes in all"
        " on 2 cores, at most 3948 MiB; seed 1, data md5 `b0f2f081`, commit `ba1a893`,"
        " `dvc exp run`."
    )
    assert lines[9].startswith("Random split: 3008 test works, final model phase1")
    with pytest.raises(UserError, match=r"no run with split\.by=random"):
        describe_modes({"artist": RUN})


def test_works_judged_together_have_a_row_where_a_split_knows_it():
    known = {**RUN, "together": {"accuracy": 0.876, "macro_f1": 0.8412}}
    lines = describe_modes({"artist": known, "random": known}).splitlines()
    assert lines[3] == "| **the same, the works of each painter judged together** | 87.6 % | 0.841 | 87.6 % | 0.841 |"
    assert lines[4].startswith("| baseline: linear")
    lines = describe_modes({"artist": known, "random": RUN}).splitlines()
    assert lines[3].endswith("together** | 87.6 % | 0.841 |  |  |")
    assert "together" not in describe_modes({"artist": RUN, "random": RUN})


def test_stages_whose_time_is_not_known_are_named_beside_the_minutes():
    part = {**RUN, "untimed": ["filter", "extract_features"]}
    lines = describe_modes({"artist": {**RUN, "untimed": []}, "random": part}).splitlines()
    assert "; 65 minutes in all on 2 cores," in lines[7]
    assert "; 65 minutes without filter and extract_features, taken from the cache, on 2 cores," in lines[9]


def test_intervals_and_the_error_before_calibration_are_told_where_known():
    known = {**RUN, "ece_uncalibrated": 0.0512, "intervals": {"accuracy": {"low": 0.7211, "high": 0.7849}}}
    lines = describe_modes({"artist": known, "random": RUN}).splitlines()
    assert "accuracy between 72.1 % and 78.5 % in 95 % of resamples of the test artists, ECE 0.030" in lines[7]
    assert "ECE 0.030 (before calibration 0.051), loss 0.767" in lines[7]
    assert "resamples" not in lines[9]


def test_the_table_of_variants_by_hand():
    plain = {"variant": "plain", "skew": "natural", "n_seeds": 5, "accuracy": 0.75, "macro_f1": 0.7, "ece": 0.03}
    plain |= {"worst_recall": 0.5, "pairing": "reference"}
    other = {**plain, "variant": "other", "pairing": "paired", "macro_f1_difference": 0.01, "macro_f1_p_holm": 0.03}
    other |= {"macro_f1_difference_low": -0.001, "macro_f1_difference_high": 0.02}
    lines = describe_variants(pd.DataFrame([plain, other])).splitlines()
    assert lines[2] == "| plain | natural | 5 | 75.0 % | 0.700 | 0.500 | 0.030 | reference |  |  |"
    assert lines[3].endswith("| 0.030 | +0.010 | -0.001 to +0.020 | 0.0300 |")


def test_without_the_campaign_the_block_says_so(tmp_path):
    results = Path(__file__).parents[1] / "results"
    campaigns = shutil.ignore_patterns(
        "variants*", "ablation*", "heads*", "noise*", "folds*", "resolution*", "backbones*", "artist_w*", "plots"
    )
    shutil.copytree(results, tmp_path / "results", ignore=campaigns)
    names = (
        "variants",
        "variants-phases",
        "ablation",
        "ablation-phase2",
        "heads",
        "noise",
        "folds",
        "resolution",
        "backbones",
        "artist-weights",
    )
    assert build_results(tmp_path)["folds-together"].startswith("No fold was run since")
    for name in names:
        assert build_results(tmp_path)[name] == "The campaign has not been run on the real paintings yet."
    assert "Every painter once" not in build_results(tmp_path)["results"]
    assert "Every painter once" in build_results(results.parent)["results"]
    with pytest.raises(UserError, match=r"evaluate\.json: no such file"):
        build_demo(Path(tmp_path))

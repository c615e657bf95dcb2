import pandas as pd
import pytest

from artstyle import campaign_report
from artstyle.campaign_counts import find_counts, write_counts
from artstyle.campaign_report import save_report
from artstyle.tables import read_table, write_table
from made_campaign import make_campaign, make_run, right_and_wrong

CAMPAIGN = {
    "base": {},
    "table": "rows",
    "reference": "plain",
    "variants": {"plain": {"why": "To compare with."}, "other": {"why": "Another."}, "fixed": {"why": "Few."}},
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(campaign_report, "N_RESAMPLES", 999)
    artists = {f"artist{i}": right_and_wrong(5, 5) for i in range(9)}
    better = {name: right_and_wrong(6, 4) for name in artists}
    runs = [make_run("plain", 1, artists), make_run("other", 1, better), make_run("fixed", 1, better, test="else")]
    rows, counts = make_campaign(runs)
    write_table(tmp_path / "rows.csv", rows)
    write_counts(find_counts(tmp_path / "rows.csv"), counts)
    return tmp_path


def test_the_report_says_what_was_measured_and_how(folder):
    text = save_report("small", CAMPAIGN, "demo", folder).read_text()
    assert "| plain | natural | phase1 | 1 | 0.500 | 50.0 % |  | 50.0 % to 50.0 % | 0.500 |  | 0.500 to 0.500 |" in text
    assert "| other | natural | 1 | +10.0 | +10.0 to +10.0 | 0.0020 | 0.0020 | +0.100 | +0.100 to +0.100 |" in text
    assert "| fixed | natural | other test works |  |  |" in text
    assert "Not paired, since their test works are others: fixed." in text
    assert "3 runs, 180 test works, data md5 `d0d0d0d0`, code at `c0ffee0`" in text
    assert "Some variants have 1 seed only" in text and "999 resamples" in text
    assert "by `python src/report_campaign.py --campaign small --dataset demo`" in text
    assert "- **other**: Another." in text


def test_runs_with_pseudolabels_say_what_these_gained(folder):
    assert "pseudo-labels" not in save_report("small", CAMPAIGN, "demo", folder).read_text()
    table = read_table(folder / "rows.csv")
    gains = {
        "pseudo_gain": [0.0104, "", -0.02],
        "pseudo_gain_low": [-0.003, "", -0.05],
        "pseudo_gain_high": [0.02, "", 0],
    }
    write_table(folder / "rows.csv", table.assign(**gains))
    text = save_report("small", CAMPAIGN, "demo", folder).read_text()
    section = text.split("## Gain of the pseudo-labels over their control")[1].split("## Variants")[0]
    assert [line for line in section.splitlines() if line.startswith("|")][2:] == [
        "| plain | natural | 1 | +0.010 | -0.003 to +0.020 |",
        "| fixed | natural | 1 | -0.020 | -0.050 to +0.000 |",
    ]


def test_runs_that_were_fine_tuned_say_what_that_gained(folder):
    assert "fine-tuning" not in save_report("small", CAMPAIGN, "demo", folder).read_text()
    table = read_table(folder / "rows.csv")
    gains = {"phase2_gain": ["", 0.012, ""], "phase2_gain_low": ["", 0, ""], "phase2_gain_high": ["", 0.02, ""]}
    write_table(folder / "rows.csv", table.assign(**gains))
    text = save_report("small", CAMPAIGN, "demo", folder).read_text()
    section = text.split("## Gain of fine-tuning over the head")[1].split("## Variants")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    assert len(lines) == 1 and lines[0].endswith("| +0.012 | +0.000 to +0.020 |")


def test_the_same_rows_give_the_same_bytes(folder):
    names = ["rows.md", "rows_summary.csv", "plots/rows_differences.svg", "plots/rows_recalls.svg"]
    save_report("small", CAMPAIGN, "demo", folder)
    first = [(folder / name).read_bytes() for name in names]
    save_report("small", CAMPAIGN, "demo", folder)
    assert [(folder / name).read_bytes() for name in names] == first
    assert b"artist" not in first[1] and pd.read_csv(folder / "rows_summary.csv")["accuracy"].tolist() == [
        0.5,
        0.6,
        0.6,
    ]


def test_a_campaign_with_the_reference_alone_is_reported_too(folder):
    table = pd.read_csv(folder / "rows.csv")
    write_table(folder / "rows.csv", table[table["variant"] == "plain"])
    assert "| plain |" in save_report("small", CAMPAIGN, "demo", folder).read_text()

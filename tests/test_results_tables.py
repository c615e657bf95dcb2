"""Every figure in README.md and in the reports under results/ follows from the committed files below it.

README.md, docs/findings.md <- results/wikiart/{outliers.json, clean_up.csv, artist/evaluate.json, <table>_summary.csv}
README.md <- results/wikiart/summary.json <- evaluate.json of each run <- plots/evaluate/confusion.csv
<table>.md and <table>_summary.csv <- <table>.csv <- <table>_counts.csv.gz
"""

import re
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from artstyle.campaign_report import build_report, round_summary
from artstyle.campaigns import read_campaign
from artstyle.readme_blocks import build_demo, build_pages, build_results, fill_blocks
from artstyle.results import summarise_modes
from artstyle.scores import score_predictions
from artstyle.tables import read_json, read_table, write_table

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "results"
PAGES = ["README.md", "docs/findings.md"]
TEXTS = [*PAGES, "docs/campaigns.md", "docs/choices.md", "results/wikiart/README.md"]
CAMPAIGNS = {
    (read_campaign(ROOT / "experiments.yaml", name)["table"]): name
    for name in yaml.safe_load((ROOT / "experiments.yaml").read_text(encoding="utf-8"))
}
_TOGETHER = "_together_summary.csv"  # of a cross-validation, beside its report
REPORTS = sorted(path for path in RESULTS.glob("*/*_summary.csv") if not path.name.endswith(_TOGETHER))


@pytest.mark.parametrize("page", PAGES)
def test_the_tables_of_a_page_are_those_of_results(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert fill_blocks(text, build_pages(ROOT)[page], page) == text, "run `make readme`"


def test_the_demo_scores_of_the_readme_are_the_committed_ones(tmp_path):
    # Of the last commit, not of the workspace, which any experiment changes.
    shown = {
        name: subprocess.run(
            ["git", "show", f"HEAD:{name}"], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout
        for name in ("README.md", "metrics/evaluate.json")
    }
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "evaluate.json").write_text(shown["metrics/evaluate.json"])
    blocks = {"demo-scores": build_demo(tmp_path)}
    assert fill_blocks(shown["README.md"], blocks, "README.md") == shown["README.md"], "run `fill_readme.py --demo`"


def test_every_block_stands_on_one_page():
    pages = build_pages(ROOT)
    assert sorted(pages) == sorted(PAGES)
    assert sorted(name for blocks in pages.values() for name in blocks) == sorted(build_results(ROOT))


@pytest.mark.parametrize("page", TEXTS)
def test_every_file_and_heading_that_a_page_links_to_is_there(page):
    links = re.findall(r"\]\((?!https?://)([^)]+)\)", (ROOT / page).read_text(encoding="utf-8"))
    assert links, "the pages belong together"
    for link in links:
        name, _, anchor = link.partition("#")
        target = (ROOT / page).parent / name if name else ROOT / page
        assert target.exists(), link
        assert not anchor or anchor in list_anchors(target), link


@pytest.mark.parametrize("page", TEXTS)
def test_every_code_block_of_a_page_ends(page):
    fences = re.findall(r"^```.*$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert len(fences) % 2 == 0 and set(fences[1::2]) <= {"```"}


def list_anchors(page: Path) -> list[str]:
    """Return what links to the headings of a Markdown file end with: lower case, no punctuation, `-` for blanks."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


def test_the_summary_is_that_of_the_collected_runs():
    assert read_json(RESULTS / "wikiart" / "summary.json") == summarise_modes(RESULTS / "wikiart")


def test_what_outliers_measured_is_that_of_the_run_it_names():
    measured = read_json(RESULTS / "wikiart" / "outliers.json")
    run = measured.pop("run")
    assert measured == read_json(RESULTS / "wikiart" / "artist" / "outliers.json")
    assert run == {k: v for k, v in read_json(RESULTS / "wikiart" / "artist" / "run.json").items() if k != "stages"}


@pytest.mark.parametrize("mode", ["artist", "random"])
def test_the_scores_of_a_collected_run_follow_from_its_confusions(mode):
    test = read_json(RESULTS / "wikiart" / mode / "evaluate.json")["test"]
    table = read_table(RESULTS / "wikiart" / mode / "plots" / "evaluate" / "confusion.csv", ["actual", "predicted"])
    names = list(test["per_class"])
    labels, predicted = (table[column].map(names.index).to_numpy() for column in ("actual", "predicted"))
    derived = score_predictions(labels, np.eye(len(names))[predicted], names)
    for name in ("n", "accuracy", "balanced_accuracy", "macro", "weighted"):
        assert test[name] == pytest.approx(derived[name], abs=1e-6), name
    for name in names:
        assert test["per_class"][name] == pytest.approx(derived["per_class"][name], abs=1e-6), name


def test_reports_are_those_of_their_rows_and_counts(tmp_path):
    for path in REPORTS:
        table, dataset = path.name.removesuffix("_summary.csv"), path.parent.name
        name = CAMPAIGNS[table]
        campaign = read_campaign(ROOT / "experiments.yaml", name)
        text, summary, other = build_report(name, campaign, dataset, path.parent)
        together = path.with_name(table + _TOGETHER)
        assert together.is_file() == bool(campaign.get("folds") and len(other))
        for made, place in ((summary, path), (other, together)):
            if place.is_file():
                write_table(tmp_path / "summary.csv", round_summary(made))
                pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "summary.csv"), pd.read_csv(place), atol=2e-6)
        remade = f"python src/report_campaign.py --campaign {name} --dataset {dataset}"
        assert (path.parent / f"{table}.md").read_text(encoding="utf-8") == text, f"run `{remade}`"


def test_every_table_of_a_campaign_has_its_report_and_counts():
    for path in RESULTS.glob("*/*.csv"):
        if path.name == "clean_up.csv":  # the table of another experiment
            continue
        table = path.stem.removesuffix("_summary").removesuffix("_together")
        for name in (f"{table}.csv", f"{table}_summary.csv", f"{table}_counts.csv.gz", f"{table}.md"):
            assert path.with_name(name).is_file(), f"{path}: {name} is missing; run src/report_campaign.py"
        assert table in CAMPAIGNS, path

import pytest

from artstyle.campaign_runs import run_campaign
from artstyle.errors import UserError
from artstyle.results_check import check_row, find_check
from artstyle.tables import read_json, write_json
from test_campaign_runs import RUNS, Dvc, git_status
from test_campaign_runs import root as root  # the fixture
from test_campaigns import CAMPAIGN


class Drifted(Dvc):
    """Gives an accuracy that is off by so much."""

    def __init__(self, by):
        super().__init__()
        self.by, self.commands = by, []

    def __call__(self, command, root, log):
        self.commands.append(command)
        status = super().__call__(command, root, log)
        scores = read_json(root / "metrics" / "evaluate.json")
        scores["test"]["accuracy"] = 0.6 + self.by
        write_json(root / "metrics" / "evaluate.json", scores)
        return status


def test_a_row_that_holds_is_run_anew_under_another_name(root):
    table, dvc = root / "results" / "rows.csv", Drifted(0.009)
    run_campaign(RUNS[:1], table, root, Dvc())
    before = table.read_bytes()
    lines = check_row(RUNS[0], table, root, 0.01, dvc)
    assert lines[2] == f"accuracy: 0.6000 in {table}, 0.6090 now" and len(lines) == 4
    run = dvc.commands[1]
    assert run[:6] == ["dvc", "exp", "run", "--name", "results-check", "--force"] and run[-1] == "evaluate"
    assert dvc.commands[2][2:] == ["remove", "--quiet", "results-check"]
    assert table.read_bytes() == before and git_status(root) == ""


def test_a_row_that_does_not_hold_or_is_not_there_is_an_error(root):
    table = root / "results" / "rows.csv"
    with pytest.raises(UserError, match="no row for plain-1; run the campaign first"):
        check_row(RUNS[0], table, root, 0.01, Dvc())
    run_campaign(RUNS[:1], table, root, Dvc())
    with pytest.raises(UserError, match=r"accuracy differ by more than 0\.01"):
        check_row(RUNS[0], table, root, 0.01, Drifted(-0.02))
    assert git_status(root) == ""


def test_the_run_to_check_stands_in_the_campaign():
    check = {"dataset": "demo", "variant": "no-map", "seed": 2, "tolerance": 0.01}
    assert find_check("small", {**CAMPAIGN, "check": check}) == (RUNS[3], 0.01)
    with pytest.raises(UserError, match="campaign small: 'check' needs dataset, variant, seed and tolerance"):
        find_check("small", CAMPAIGN)

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml

from artstyle import campaign_runs
from artstyle.campaign_counts import find_counts, read_counts
from artstyle.campaign_parameters import read_parameters
from artstyle.campaign_runs import run_campaign
from artstyle.campaigns import list_runs
from artstyle.errors import UserError
from artstyle.evaluation_names import TOGETHER
from test_campaign_rows import write_metrics
from test_campaigns import CAMPAIGN

# Of the exported model: two works of one artist, right and wrong, one of another, right.
PREDICTIONS = """painting,artist,label,split,phase,a,b
1,ann,a,test,final,0.9,0.1
2,ann,a,test,final,0.2,0.8
3,bob,b,test,final,0.2,0.8
4,bob,b,test,phase1,0.8,0.2
5,bob,b,validation,final,0.8,0.2
"""
RUNS = list_runs("small", CAMPAIGN, "demo")


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A repository with the files that a campaign touches."""
    for name in ("GIT_DIR", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    root = tmp_path / "a repository"
    (root / "plots").mkdir(parents=True)
    (root / "plots" / "x.csv").write_text("a\n")
    (root / "data").mkdir()
    (root / "data" / "predictions.csv").write_text(PREDICTIONS)
    (root / "params.yaml").write_text("seed: 1\n")
    lock = {"stages": {"filter": {"deps": [{"path": "data/demo", "md5": "d.dir"}]}}}
    (root / "dvc.lock").write_text(yaml.safe_dump(lock))
    write_metrics(root / "metrics")
    (root / ".gitignore").write_text("/data\n/logs\n")
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "start"]):
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@localhost", *command], cwd=root, check=True)
    return root


class Dvc:
    """Stands in for DVC: remembers what it is asked for, changes params.yaml, fails where told to."""

    def __init__(self, failing=(), interrupted=None):
        self.failing, self.interrupted, self.seen, self.parameters = failing, interrupted, [], []

    def __call__(self, command, root, log):
        log.write_text("output\n")
        if command[2] == "remove":
            return 1
        name = command[command.index("--name") + 1]
        if name == self.interrupted:
            raise KeyboardInterrupt
        self.seen.append(name)
        self.parameters.append((root / "params.yaml").read_text())
        (root / "params.yaml").write_text(f"changed by {name}\n")
        subprocess.run(["git", "add", "params.yaml"], cwd=root, check=True)  # as DVC leaves it
        (root / "plots" / "new.csv").write_text("b\n")
        with open(root / "logs" / "timings.jsonl", "a") as file:
            file.write('{"stage": "train_phase1", "seconds": 5.0}\n')
        return 3 if name in self.failing else 0


def git_status(root) -> str:
    """What differs from the last commit, the table of the campaign left out."""
    command = ["git", "status", "--porcelain", "--", ":!results"]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout


def test_rows_of_other_parameters_stop_the_campaign_until_told_what_to_do(root):
    table, dvc = root / "results" / "rows.csv", Dvc()
    run_campaign(RUNS[:2], table, root, dvc)
    (root / "params.yaml").write_text("seed: 1\nloss: focal\n")
    identity = ["-c", "user.name=t", "-c", "user.email=t@localhost"]
    subprocess.run(["git", *identity, "commit", "--quiet", "-am", "focal"], cwd=root, check=True)
    run_campaign(RUNS[:2], table, root, dvc)  # a parameter that the rows did not have yet
    assert len(dvc.seen) == 2
    run_campaign(RUNS[2:3], table, root, dvc)
    (root / "params.yaml").write_text("seed: 1\nloss: ldam\n")
    subprocess.run(["git", *identity, "commit", "--quiet", "-am", "ldam"], cwd=root, check=True)
    message = (
        r"rows\.csv: 1 of 3 rows have other .* \(first: plain, seed 2: loss was focal and is ldam\); --others again"
    )
    with pytest.raises(UserError, match=message):
        run_campaign(RUNS, table, root, dvc)
    run_campaign(RUNS[:3], table, root, dvc, "keep")
    assert len(dvc.seen) == 3
    run_campaign(RUNS, table, root, dvc, "again")
    assert dvc.seen[3:] == [RUNS[2].name, RUNS[3].name]
    rows = pd.read_csv(table)
    assert len(rows) == 4 and set(rows["parameters_md5"]) < set(read_parameters(table))


def test_a_row_that_is_run_anew_takes_the_place_of_the_old_one(root):
    table = root / "results" / "rows.csv"
    run_campaign(RUNS[:2], table, root, Dvc())
    changed = list_runs("small", {**CAMPAIGN, "base": {"phases": 2}}, "demo")
    run_campaign(changed[:1], table, root, Dvc(), "again")
    rows = pd.read_csv(table)
    assert rows["command"].tolist() == [" ".join(RUNS[1].command), " ".join(changed[0].command)]


def test_outside_of_git_it_is_one_line(tmp_path):
    with pytest.raises(UserError, match=r"^git status: fatal: not a git repository"):
        run_campaign(RUNS, tmp_path / "rows.csv", tmp_path, Dvc())


def test_an_interrupt_waits_until_the_command_has_put_things_back(tmp_path, monkeypatch):
    class Command:
        waits = 0

        def __init__(self, command, **options):
            assert options["env"]["PATH"].startswith(str(Path(sys.executable).parent))

        def wait(self):
            Command.waits += 1
            if Command.waits == 1:
                raise KeyboardInterrupt
            return 1

    monkeypatch.setattr(campaign_runs.subprocess, "Popen", Command)
    with pytest.raises(KeyboardInterrupt):
        campaign_runs.execute_dvc(["dvc", "exp", "run"], tmp_path, tmp_path / "log")
    assert Command.waits == 2


def test_every_run_gets_a_row_and_the_workspace_is_put_back(root, capsys):
    dvc, table = Dvc(), root / "results" / "rows.csv"
    assert run_campaign(RUNS, table, root, dvc) == 0
    rows = pd.read_csv(table)
    assert dvc.seen == [run.name for run in RUNS]
    assert rows["command"].tolist() == [" ".join(run.command) for run in RUNS]
    assert rows["data_md5"].tolist() == ["d.dir"] * 4
    assert dvc.parameters == ["seed: 1\n"] * 4  # no run sees the overrides of the one before
    assert git_status(root) == ""
    assert (root / "logs" / "small" / "predictions" / f"{RUNS[0].name}.csv").read_text() == PREDICTIONS
    assert len(read_counts(find_counts(table))) == 3 * 4
    assert rows["seconds"].tolist() == [5] * 4 and rows["overrides"][2] == "dataset=demo;seed=2;phases=1"
    assert "[2/4] no-map-1, about 0 min left" in capsys.readouterr().out


def test_finished_runs_are_skipped_and_an_interrupted_campaign_goes_on(root, capsys):
    table = root / "results" / "rows.csv"
    with pytest.raises(KeyboardInterrupt):
        run_campaign(RUNS, table, root, Dvc(interrupted=RUNS[2].name))
    assert len(pd.read_csv(table)) == 2
    assert (root / "params.yaml").read_text() == "seed: 1\n"
    dvc = Dvc()
    assert run_campaign(RUNS, table, root, dvc) == 0
    assert dvc.seen == [RUNS[2].name, RUNS[3].name]
    assert "2 of 4 runs are finished" in capsys.readouterr().out


def test_a_failure_is_reported_and_the_others_go_on(root, capsys):
    table = root / "results" / "rows.csv"
    assert run_campaign(RUNS, table, root, Dvc(failing=[RUNS[1].name])) == 1
    assert len(pd.read_csv(table)) == 3
    out = capsys.readouterr().out
    assert f"failed: status 3; see logs/small/{RUNS[1].name}.log" in out
    assert out.splitlines()[-1] == f"1 runs failed: {RUNS[1].name}"


def test_changes_that_would_be_lost_stop_it_first(root):
    (root / "params.yaml").write_text("mine\n")
    dvc = Dvc()
    with pytest.raises(UserError, match=r"^params\.yaml: changed and not committed"):
        run_campaign(RUNS, root / "rows.csv", root, dvc)
    assert dvc.seen == []
    assert (root / "params.yaml").read_text() == "mine\n"


def test_a_run_that_leaves_no_scores_is_reported_and_the_others_go_on(root, capsys):
    class Bad(Dvc):
        def __call__(self, command, root, log):
            status = super().__call__(command, root, log)
            text = "painting\n1\n" if self.seen and self.seen[-1] == RUNS[1].name else PREDICTIONS
            (root / "data" / "predictions.csv").write_text(text)
            return status

    table = root / "results" / "rows.csv"
    assert run_campaign(RUNS, table, root, Bad()) == 1
    assert "  failed: " in capsys.readouterr().out
    assert pd.read_csv(table)["seed"].tolist() == [1, 2, 2]


def test_of_folds_works_judged_together_are_counted_as_well(root):
    together = PREDICTIONS + "2,ann,a,test,final_together,0.6,0.4\n"
    (root / "data" / "predictions.csv").write_text(together)
    table, fold = (
        root / "results" / "demo" / "small.csv",
        replace(RUNS[0], overrides={**RUNS[0].overrides, "split.fold": "1/5"}),
    )
    run_campaign([RUNS[1]], table, root, Dvc())
    assert not find_counts(table, TOGETHER).exists()
    run_campaign([fold], table, root, Dvc())
    counts = read_counts(find_counts(table, TOGETHER))
    assert counts[["artist", "given", "predicted", "n"]].to_numpy().tolist() == [["ann", "a", "a", 1]]


def test_a_crash_between_counts_and_row_leaves_the_run_open(root, monkeypatch):
    table = root / "results" / "rows.csv"

    def crash(*_):
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(campaign_runs, "write_table", crash)
        with pytest.raises(OSError):
            run_campaign(RUNS[:1], table, root, Dvc())
    dvc = Dvc()
    assert run_campaign(RUNS[:1], table, root, dvc) == 0
    assert dvc.seen == [RUNS[0].name] and len(read_counts(find_counts(table))) == 3

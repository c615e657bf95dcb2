import argparse
import subprocess

import pytest

from artstyle.commands import find_commit, number_between, tell_mistakes
from artstyle.errors import UserError


def test_a_mistake_ends_with_one_line_and_status_1(capsys):
    with pytest.raises(SystemExit) as ended, tell_mistakes("collect"):
        raise UserError("x.csv: no such file")
    assert ended.value.code == 1
    assert capsys.readouterr().err == "collect: error: x.csv: no such file\n"


def test_other_errors_are_not_hidden():
    with pytest.raises(ZeroDivisionError), tell_mistakes("collect"):
        raise ZeroDivisionError


def test_the_commit_is_that_of_the_repository_and_missing_ones_are_told(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    for name in ("GIT_DIR", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UserError, match="no commit to name"):
        find_commit(tmp_path)
    identity = ["-c", "user.name=t", "-c", "user.email=t@localhost"]
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    with pytest.raises(UserError, match="no commit to name"):
        find_commit(tmp_path)
    subprocess.run(["git", *identity, "commit", "--quiet", "--allow-empty", "-m", "one"], cwd=tmp_path, check=True)
    assert len(find_commit(tmp_path)) == 40


def test_code_that_is_not_committed_has_no_commit(tmp_path, monkeypatch):
    for name in ("GIT_DIR", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    identity = ["-c", "user.name=t", "-c", "user.email=t@localhost"]
    subprocess.run(["git", *identity, "commit", "--quiet", "--allow-empty", "-m", "one"], cwd=tmp_path, check=True)
    (tmp_path / "params.yaml").write_text("a: 1\n")  # as a run leaves it
    assert len(find_commit(tmp_path)) == 40
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "new.py").write_text("\n")
    with pytest.raises(UserError, match=r"^src/.*: changed and not committed"):
        find_commit(tmp_path)


def test_options_are_numbers_in_their_range():
    assert number_between(0.1, 0.5)("0.5") == 0.5 and number_between(0, 9, int)("9") == 9
    for read, text in (
        (number_between(0.1, 0.5), "0.6"),
        (number_between(0, 9, int), "1.5"),
        (number_between(0, 1), "nan"),
    ):
        with pytest.raises(argparse.ArgumentTypeError, match=f"'{text}' is not a"):
            read(text)

import json
import os
from pathlib import Path

import pytest

from artstyle.errors import UserError
from artstyle.stage import run_stage


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text("seed: 4\nrate: 1e-3\nother: 5\n")
    return tmp_path


def test_paths_come_from_the_command_line_and_numbers_from_params_yaml(capsys):
    seen = {}

    def main(some_table: Path, out: Path, *, seed: int, rate: float) -> None:
        seen.update(table=some_table, out=out, seed=seed, rate=rate)

    run_stage(main, ("seed", "rate"), ["--some-table", "a b.csv", "--out", "c"])
    assert seen == {"table": Path("a b.csv"), "out": Path("c"), "seed": 4, "rate": 0.001}
    assert capsys.readouterr().out.startswith("test_stage: done in ")


def test_tensorflow_is_told_its_threads_and_main_is_not(folder, monkeypatch):
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "9")
    (folder / "params.yaml").write_text("seed: 4\nthreads: 3\n")
    seen = {}

    def main(*, seed: int) -> None:
        seen.update(seed=seed, threads=os.environ["TF_NUM_INTRAOP_THREADS"])

    run_stage(main, ("seed", "threads"), [])
    assert seen == {"seed": 4, "threads": "3"}


@pytest.mark.parametrize("threads", ["0", "257", "2.5", "all"])
def test_threads_out_of_range_are_named(folder, capsys, threads):
    (folder / "params.yaml").write_text(f"threads: {threads}\n")
    with pytest.raises(SystemExit):
        run_stage(lambda: None, ("threads",), [])
    assert "params.yaml: threads is" in capsys.readouterr().err


def test_time_and_memory_are_logged_beside_the_outputs(folder):
    def main(*, seed: int) -> None:
        pass

    for _ in range(2):
        run_stage(main, ("seed",), [])
    lines = [json.loads(line) for line in (folder / "logs" / "timings.jsonl").read_text().splitlines()]
    assert len(lines) == 2
    assert lines[0]["stage"] == "test_stage"
    assert lines[0]["seconds"] >= 0
    assert lines[0]["peak_mib"] > 10


def fail(error):
    def main(*, seed: int) -> None:
        raise error

    return main


@pytest.mark.parametrize(
    ("main", "parameters", "message"),
    [(fail(UserError("a.csv: no such file")), ("seed",), "a.csv: no such file"),
     (fail(UserError("never called")), ("missing",), "params.yaml: parameter 'missing' is missing")],
)  # fmt: skip
def test_a_mistake_of_the_user_is_one_line_and_status_1(capsys, folder, main, parameters, message):
    with pytest.raises(SystemExit) as stopped:
        run_stage(main, parameters, [])
    assert stopped.value.code == 1
    captured = capsys.readouterr()
    assert captured.err == f"test_stage: error: {message}\n"
    assert captured.out == ""
    assert not (folder / "logs").exists()


def test_an_interrupt_is_one_line_and_a_status_of_its_own(capsys):
    with pytest.raises(SystemExit) as stopped:
        run_stage(fail(KeyboardInterrupt()), ("seed",), [])
    assert stopped.value.code == 130
    assert capsys.readouterr().err == "test_stage: interrupted; `dvc repro` starts this stage again\n"


def test_a_fault_of_the_program_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        run_stage(fail(ZeroDivisionError()), ("seed",), [])


@pytest.mark.parametrize("arguments", [[], ["--some", "x"], ["--some-table", "x", "--more", "y"]])
def test_a_wrong_command_line_is_refused(capsys, arguments):
    def main(some_table: Path) -> None:
        raise AssertionError("not to be called")

    with pytest.raises(SystemExit) as stopped:
        run_stage(main, (), arguments)
    assert stopped.value.code == 2
    assert "--some-table" in capsys.readouterr().err

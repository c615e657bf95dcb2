"""What `make` says before anything is installed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(("version", "goes_on"), [((3, 10), False), ((3, 11), True), ((3, 13), True), ((3, 14), False)])
def test_only_a_python_that_the_packages_are_pinned_for_installs_them(tmp_path, version, goes_on):
    for name in ("Makefile", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    python = tmp_path / "python"  # says that it is another version, and goes no further than that
    python.write_text(
        f'#!/bin/sh\n[ "$1" = -c ] && exec {sys.executable} -c "import sys; sys.version_info = (*{version}, 0); $2"\n'
        "echo goes on\nexit 1\n"
    )
    python.chmod(0o755)
    made = subprocess.run(
        ["make", f"PYTHON={python}", "install"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert made.returncode != 0
    assert ("goes on" in made.stdout) is goes_on
    assert ("error: Python 3.11 to 3.13 is needed" in made.stderr) is not goes_on
    assert not (tmp_path / ".venv").exists()

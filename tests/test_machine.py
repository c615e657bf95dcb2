import ast
import subprocess
import sys
from pathlib import Path

import pytest

from artstyle import machine
from artstyle.machine import PINS, pin_instructions

SOURCE = Path(__file__).parents[1] / "src"
# Neither of them loads a library that chooses instructions.
HARMLESS = {*sys.stdlib_module_names, "yaml", "threadpoolctl"}


@pytest.fixture
def processors(tmp_path, monkeypatch):
    monkeypatch.setattr(machine.platform, "machine", lambda: "x86_64")

    def write(flags: str) -> Path:
        path = tmp_path / "cpuinfo"
        path.write_text(f"processor\t: 0\nmodel name\t: some\nflags\t\t: {flags}\n")
        return path

    return write


def test_instructions_are_held_to_avx2_where_the_processor_has_them(processors):
    environment = {}
    pin_instructions(environment, processors("fpu sse2 fma avx avx2 avx512f"))
    assert environment == PINS


@pytest.mark.parametrize("flags", ["fpu sse2 avx", "fpu avx2x fma", "fpu avx2"])
def test_a_processor_without_them_is_left_alone(processors, flags):
    environment = {}
    pin_instructions(environment, processors(flags))
    assert environment == {}


def test_another_kind_of_processor_or_system_is_left_alone(processors, monkeypatch, tmp_path):
    environment = {}
    pin_instructions(environment, tmp_path / "missing")
    monkeypatch.setattr(machine.platform, "machine", lambda: "aarch64")
    pin_instructions(environment, processors("avx2 fma"))
    assert environment == {}


def test_what_the_user_has_set_stays(processors):
    environment = {"ONEDNN_MAX_CPU_ISA": "ALL"}
    pin_instructions(environment, processors("avx2 fma"))
    assert environment == {**PINS, "ONEDNN_MAX_CPU_ISA": "ALL"}


def test_numpy_takes_no_wider_instructions_than_avx2_once_artstyle_is_imported():
    code = "import artstyle, numpy as np; print(np.show_config(mode='dicts')['SIMD Extensions'].get('found', []))"
    found = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(SOURCE)}, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stderr
    assert "X86_V4" not in found.stdout and "AVX512" not in found.stdout


@pytest.mark.parametrize("script", sorted(SOURCE.glob("*.py")), ids=lambda path: path.name)
def test_a_script_imports_artstyle_before_any_library_that_chooses_instructions(script):
    names = [
        _name(node) for node in ast.parse(script.read_text()).body if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    chosen = [name for name in names if name not in HARMLESS]
    assert chosen[:1] in ([], ["artstyle"])


def _name(node: ast.Import | ast.ImportFrom) -> str:
    return (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0]

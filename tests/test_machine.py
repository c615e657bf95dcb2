import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from artstyle import machine
from artstyle.machine import PINS, keep_freed_memory, pin_instructions

SOURCE = Path(__file__).parents[1] / "src"
# None of them loads a library that chooses instructions.
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


def test_numpy_can_be_told_its_own_features(processors):
    environment = {"NPY_ENABLE_CPU_FEATURES": "X86_V4"}  # NumPy stops where both are set
    pin_instructions(environment, processors("avx2 fma"))
    assert "NPY_DISABLE_CPU_FEATURES" not in environment and "OPENBLAS_CORETYPE" in environment


def run_python(code: str) -> list[str]:
    environment = {"PYTHONPATH": str(SOURCE), "PATH": os.environ["PATH"]}
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    return found.stdout.split()


def test_libraries_loaded_after_artstyle_obey():
    environment = {}
    pin_instructions(environment)
    kernels = run_python(
        "import artstyle, numpy, scipy.linalg, threadpoolctl\n"
        "for pool in threadpoolctl.threadpool_info(): print(pool.get('architecture'), pool['num_threads'])"
    )
    if environment:  # on a processor that is left alone there is nothing to obey
        assert set(kernels[::2]) == {"Haswell"} and set(kernels[1::2]) == {"1"}


def test_no_module_wakes_tensorflow_before_it_is_told_its_threads():
    (initialised,) = run_python(
        "import extract_features, train_phase1, evaluate, picture_suspects, artstyle.phases, artstyle.refitting\n"
        "from tensorflow.python.eager import context\n"
        "print(context._context is not None and context._context._initialized)"
    )
    assert initialised == "False"


@pytest.mark.parametrize("script", sorted(SOURCE.glob("*.py")), ids=lambda path: path.name)
def test_a_script_imports_artstyle_before_any_library_that_chooses_instructions(script):
    names = [
        _name(node) for node in ast.parse(script.read_text()).body if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    chosen = [name for name in names if name not in HARMLESS]
    assert chosen[:1] in ([], ["artstyle"])


def _name(node: ast.Import | ast.ImportFrom) -> str:
    return (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0]


MEASURE = """
import mmap, resource, sys
import artstyle.machine, numpy as np
if sys.argv[1] == "keep":
    artstyle.machine.keep_freed_memory()
def touch():
    np.empty(96 * 1024**2, np.uint8)[:: mmap.PAGESIZE] = 1
touch()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    touch()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def count_faults(how: str) -> int:
    """Return the pages that the system had to bring for five large blocks, after a first one of the same size."""
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "NUMPY_MADVISE_HUGEPAGE": "0"}
    command = [sys.executable, "-c", MEASURE, how]
    return int(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)


def test_large_blocks_use_the_same_memory_again_with_glibc():
    assert count_faults("leave") > 1000
    assert (count_faults("keep") < 100) == (machine.platform.libc_ver()[0] == "glibc")


def test_another_c_library_is_left_alone(monkeypatch):
    monkeypatch.setattr(machine.platform, "libc_ver", lambda: ("", ""))
    assert keep_freed_memory() is False

import importlib.util
from pathlib import Path

import pytest

BENCHMARKS = sorted((Path(__file__).parents[1] / "benchmarks").glob("*.py"))


@pytest.mark.parametrize("path", BENCHMARKS, ids=lambda path: path.stem)
def test_a_benchmark_finds_everything_that_it_imports(path, monkeypatch):
    monkeypatch.syspath_prepend(str(path.parent))  # as for a script
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert callable(module.main)
    assert module.__doc__.splitlines()[2].lstrip().startswith("PYTHONPATH=src python benchmarks/" + path.name)


def test_there_are_benchmarks():
    assert len(BENCHMARKS) >= 3

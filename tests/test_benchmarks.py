import importlib.util
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from artstyle.errors import UserError

BENCHMARKS = sorted((Path(__file__).parents[1] / "benchmarks").glob("*.py"))


def load(path: Path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", BENCHMARKS, ids=lambda path: path.stem)
def test_a_benchmark_finds_everything_that_it_imports(path, monkeypatch):
    monkeypatch.syspath_prepend(str(path.parent))  # as for a script
    module = load(path)
    assert callable(module.main)
    assert module.__doc__.splitlines()[2].lstrip().startswith("PYTHONPATH=src python benchmarks/" + path.name)


def test_there_are_benchmarks():
    assert len(BENCHMARKS) >= 3


def test_the_shift_of_a_view_is_in_deviations_of_the_plain_one(monkeypatch):
    module = load(next(path for path in BENCHMARKS if path.stem == "view_shift"))
    monkeypatch.setattr(module, "CHUNK", 3)  # two readings
    plain = np.array([[0, 7, 1], [2, 7, 1], [0, 7, 3], [2, 7, 3]])  # deviations 1, 0, 1
    views = np.stack([plain, plain + np.array([0.5, 1, -2])], axis=1)
    store = SimpleNamespace(facts={"n_paintings": 4})
    store.read_inputs = lambda names, rows, chosen: {names[0]: views[rows, chosen]}
    assert module.measure_shift(store, "pooled", 1) == pytest.approx([0.5, 2])
    assert module.measure_shift(store, "pooled", 0) == pytest.approx([0, 0])


def test_a_cache_without_augmented_views_is_named(monkeypatch):
    module = load(next(path for path in BENCHMARKS if path.stem == "view_shift"))
    monkeypatch.setattr(module, "read_table", lambda path: None)
    monkeypatch.setattr(module, "open_features", lambda *_: SimpleNamespace(facts={"n_views": 1}))
    with pytest.raises(UserError, match=r"extract_features\.n_views is 1"):
        module.main()


@pytest.mark.parametrize("options", [["--works", "0"], ["--epochs", "8", "none"], ["--epochs", "8"], ["--phases", "3"]])
def test_impossible_numbers_are_named(options, monkeypatch, capsys):
    module = load(next(path for path in BENCHMARKS if path.stem == "cached_training"))
    monkeypatch.setattr("sys.argv", ["cached_training.py", *options])
    with pytest.raises(SystemExit):
        module.main()
    assert options[0] in capsys.readouterr().err.splitlines()[-1]


def test_a_workspace_that_was_never_run_is_named(monkeypatch, tmp_path):
    module = load(next(path for path in BENCHMARKS if path.stem == "cached_training"))
    monkeypatch.setattr("sys.argv", ["cached_training.py"])
    (tmp_path / "params.yaml").write_bytes(Path("params.yaml").read_bytes())
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"data/filtered/paintings\.csv: no such file"):
        module.main()


@pytest.mark.parametrize(("phases", "trained"), [([1, 2], ["1c", "1p", "2c", "2p"]), ([2], ["1c", "2c", "2p"])])
def test_fine_tuning_starts_from_the_head_that_the_cache_made(phases, trained, monkeypatch):
    module = load(next(path for path in BENCHMARKS if path.stem == "cached_training"))
    runs = []

    def measure(phase, source, data, pictures, settings, epochs, head=None):
        runs.append((f"{phase}{source[0]}", epochs, head))
        return {"phase": phase, "source": source, "seconds": 1, "accuracy": 0.5, "head": f"head of {phase}{source[0]}"}

    monkeypatch.setattr(module, "measure", measure)
    rows = module.measure_phases(phases, (8, 3), None, None, None)
    assert [run[0] for run in runs] == trained
    assert all(run[1:] == ((8, None) if run[0][0] == "1" else (3, "head of 1c")) for run in runs)
    assert sorted(rows["phase"].unique()) == phases


@pytest.mark.parametrize("phase", [1, 2, 3])
def test_the_memory_of_each_phase_can_be_measured(phase, monkeypatch, capsys):
    module = load(next(path for path in BENCHMARKS if path.stem == "training_memory"))
    monkeypatch.setattr(module, "PICTURE_PX", 32)
    monkeypatch.setattr(module, "keep_freed_memory", lambda: None)  # for good, in this process
    module.measure(phase, 80)
    assert float(capsys.readouterr().out.splitlines()[-1].removeprefix("peak ")) > 0


def load_frozen_features():
    return load(next(path for path in BENCHMARKS if path.stem == "frozen_features"))


def test_likeness_is_of_standardised_features_and_vectors_count_alike():
    module = load_frozen_features()
    # Two works. Plain views: (1, 5) and (3, 5); the second column says nothing. Augmented ones: (2, 9) and (5, 9).
    pooled = np.array([[[1, 5], [2, 9]], [[3, 5], [5, 9]]], np.float16)
    covariances = np.array([[[1], [1]], [[-1], [-1]]], np.float16) * 100
    store = SimpleNamespace(pooled=pooled, covariances=covariances)
    likeness = module.measure_likeness([store], np.array([0, 1]), 2)
    first, second = np.array([-1, 1, 0, 3]), np.array([1, -1, 1, -1])  # standardised: plain views, then augmented ones
    assert likeness == pytest.approx((np.outer(first, first) + np.outer(second, second)) / 2)
    kernel = module.compute_kernel(likeness, np.array([0]), np.array([0, 1]), 0.5)
    assert kernel == pytest.approx(np.array([[1, np.exp(-0.5 * 4)]]))  # squared distance 1 + 1 + 2


def test_painters_are_told_from_frozen_features_without_their_works():
    module = load_frozen_features()
    random = np.random.default_rng(1)
    labels, artists = np.repeat([0, 1], 30), np.array([f"artist {i // 3}" for i in range(60)])
    points = random.normal(size=(60, 1, 4)).astype(np.float16)
    points[:, 0, 0] += 6 * labels
    likeness = module.measure_likeness([SimpleNamespace(pooled=points, covariances=None)], np.arange(60), 1)
    options = SimpleNamespace(penalty=0.1, width=0.5)
    for exponent in (0, 0.5):
        scores = module.predict_folds(likeness, labels, artists, np.arange(60) // 3 % 5, 2, 1, exponent, options)
        assert np.mean(scores.argmax(1) == labels) > 0.9
        assert scores.sum(1) == pytest.approx(1, abs=1e-5)
    shuffled = np.repeat(random.permutation(np.repeat([0, 1], 10)), 3)
    scores = module.predict_folds(likeness, shuffled, artists, np.arange(60) // 3 % 5, 2, 1, 0, options)
    assert np.mean(scores.argmax(1) == shuffled) < 0.75


@pytest.mark.parametrize(
    "options",
    [["--views", "0"], ["--penalty", "0"], ["--artist-exponent", "2"], ["--artist-exponent", "nan"], ["--seed", "-1"]],
)
def test_impossible_numbers_about_frozen_features_are_named(options, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["frozen_features.py", *options])
    with pytest.raises(SystemExit):
        load_frozen_features().main()
    assert options[0] in capsys.readouterr().err.splitlines()[-1]

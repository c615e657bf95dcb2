"""dvc.yaml against the code: modules, parameters, paths and the command lines must agree."""

import ast
import importlib
import inspect
import re
import shlex
from pathlib import Path

import pytest
import yaml

from artstyle.objective_names import OBJECTIVE
from import_closure import imported_modules

ROOT = Path(__file__).parents[1]
DVC = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))
STAGES = DVC["stages"]
PARAMETERS = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
NAMED = [
    "draw_demo",
    "filter",
    "merge_sample",
    "split",
    "extract_features",
    "train_phase1",
    "finetune_phase2",
    "pseudolabel_phase3",
    "refit",
    "evaluate",
    "outliers",
    "picture_suspects",
]


def outputs_of(stage: dict) -> list[str]:
    entries = [*stage.get("outs", []), *stage.get("metrics", [])]
    return [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]


def options_of(stage: dict) -> dict[str, str]:
    words = shlex.split(stage["cmd"])[2:]
    return dict(zip(words[::2], words[1::2], strict=True))


def test_the_stages_of_the_readme_are_there_in_order():
    assert list(STAGES) == NAMED


@pytest.mark.parametrize("name", NAMED)
def test_a_stage_lists_exactly_the_modules_that_it_imports(name):
    listed = {dep for dep in STAGES[name]["deps"] if dep.startswith("src/")}
    needed = {path.relative_to(ROOT).as_posix() for path in imported_modules(ROOT / "src" / f"{name}.py")}
    assert listed == needed


@pytest.mark.parametrize("name", NAMED)
def test_a_stage_declares_exactly_the_parameters_that_it_reads(name):
    module = importlib.import_module(name)
    declared = STAGES[name]["params"]
    assert sorted(declared) == sorted(module.PARAMETERS)
    arguments = inspect.signature(module.main).parameters.values()
    keywords = [p.name for p in arguments if p.kind is p.KEYWORD_ONLY]
    if any(p.kind is p.VAR_KEYWORD for p in arguments):  # handed on whole
        keywords += OBJECTIVE
    assert sorted(keywords) == sorted({*module.PARAMETERS} - {"threads"})  # `run_stage` keeps it


@pytest.mark.parametrize("name", NAMED)
def test_the_stages_that_load_tensorflow_are_told_its_threads(name):
    assert ("threads" in STAGES[name]["params"]) == _loads(name, {"tensorflow", "keras"})


@pytest.mark.parametrize("name", NAMED)
def test_a_command_line_names_every_path_argument_once_and_declares_it(name):
    module, stage = importlib.import_module(name), STAGES[name]
    paths = [p.name for p in inspect.signature(module.main).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    options = options_of(stage)
    assert sorted(options) == sorted(f"--{path.replace('_', '-')}" for path in paths)
    declared = [*stage["deps"], *outputs_of(stage)]
    for path in options.values():
        assert any(path == entry or path.startswith(f"{entry}/") or entry.startswith(f"{path}/") for entry in declared)


def test_no_path_is_written_twice_and_every_read_path_is_written_by_a_stage():
    written = [path for stage in STAGES.values() for path in outputs_of(stage)]
    assert len(written) == len(set(written))
    for stage in STAGES.values():
        for dep in stage["deps"]:
            if not dep.startswith("src/") and "${" not in dep:
                assert dep in written


def test_every_parameter_is_read_by_a_stage_or_a_path():
    read = {name for stage in STAGES.values() for name in stage["params"]}
    text = (ROOT / "dvc.yaml").read_text(encoding="utf-8")
    for name in PARAMETERS:
        assert name in read or f"${{{name}}}" in text, name


def test_only_stages_that_train_or_predict_load_tensorflow():
    for name in ("draw_demo", "filter", "merge_sample", "split", "outliers"):
        assert not _loads(name, {"tensorflow", "keras", "dvclive"}), name


def _loads(stage: str, libraries: set[str]) -> bool:
    for path in imported_modules(ROOT / "src" / f"{stage}.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            if {found.split(".")[0] for found in names} & libraries:
                return True
    return False


def test_every_parameter_has_a_comment_above_it_and_there_are_no_anchors():
    lines = (ROOT / "params.yaml").read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines):
        assert not re.search(r"(^|\s)[&*]\w", line.split("#")[0]), line
        is_value = re.match(r"\s*\w+: *\S", line)
        if is_value and not lines[number - 1].lstrip().startswith("#"):
            # A block of values explained together: the comment stands above its first line.
            assert re.match(r"\s*\w+:", lines[number - 1]), f"params.yaml:{number + 1} has no comment"


def test_code_owns_no_path_of_the_pipeline():
    for name in NAMED:
        source = (ROOT / "src" / f"{name}.py").read_text(encoding="utf-8")
        body = ast.parse(source)
        texts = [n.value for n in ast.walk(body) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        docs = {
            ast.get_docstring(n, clean=False) for n in ast.walk(body) if isinstance(n, ast.Module | ast.FunctionDef)
        }
        for text in set(texts) - docs:
            assert not re.match(r"(data|models|metrics|plots)/", text), (name, text)


def test_the_top_level_choices_are_single_words():
    for name in ("dataset", "genres", "style_map", "target", "backbone", "head", "loss"):
        assert isinstance(PARAMETERS[name], str) and " " not in PARAMETERS[name]


def test_budgets_of_modules_and_functions_hold():
    for path in sorted((ROOT / "src").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 200, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                body = [n for n in node.body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]
                assert body[-1].end_lineno - body[0].lineno < 40, f"{path}: {node.name}"
                assert node.end_lineno - node.lineno < 60, f"{path}: {node.name}"

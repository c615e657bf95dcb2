"""Find every module under src/ that a stage script imports, directly or not, from the source text alone."""

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"


def imported_modules(script: Path, source: Path = SOURCE) -> set[Path]:
    """Return the files under `source` that `script` depends on, itself and package files included."""
    found, queue = set(), [script]
    while queue:
        path = queue.pop()
        if path in found:
            continue
        found.add(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for name in _names(node):
                queue.extend(_files(name, source))
    return found


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def _files(name: str, source: Path) -> list[Path]:
    parts = name.split(".")
    files = []
    for end in range(1, len(parts) + 1):
        place = source.joinpath(*parts[:end])
        files += [path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()]
    return files

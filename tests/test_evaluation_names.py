from pathlib import Path

from artstyle.evaluation_names import PHASES, find_models


def test_every_phase_has_the_folder_that_its_stage_writes():
    models = find_models(Path("a"), Path("b"), Path("c"))
    assert tuple(models) == PHASES
    assert [path.as_posix() for path in models.values()] == ["a", "b", "c/pseudo", "c/control"]

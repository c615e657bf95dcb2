"""Stage finetune_phase2: train the upper half of the backbone together with the head."""

from pathlib import Path
from typing import Any

from artstyle.model_folders import pass_on
from artstyle.objective_names import OBJECTIVE
from artstyle.packing import open_pack
from artstyle.parameters import call, check_number
from artstyle.stage import run_stage
from artstyle.tables import read_table, write_json

PARAMETERS = ("extract_features", "finetune_phase2", "phases", "seed", "threads", *OBJECTIVE)


def main(
    pack: Path,
    features: Path,
    paintings: Path,
    works: Path,
    classes: Path,
    previous: Path,
    model: Path,
    history: Path,
    metrics: Path,
    *,
    extract_features: dict,
    finetune_phase2: dict,
    phases: int,
    seed: int,
    **objective: Any,
) -> None:
    """Train the upper half of the backbone together with the head, from cached maps or through the pixels."""
    check_number("phases", phases, 1, 3, whole=True)
    if phases < 2:
        write_json(metrics, pass_on(previous, model, history))
        return
    # TensorFlow takes seconds to start, which a phase that is left out need not wait for.
    from artstyle.objectives import build_objective
    from artstyle.phases import run_phase2
    from artstyle.pixels import open_pictures
    from artstyle.training_data import read_training_data

    data = read_training_data(features, paintings, works, classes)
    aim = build_objective(data.classes, data.count_training_works(), **objective)
    pixels = open_pack(pack)
    facts = data.store.facts
    pictures = open_pictures(pixels, read_table(paintings), facts["picture_px"], facts["n_views"])
    arguments = (data, previous, aim, seed, model, history, pictures, extract_features["augmentation"])
    write_json(metrics, call(run_phase2, *arguments, section="finetune_phase2", values=finetune_phase2))


if __name__ == "__main__":
    run_stage(main, PARAMETERS)

"""Folders of saved models, without opening the models: a phase that is left out needs no TensorFlow."""

import shutil
from pathlib import Path
from typing import Any

from artstyle.errors import UserError
from artstyle.tables import read_json, write_json

WEIGHTS, FACTS = "model.weights.h5", "model.json"


def check_folder(folder: Path) -> dict[str, Any]:
    """Return the description of a saved model, and make sure that its weights are there.

    Raises:
        UserError: the folder is not a model, or cannot be read.
    """
    try:
        if not folder.is_dir():
            raise UserError(f"{folder}: no such folder; expected one that a stage has written, such as models/final")
        facts = read_json(folder / FACTS)
        if not (folder / WEIGHTS).is_file():
            raise UserError(f"{folder / WEIGHTS}: no such file")
    except OSError as error:
        raise UserError(f"{folder}: cannot be read ({error.strerror})") from None
    return facts


def find_reading(folder: Path) -> dict[str, Any]:
    """Return how the pictures were read that an exported classifier learned from: section `filter.reading`.

    Raises:
        UserError: the folder is not an exported classifier, or one of other code.
    """
    reading = check_folder(folder).get("reading")
    if not isinstance(reading, dict):
        raise UserError(f"{folder}: not a classifier that `evaluate` exported, or one of other code; use models/final")
    return reading


def pass_on(previous: Path, model: Path, history: Path) -> dict[str, int]:
    """Hand a network on unchanged, for a phase that `phases` leaves out; its history stays empty.

    Returns:
        Scores of a training of no epoch, which no choice of a model counts.

    Raises:
        UserError: the folder is not a model.
    """
    check_folder(previous)
    for folder in (model, history):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(previous, model)
    history.mkdir(parents=True)
    write_json(history / "metrics.json", {})
    print(f"{previous} is passed on: `phases` leaves this phase out", flush=True)
    return {"epochs": 0, "n_trainable_weights": 0}

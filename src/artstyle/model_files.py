"""Save and load networks so that equal weights give equal bytes and another process gets equal predictions."""

import os
import shutil
import warnings
from pathlib import Path

import keras

from artstyle.calibrated import build_calibrated, build_mirrored
from artstyle.errors import UserError
from artstyle.model_folders import FACTS, WEIGHTS, check_folder
from artstyle.networks import Architecture, Network, build_classifier, build_network
from artstyle.tables import read_json, write_json
from artstyle.temperature import read_calibration


def save_network(folder: Path, network: Network, architecture: Architecture, facts: dict) -> None:
    """Write the weights above the freeze boundary and the architecture; the folder appears when it is complete."""
    _save(folder, network.tail, architecture, facts)


def save_classifier(folder: Path, network: Network, architecture: Architecture, facts: dict) -> None:
    """Export the whole classifier with all its weights, frozen ones included; the folder appears when complete.

    Args:
        facts: `mirror` (true | false) and `calibration` {temperature, offsets} among them are applied when the
            classifier is loaded.
    """
    _save(folder, build_classifier(network), architecture, facts)


def _save(folder: Path, model: keras.Model, architecture: Architecture, facts: dict) -> None:
    # Not a `.keras` file: that stores the time of saving, and DVC would run every later stage again.
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    _save_weights(model, partial / WEIGHTS)
    write_json(partial / FACTS, {"architecture": architecture.as_json(), **facts})
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(partial, folder)


def _save_weights(model: keras.Model, path: Path) -> None:
    """Write the weights alone: what an optimizer remembers is three times as large, and no later stage reads it."""
    trained = [(part, part.optimizer) for part in _list_models(model) if getattr(part, "optimizer", None) is not None]
    try:
        for part, _ in trained:
            part.optimizer = None
        model.save_weights(path)
    finally:
        for part, optimizer in trained:
            part.optimizer = optimizer


def _list_models(model: keras.Model) -> list[keras.Model]:
    parts = [_list_models(layer) for layer in model.layers if isinstance(layer, keras.Model)]
    return [model, *(each for part in parts for each in part)]


def load_network(
    folder: Path, classes: list[str] | None = None, built: tuple[Network, Architecture] | None = None
) -> tuple[Network, Architecture]:
    """Load a network that `save_network` wrote; the frozen part comes from the pretrained weights.

    Args:
        classes: class names that the caller works with, to be checked against the model's.
        built: what an earlier call returned. If the architecture is the same, that network gets the weights and is
            returned, which saves building it, and its compiled functions stay.

    Raises:
        UserError: the folder is not a model, was made by other code, or was trained for other classes.
    """
    architecture = _read_architecture(folder)
    if classes is not None and classes != architecture.classes:
        raise UserError(f"{folder}: trained for the classes {architecture.classes}, the data have {classes}")
    network = built[0] if built and built[1] == architecture else build_network(architecture)
    _load_weights(network.tail, folder / WEIGHTS)
    return network, architecture


def load_classifier(folder: Path) -> tuple[keras.Model, Architecture]:
    """Load an exported classifier: pixels (batch, px, px, 3) in 0..255 -> class probabilities (batch, classes).

    It looks at the mirror image as well and is calibrated as the export says. Needs neither the weights package nor a
    download.

    Raises:
        UserError: the folder is not an exported classifier, or was made by other code.
    """
    architecture = _read_architecture(folder)
    classifier = build_classifier(build_network(architecture, pretrained=False))
    _load_weights(classifier, folder / WEIGHTS)
    facts = read_json(folder / FACTS)
    try:
        calibration = read_calibration(facts.get("calibration"), len(architecture.classes))
    except ValueError as error:
        raise UserError(f"{folder / FACTS}: {error}") from None
    mirror = facts.get("mirror", False)
    if not isinstance(mirror, bool):
        raise UserError(f"{folder / FACTS}: mirror is {mirror!r}; expected true or false")
    classifier = build_mirrored(classifier) if mirror else classifier
    return build_calibrated(classifier, calibration), architecture


def _load_weights(model: keras.Model, path: Path) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras warns of every layer that it does not find before it gives up
            model.load_weights(path)
    except (ValueError, KeyError, OSError) as error:
        reason = " ".join(str(error).split())[:160]
        raise UserError(f"{path}: damaged, or of a model that other code made; train it again ({reason})") from None


def _read_architecture(folder: Path) -> Architecture:
    facts = check_folder(folder)
    try:
        return Architecture(**facts["architecture"])
    except (KeyError, TypeError) as error:
        raise UserError(f"{folder / FACTS}: not the description of a model ({error})") from None

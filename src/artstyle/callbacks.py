"""What happens during a fit: validation scores, best weights, DVCLive history, progress lines, a stop on NaN."""

import math
import os
import shutil
import sys
from pathlib import Path

import keras
import numpy as np
from dvclive import Live
from scmrepo.exceptions import SCMError
from tqdm import tqdm

from artstyle.errors import UserError
from artstyle.scores import macro_f1


class StartEpoch(keras.callbacks.Callback):
    """Tell the batches which epoch begins."""

    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch, logs=None):
        self.batches.start_epoch(epoch)


class ValidationScores(keras.callbacks.Callback):
    """Add validation loss, accuracy and macro-F1 to the logs of each epoch, see `score_validation`."""

    def __init__(self, validation):
        super().__init__()
        self.validation = validation

    def on_epoch_end(self, epoch, logs=None):
        for name, value in score_validation(self.model, self.validation).items():
            logs[f"val_{name}"] = value


def score_validation(model: keras.Model, validation) -> dict[str, float]:
    """Return `accuracy`, `loss` (cross-entropy, nats) and `macro_f1` of a compiled model on validation works.

    The loss has no focus, margin or smoothing, but it aims where training aims: class shares that the training loss
    takes out of the logits are put back, and classes that training weighs or draws more count more. Otherwise it would
    choose the model that has learnt the least of that. Losses of one run compare, those of runs that balance otherwise
    do not. Accuracy and macro-F1 are those of the logits as they are.

    Args:
        validation: see `training.Validation`.
    """
    parts = [model.predict_on_batch(inputs) for inputs in validation.iterate_inputs()]
    logits, labels = np.concatenate(parts).astype(np.float64), validation.labels
    predicted = logits.argmax(axis=1)
    losses = _cross_entropy(logits + validation.offsets, labels)
    return {
        "accuracy": float(np.mean(predicted == labels)),
        "loss": float(np.average(losses, weights=validation.weights[labels])),
        "macro_f1": float(macro_f1(labels, predicted, logits.shape[1])),
    }


def _cross_entropy(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]


class BestWeights(keras.callbacks.Callback):
    """Keep the weights of the epoch with the best validation macro-F1 and stop after `patience` worse ones.

    Made anew for every phase, so that no phase is measured against the best value of the one before.

    Args:
        patience: epochs without a better value after which training stops; None keeps the last epoch, and needs no
            validation.
        start: first epoch (from 0) that counts against the patience: what is deferred must have acted first.
    """

    def __init__(self, patience: int | None, start: int = 0):
        super().__init__()
        self.patience, self.start = patience, start
        self.epoch, self.n_epochs, self.weights, self.scores = 0, 0, None, {}

    def on_epoch_end(self, epoch, logs=None):
        self.n_epochs = epoch + 1
        if self.patience is None or self.weights is None or logs["val_macro_f1"] > self.scores["macro_f1"]:
            self.epoch, self.weights = epoch + 1, self.model.get_weights()
            names = ("accuracy", "loss", "macro_f1")
            self.scores = {name: logs[f"val_{name}"] for name in names if f"val_{name}" in logs}
        elif epoch + 1 - max(self.epoch, self.start) >= self.patience:
            self.model.stop_training = True

    def restore(self, model: keras.Model) -> None:
        """Put the best weights back into the model."""
        model.set_weights(self.weights)


class History(keras.callbacks.Callback):
    """Write each epoch to a DVCLive folder of its own (steps count from 0, one an epoch).

    Until the training ends it has the ending `.partial`, so that half a history is never taken for whole.
    """

    def __init__(self, folder: Path, optimizer: keras.optimizers.Optimizer):
        super().__init__()
        self.folder, self.optimizer = folder, optimizer
        self.partial = folder.with_name(folder.name + ".partial")

    def on_train_begin(self, logs=None):
        for folder in (self.folder, self.partial):
            shutil.rmtree(folder, ignore_errors=True)
        try:
            self.live = Live(str(self.partial), dvcyaml=False, save_dvc_exp=False, report=None)
        except SCMError as error:  # DVCLive asks for the last commit even when it saves no experiment
            raise UserError(
                f"{self.folder}: DVCLive cannot use this Git repository ({error}); make a first commit"
            ) from None

    def on_epoch_end(self, epoch, logs=None):
        names = {"loss": "train/loss", "accuracy": "train/accuracy", "val_loss": "validation/loss"}
        names |= {"val_accuracy": "validation/accuracy", "val_macro_f1": "validation/macro_f1"}
        for name, shown in names.items():
            self.live.log_metric(shown, round(float(logs[name]), 6))
        self.live.log_metric("learning_rate", float(f"{float(self.optimizer.learning_rate):.4g}"))
        self.live.next_step()

    def on_train_end(self, logs=None):
        self.live.end()
        os.replace(self.partial, self.folder)


class Progress(keras.callbacks.Callback):
    """One line an epoch; in a terminal also a bar of the steps, which is gone when the epoch ends."""

    def __init__(self, name: str, epochs: int):
        super().__init__()
        self.name, self.epochs = name, epochs
        self.bar = tqdm(disable=True)

    def on_epoch_begin(self, epoch, logs=None):
        self.bar = tqdm(
            total=self.params["steps"],
            desc=f"{self.name}: epoch {epoch + 1}/{self.epochs}",
            unit="step",
            leave=False,
            dynamic_ncols=True,
            file=sys.stdout,
            disable=not sys.stdout.isatty(),
        )

    def on_train_batch_end(self, batch, logs=None):
        self.bar.update()

    def on_epoch_end(self, epoch, logs=None):
        self.bar.close()
        line = f"{self.name}: epoch {epoch + 1}/{self.epochs}  loss {logs['loss']:.4f}  accuracy {logs['accuracy']:.4f}"
        if "val_loss" in logs:
            line += f"  validation loss {logs['val_loss']:.4f}  accuracy {logs['val_accuracy']:.4f}"
            line += f"  macro-F1 {logs['val_macro_f1']:.4f}"
        print(line, flush=True)


class StopOnNaN(keras.callbacks.Callback):
    """End the stage when the loss is no longer a number: nothing that follows could be trusted."""

    def __init__(self, section: str):
        super().__init__()
        self.section, self.steps = section, 0

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1
        self._check("loss", (logs or {}).get("loss", 0.0))

    def on_epoch_end(self, epoch, logs=None):
        # The last step of an epoch can spoil the weights, and no other step would show it.
        if "val_loss" in logs:
            self._check("validation loss", logs["val_loss"])
        else:
            weights = (keras.ops.convert_to_numpy(weight) for weight in self.model.trainable_weights)
            # Not the `max` of Python, which passes over a number that is none.
            self._check("largest weight", float(np.max([np.max(np.abs(weight)) for weight in weights])))

    def _check(self, name: str, loss: float) -> None:
        if not math.isfinite(loss):
            section = self.section
            raise UserError(f"{section}: the {name} is {loss} in step {self.steps}; lower {section}.learning_rate")

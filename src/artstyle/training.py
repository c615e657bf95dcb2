"""Fit a network for one phase: schedule, best weights on validation, history, and a stop on NaN."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from artstyle.batches import FeatureBatches
from artstyle.callbacks import BestWeights, History, Progress, StartEpoch, StopOnNaN, ValidationScores
from artstyle.feature_store import iterate_plain_views
from artstyle.optimizers import build_optimizer, check_optimizer
from artstyle.parameters import check_number


@dataclass(frozen=True)
class Validation:
    """Validation works, read in their plain view.

    Attributes:
        store: where their features are.
        names: model inputs to read.
        rows: rows of the works in the store, int64 (n,).
        labels: class indices, int64 (n,).
        offsets: what the training loss adds to the logits, (classes,).
        weights: how much a validation work of each class counts, (classes,).
    """

    store: Any
    names: Sequence[str]
    rows: np.ndarray
    labels: np.ndarray
    offsets: np.ndarray
    weights: np.ndarray

    def iterate_inputs(self) -> Iterator[dict[str, np.ndarray]]:
        """Yield model inputs by name, a batch at a time, so that memory does not grow with the works."""
        return iterate_plain_views(self.store, self.names, self.rows)


def check_fit(
    section: str,
    *,
    epochs: int,
    patience: int | None,
    batch: int,
    mixup: float,
    cutmix: float,
    learning_rate: float,
    warmup_share: float,
    weight_decay: float,
    clip_norm: float,
    ema_momentum: float,
) -> None:
    """Check a section `fit` of params.yaml; `fit_network` says what its numbers mean.

    Args:
        section: dotted place of the numbers, for messages.
        patience: None where every epoch is run and the last one kept.

    Raises:
        UserError: a number out of range.
    """
    check_number(f"{section}.epochs", epochs, 1, 10_000, whole=True)
    if patience is not None:
        check_number(f"{section}.patience", patience, 1, 10_000, whole=True)
    check_number(f"{section}.batch", batch, 1, 65_536, whole=True)
    check_number(f"{section}.mixup", mixup, 0, 10)
    check_number(f"{section}.cutmix", cutmix, 0, 10)
    check_optimizer(
        section,
        learning_rate=learning_rate,
        warmup_share=warmup_share,
        weight_decay=weight_decay,
        clip_norm=clip_norm,
        ema_momentum=ema_momentum,
    )


def fit_network(
    model: keras.Model,
    batches: FeatureBatches,
    validation: Validation | None,
    loss: keras.losses.Loss,
    history: Path | None,
    section: str,
    factors: dict[str, float] | None = None,
    until: int | None = None,
    *,
    epochs: int,
    patience: int | None,
    batch: int,
    mixup: float,
    cutmix: float,
    learning_rate: float,
    warmup_share: float,
    weight_decay: float,
    clip_norm: float,
    ema_momentum: float,
) -> dict[str, Any]:
    """Train a model on batches and leave the weights of its best validation epoch (or of its last) in it.

    The best epoch has the highest macro-F1 on validation; of equal ones the first. With a moving average of the
    weights, validation and the model that is left are those of the average.

    Args:
        validation: None trains without, which `until` or a patience of None is for.
        history: folder for the DVCLive history of this phase, emptied first; None writes none.
        section: dotted place of the numbers in params.yaml, for messages.
        factors: factor of the rate of single variables, by path.
        until: end after so many of the epochs that rate and balancing are planned for, and keep the last.
        epochs, patience: at most so many passes; stop after so many without a better macro-F1. With patience None all
            are run and the last one is kept, in which the rate has fallen to 0.
        batch, mixup, cutmix: what `batches` was made with.
        learning_rate, warmup_share, weight_decay, clip_norm, ema_momentum: as in `build_optimizer`.

    Returns:
        best_epoch (from 1; the one that is kept), epochs, n_samples, n_trainable_weights, and its `validation`
        {accuracy, loss, macro_f1}, empty without validation.

    Raises:
        UserError: a number out of range, or a loss that became NaN (the message says in which step).
    """
    if patience is not None:
        check_number(f"{section}.patience", patience, 1, 10_000, whole=True)
    optimizer = build_optimizer(
        section, epochs * len(batches), factors, learning_rate=learning_rate, warmup_share=warmup_share,
        weight_decay=weight_decay, clip_norm=clip_norm, ema_momentum=ema_momentum,
    )  # fmt: skip
    model.compile(optimizer, loss=loss, weighted_metrics=["accuracy"])
    _create_state(model, batches.one_hot.shape[1])
    best = BestWeights(None if until else patience, batches.balancing.find_start(epochs))
    scored = [ValidationScores(validation)] if validation else []
    kept = [History(history, optimizer)] if history else []
    # The order matters: each callback reads what the one before put into the model or the logs.
    callbacks = [StartEpoch(batches), *scored, StopOnNaN(section), best, *kept, Progress(section, until or epochs)]
    if ema_momentum:
        callbacks.insert(0, keras.callbacks.SwapEMAWeights(swap_on_epoch=True))
    return _run(model, batches, best, section, until or epochs, callbacks)


def _create_state(model: keras.Model, n_classes: int) -> None:
    """Make the variables of optimizer and metrics; TensorFlow traces a step that makes variables twice."""
    model.optimizer.build(model.trainable_variables)
    classes = np.zeros((1, n_classes), dtype=np.float32)
    model.compute_metrics(None, classes, classes, sample_weight=np.ones(1, dtype=np.float32))
    model.reset_metrics()


def _run(model, batches, best, section, epochs, callbacks) -> dict[str, Any]:
    n_weights = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    print(f"{section}: {n_weights} trainable weights, {batches.n_an_epoch} samples an epoch", flush=True)
    started = time.monotonic()
    model.fit(batches, epochs=epochs, verbose=0, shuffle=False, callbacks=callbacks)
    best.restore(model)
    seconds = time.monotonic() - started
    n_seen = best.n_epochs * batches.n_an_epoch
    took = f"{seconds:.1f} s with validation" if best.scores else f"{seconds:.1f} s"
    kept = f"{section}: epoch {best.epoch} of {best.n_epochs} kept"
    print(f"{kept}, {took}, {n_seen / seconds:.0f} pictures/s", flush=True)
    if best.epoch <= best.start and best.start:
        print(f"{section}: that epoch lies before balancing.deferred_share: nothing is balanced in it", flush=True)
    return {
        "best_epoch": best.epoch,
        "epochs": best.n_epochs,
        "n_samples": len(batches.samples),
        "n_trainable_weights": n_weights,
        "validation": best.scores,
    }

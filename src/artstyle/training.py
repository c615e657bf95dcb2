"""Fit a network for one phase: schedule, best weights on validation, history, and a stop on NaN."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from artstyle.batches import FeatureBatches
from artstyle.callbacks import BestWeights, History, Progress, StopOnNaN, ValidationScores
from artstyle.parameters import check_number


@dataclass(frozen=True)
class Validation:
    """Validation pictures in their plain view: model inputs (float32) and class indices (int64)."""

    inputs: Any
    labels: np.ndarray


def fit_network(
    model: keras.Model,
    batches: FeatureBatches,
    validation: Validation,
    loss: keras.losses.Loss,
    history: Path,
    section: str,
    *,
    epochs: int,
    patience: int,
    batch: int,
    learning_rate: float,
    warmup_share: float,
    weight_decay: float,
    clip_norm: float,
) -> dict[str, Any]:
    """Train a model on batches and leave the weights of its best validation epoch in it.

    AdamW (Loshchilov and Hutter, ICLR 2019) with linear warm-up and cosine decay of the rate to 0. The best epoch has
    the highest macro-F1 on validation; of equal ones the first.

    Args:
        history: folder for the DVCLive history of this phase, emptied first.
        section: dotted place of the numbers in params.yaml, for messages.
        epochs: at most so many passes.
        patience: stop after so many epochs without a better macro-F1.
        batch: pictures a step; `batches` was made with it.
        learning_rate: highest rate of AdamW.
        warmup_share: share of all steps in which the rate rises from 0.
        weight_decay: decay of AdamW per step, times the rate.
        clip_norm: longest allowed gradient, over all weights together.

    Returns:
        best_epoch (from 1), epochs, n_trainable_weights, validation accuracy, loss and macro-F1 of the best epoch.

    Raises:
        UserError: a number out of range, or a loss that became NaN (the message says in which step).
    """
    _check(section, epochs, patience, learning_rate, warmup_share, weight_decay, clip_norm)
    n_steps = epochs * len(batches)
    warmup = int(warmup_share * n_steps)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0 if warmup else learning_rate,
        max(1, n_steps - warmup),
        warmup_target=learning_rate if warmup else None,
        warmup_steps=warmup,
    )
    optimizer = keras.optimizers.AdamW(rate, weight_decay=weight_decay, global_clipnorm=clip_norm)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    model.compile(optimizer, loss=loss, weighted_metrics=["accuracy"])
    best = BestWeights(patience)
    n_weights = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    print(f"{section}: {n_weights} trainable weights, {batches.n_an_epoch} samples an epoch", flush=True)
    started = time.monotonic()
    # The order matters: each callback reads what the one before put into the logs.
    callbacks = [ValidationScores(validation), StopOnNaN(section), best]
    callbacks += [History(history, optimizer), Progress(section, epochs)]
    model.fit(batches, epochs=epochs, verbose=0, shuffle=False, callbacks=callbacks)
    best.restore(model)
    seconds = time.monotonic() - started
    n_seen = best.n_epochs * batches.n_an_epoch
    print(f"{section}: best epoch {best.epoch} of {best.n_epochs}, {n_seen / seconds:.0f} pictures/s", flush=True)
    return {
        "best_epoch": best.epoch,
        "epochs": best.n_epochs,
        "n_samples": len(batches.samples),
        "n_trainable_weights": n_weights,
        "validation": best.scores,
    }


def _check(section, epochs, patience, learning_rate, warmup_share, weight_decay, clip_norm) -> None:
    check_number(f"{section}.epochs", epochs, 1, 10_000, whole=True)
    check_number(f"{section}.patience", patience, 1, 10_000, whole=True)
    check_number(f"{section}.learning_rate", learning_rate, 1e-8, 10)
    check_number(f"{section}.warmup_share", warmup_share, 0, 0.9)
    check_number(f"{section}.weight_decay", weight_decay, 0, 10)
    check_number(f"{section}.clip_norm", clip_norm, 1e-6, 1e6)

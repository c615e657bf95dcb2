"""The first two training phases: the head alone, then the upper half of the backbone with it."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from artstyle.batches import FeatureBatches, Samples, predict_rows
from artstyle.blending import blend_weights, copy_weights
from artstyle.heads import freeze_normalisation, name_inputs, standardise
from artstyle.model_files import load_network, save_network
from artstyle.networks import Architecture, Network, build_network
from artstyle.objectives import Objective
from artstyle.optimizers import find_rate_factors
from artstyle.parameters import call, check_number
from artstyle.phase_checks import check_phase1, check_phase2
from artstyle.pixels import PictureStore, build_pixel_model
from artstyle.training import check_fit, fit_network
from artstyle.training_data import TrainingData


def make_deterministic(seed: int) -> None:
    """Seed Python, NumPy and TensorFlow and refuse operations whose result may differ between runs."""
    check_number("seed", seed, 0, 2**32 - 1, whole=True)
    keras.utils.clear_session()  # names are counted up within a process and go into the weights file
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


@dataclass(frozen=True)
class Trainer:
    """What all phases share: data, objective and seed."""

    data: TrainingData
    objective: Objective
    seed: int
    stops_early: bool = True  # False: the section `fit` has no patience, and the last epoch is kept

    def fit(
        self,
        model: keras.Model,
        samples: Samples,
        history: Path,
        section: str,
        values: dict,
        factors: dict[str, float] | None = None,
        n_an_epoch: int | None = None,
    ) -> dict[str, Any]:
        """Train a model on samples from the cache; which arrays are read follows from the names of its inputs.

        Args:
            section, values: place and content of the `fit` section in params.yaml.
            factors: factor of the rate of single variables, by path.
            n_an_epoch: samples an epoch, if not each once.
        """
        batches = self.build_batches(name_inputs(model), samples, section, values, n_an_epoch)
        return self.fit_on(model, batches, section, values, history, factors)

    def fit_upper(
        self,
        network: Network,
        model: keras.Model,
        samples: Samples,
        history: Path,
        section: str,
        values: dict,
        layer_decay: float,
        blend: float | None,
        n_an_epoch: int | None = None,
    ) -> dict[str, Any]:
        """Train head and upper backbone, normalisation kept as it is, each block at a lower rate than the one above.

        Args:
            network, model: the network, and the model over it that is trained: its tail, or the one from pixels on.
            blend: share of the trained weights in the model afterwards, see `blend_weights`.

        Returns:
            As `fit_network`; `blend`, and `validation` of the blended model.
        """
        freeze_normalisation(network.head)  # before the copy, so that both hold the same weights
        before = copy_weights(model)
        factors = find_rate_factors(network.backbone.upper, layer_decay)
        scores = self.fit(model, samples, history, section, values, factors, n_an_epoch)
        return scores | blend_weights(model, before, self.data.validation(name_inputs(model)), blend)

    def build_batches(self, names, samples, section, values, n_an_epoch=None, kind=FeatureBatches, **options):
        """Return training batches (an instance of `kind`) with the numbers of a `fit` section, checked."""
        call(check_fit, section, section=section, values=values, **self._extra)
        numbers = {name: values[name] for name in ("batch", "mixup", "cutmix", "epochs")}
        return kind(
            self.data.store,
            samples,
            len(self.data.classes),
            seed=self.seed,
            names=names,
            n_an_epoch=n_an_epoch,
            balancing=self.objective.balancing,
            **numbers,
            **options,
        )

    def fit_on(self, model, batches, section, values, history, factors) -> dict[str, Any]:
        """Train a model on ready batches and validate it on what they read."""
        validation = self.data.validation(batches.names)
        arguments = (model, batches, validation, self.objective.loss, history, section, factors)
        return call(fit_network, *arguments, section=section, values=values, **self._extra)

    @property
    def _extra(self) -> dict[str, None]:
        return {} if self.stops_early else {"patience": None}


def run_phase1(
    data: TrainingData,
    head_name: str,
    objective: Objective,
    seed: int,
    model: Path,
    history: Path,
    *,
    head: dict,
    fit: dict,
    crn: dict | None = None,
) -> dict[str, Any]:
    """Train a fresh head on cached features and save the network; no picture is touched.

    Args:
        head_name: one of `heads.HEADS`.
        head, crn: options of the head, and those of the convolutional-recurrent one.
    """
    check_phase1(head_name, fit)
    make_deterministic(seed)
    facts = data.store.facts
    options = {**head, "crn": crn} if head_name == "crn" and isinstance(head, dict) else head
    cut = (facts[name] for name in ("backbone", "picture_px", "freeze_share"))
    architecture = Architecture(*cut, head_name, options, data.classes, facts["covariance_channels"])
    network = build_network(architecture)
    samples = data.training_samples()
    standardise(network.head, data.store, np.unique(samples.rows))
    scores = Trainer(data, objective, seed).fit(network.head, samples, history, "train_phase1.fit", fit)
    save_network(model, network, architecture, {"phase": "phase1", "seed": seed})
    return scores


def run_phase2(
    data: TrainingData,
    previous: Path,
    objective: Objective,
    seed: int,
    model: Path,
    history: Path,
    pictures: PictureStore,
    augmentation: dict,
    *,
    through: str,
    layer_decay: float,
    blend: float | None,
    fit: dict,
) -> dict:
    """Train head and upper backbone, blend them with what they were before, and save the network.

    Args:
        pictures, augmentation: the pictures themselves and how they are changed; used with `through: pixels`.
        through: `cache` (cached maps at the freeze boundary, as many views as were kept) or `pixels` (every picture
            goes through the whole network, augmented anew in every epoch unless it is the turn of its plain view).
        layer_decay: the rate of each block of the backbone is that of the one above times this, 0.01..1.
        blend: share of the trained weights in what is saved, see `blend_weights`; None finds it on validation.

    Returns:
        As `fit_network`, of the best epoch; `blend`, and `validation` of the network that is saved.
    """
    check_phase2(through=through, layer_decay=layer_decay, blend=blend, fit=fit)
    make_deterministic(seed)
    network, architecture = load_network(previous, data.classes)
    samples = data.training_samples()
    trained = network.tail
    if through == "pixels":
        trained, data = build_pixel_model(network, augmentation, seed), replace(data, store=pictures)
    arguments = (network, trained, samples, history, "finetune_phase2.fit", fit, layer_decay, blend)
    scores = Trainer(data, objective, seed).fit_upper(*arguments)
    save_network(model, network, architecture, {"phase": "phase2", "seed": seed})
    return scores


def predict_pictures(network: Network, data: TrainingData, side: str, *, head_only: bool = False) -> np.ndarray:
    """Return class probabilities (n, classes) of one side from the cached features.

    Args:
        head_only: the backbone is as pretrained, so that cached pooled features do and no map has to be read.
    """
    rows = data.store.find_rows(data.select(side)["painting"])
    model = network.head if head_only else network.tail
    return predict_rows(model, data.store, rows)

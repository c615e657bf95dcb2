"""What trains a network in every phase: data, objective, seed, and how the upper backbone learns."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from artstyle.batches import FeatureBatches, Samples
from artstyle.blending import blend_weights, copy_weights, set_blend
from artstyle.heads import freeze_normalisation, name_inputs
from artstyle.map_crop import set_crop
from artstyle.members import check_members
from artstyle.networks import Network
from artstyle.objectives import Objective
from artstyle.optimizers import find_rate_factors
from artstyle.parameters import call, check_number
from artstyle.training import check_fit, fit_network
from artstyle.training_data import TrainingData
from artstyle.tuning import Tuning


def make_deterministic(seed: int) -> None:
    """Seed Python, NumPy and TensorFlow and refuse operations whose result may differ between runs."""
    check_number("seed", seed, 0, 2**32 - 1, whole=True)
    keras.utils.clear_session()  # names are counted up within a process and go into the weights file
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


@dataclass(frozen=True)
class Trainer:
    """What all phases share.

    Attributes:
        stops_early: False where the section `fit` has no patience, and the last epoch is kept.
        until: end after so many of the planned epochs, without validation; None trains as planned.
    """

    data: TrainingData
    objective: Objective
    seed: int
    stops_early: bool = True
    until: int | None = None

    def training_samples(self) -> Samples:
        """Return the training works, weighed as the objective has it."""
        return self.data.training_samples(self.objective.balancing.artist_exponent)

    def fit(
        self,
        model: keras.Model,
        samples: Samples,
        history: Path | None,
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
        history: Path | None,
        section: str,
        values: dict,
        tuning: Tuning,
        n_an_epoch: int | None = None,
    ) -> dict[str, Any]:
        """Train head and upper backbone, normalisation kept as it is, each block at a lower rate than the one above.

        Args:
            network, model: the network, and the model over it that is trained: its tail, or the one from pixels on.
            tuning: with `until` its blend has to be given.

        Returns:
            As `fit_network`; `blend`, and `validation` of the blended model.
        """
        factors = self.prepare_upper(network, samples, section, values, tuning)  # before the copy: both hold the same
        before = copy_weights(model)
        scores = self.fit(model, samples, history, section, values, factors, n_an_epoch)
        return scores | self.blend(model, before, name_inputs(model), tuning.blend)

    def prepare_upper(self, network: Network, samples, section: str, values: dict, tuning: Tuning) -> dict[str, float]:
        """Make a network ready for training above the freeze boundary; return the factor of the rate of each variable.

        Rectangles of other works (`cutmix`) are a share of the whole maps, which are not cropped then.
        """
        check_members(network.head, min(values["batch"], len(samples)), section)
        freeze_normalisation(network.head)
        set_crop(network.tail, 1 if values["cutmix"] else tuning.crop)
        return find_rate_factors(network.backbone.upper, tuning.layer_decay)

    def blend(self, model, before: list[np.ndarray], names: Sequence[str], share: float | None) -> dict[str, Any]:
        """Blend a trained model with its weights before, on validation where the share has to be found."""
        if self.until is None:
            return blend_weights(model, before, self.data.validation(names, self.objective), share)
        set_blend(model, before, copy_weights(model), share)
        return {"blend": share}

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
        validation = None if self.until else self.data.validation(batches.names, self.objective)
        arguments = (model, batches, validation, self.objective.loss, history, section, factors, self.until)
        return call(fit_network, *arguments, section=section, values=values, **self._extra)

    @property
    def _extra(self) -> dict[str, None]:
        return {} if self.stops_early else {"patience": None}

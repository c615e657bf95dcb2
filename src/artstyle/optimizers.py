"""AdamW with a schedule, and with lower rates for lower layers."""

import keras
import tensorflow as tf

from artstyle.parameters import check_number


class LayerwiseAdamW(keras.optimizers.AdamW):
    """AdamW (Loshchilov and Hutter, ICLR 2019) whose rate has a factor for each variable.

    Lower layers hold more general features and should move less (Howard and Ruder, "Universal language model
    fine-tuning", ACL 2018, section 3.2). Weight decay, which is proportional to the rate, shrinks with it.

    Args:
        factors: path of a variable -> factor of its rate; 1 where none is given.
    """

    def __init__(self, learning_rate, *, factors: dict[str, float], **options):
        super().__init__(learning_rate, **options)
        self.factors = factors

    def build(self, variables):
        super().build(variables)
        self._factors_in_order = [self.factors.get(variable.path, 1.0) for variable in variables]

    def update_step(self, gradient, variable, learning_rate):
        # TensorFlow's kernel goes through memory once, where the operations of Keras each make an array of their own.
        place, step = self._get_variable_index(variable), keras.ops.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[place].value.handle,
            v=self._velocities[place].value.handle,
            beta1_power=keras.ops.power(self.beta_1, step),
            beta2_power=keras.ops.power(self.beta_2, step),
            lr=keras.ops.cast(learning_rate * self._find_factor(variable), variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=keras.ops.convert_to_tensor(gradient, variable.dtype),
        )

    def _apply_weight_decay(self, variables):
        # Keras has no public place for this; AdamW decays by rate x decay, and the rate here depends on the variable.
        for variable in variables:
            if self._use_weight_decay(variable):
                rate = keras.ops.cast(self.learning_rate, variable.dtype) * self._find_factor(variable)
                variable.assign(variable * (1 - self.weight_decay * rate))

    def _update_model_variables_moving_average(self, trainable_variables):
        # Keras starts the average at the weights of the first step; with a plain momentum a short training would
        # hardly leave them. The momentum grows to its value as in TensorFlow's ExponentialMovingAverage.
        if self.use_ema:
            step = keras.ops.cast(self.iterations, "float32")
            for variable, average in zip(trainable_variables, self._model_variables_moving_average, strict=True):
                grown = keras.ops.minimum(self.ema_momentum, (1 + step) / (10 + step))
                momentum = keras.ops.where(step > 0, grown, 0.0)
                average.assign_sub((1 - momentum) * (average - variable))

    def _find_factor(self, variable) -> float:
        # By index: TensorFlow hands over its own variables here, which have no path.
        return self._factors_in_order[self._get_variable_index(variable)]


def check_optimizer(
    section: str,
    *,
    learning_rate: float,
    warmup_share: float,
    weight_decay: float,
    clip_norm: float,
    ema_momentum: float,
) -> None:
    """Check the numbers of `build_optimizer`.

    Raises:
        UserError: a number out of range.
    """
    check_number(f"{section}.learning_rate", learning_rate, 1e-8, 10)
    check_number(f"{section}.warmup_share", warmup_share, 0, 0.9)
    check_number(f"{section}.weight_decay", weight_decay, 0, 10)
    check_number(f"{section}.clip_norm", clip_norm, 1e-6, 1e6)
    check_number(f"{section}.ema_momentum", ema_momentum, 0, 0.9999)


def build_optimizer(
    section: str,
    n_steps: int,
    factors: dict[str, float] | None = None,
    *,
    learning_rate: float,
    warmup_share: float,
    weight_decay: float,
    clip_norm: float,
    ema_momentum: float,
) -> LayerwiseAdamW:
    """Return AdamW with linear warm-up and cosine decay of the rate to 0 (Loshchilov and Hutter, ICLR 2017).

    Args:
        section: dotted place of the numbers in params.yaml, for messages.
        n_steps: steps of the whole training.
        factors: factor of the rate of single variables, by path.
        learning_rate: highest rate, 1e-8..10.
        warmup_share: share of all steps in which the rate rises from 0, 0..0.9.
        weight_decay: decay per step, times the rate, 0..10. Biases and normalisation scales do not decay.
        clip_norm: longest allowed gradient, over all weights together, 1e-6..1e6.
        ema_momentum: momentum of the moving average of the weights, 0..0.9999, reached step by step: in step t at
            most (1 + t) / (10 + t); 0 keeps none.

    Raises:
        UserError: a number out of range.
    """
    check_optimizer(
        section,
        learning_rate=learning_rate,
        warmup_share=warmup_share,
        weight_decay=weight_decay,
        clip_norm=clip_norm,
        ema_momentum=ema_momentum,
    )
    warmup = int(warmup_share * n_steps)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0 if warmup else learning_rate,
        max(1, n_steps - warmup),
        warmup_target=learning_rate if warmup else None,
        warmup_steps=warmup,
    )
    average = {"use_ema": True, "ema_momentum": ema_momentum} if ema_momentum else {}
    optimizer = LayerwiseAdamW(
        rate, factors=factors or {}, weight_decay=weight_decay, global_clipnorm=clip_norm, **average
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def find_rate_factors(upper: keras.Model, layer_decay: float) -> dict[str, float]:
    """Return the factor of each trainable variable of the upper backbone: `layer_decay` once more each block down.

    A block is every layer whose name starts alike (`block12_expand`, `block12_project`). The head above has factor 1,
    the topmost block `layer_decay`, the one below its square. Backbones side by side are counted each for itself.
    """
    inner = [layer for layer in upper.layers if isinstance(layer, keras.Model)]
    if inner:
        return {path: factor for model in inner for path, factor in find_rate_factors(model, layer_decay).items()}
    blocks: dict[str, list[str]] = {}
    for layer in upper.layers:
        paths = [weight.path for weight in layer.trainable_weights]
        if paths:
            blocks.setdefault(layer.name.split("_")[0], []).extend(paths)
    depths = zip(reversed(blocks.values()), range(1, len(blocks) + 1), strict=True)
    return {path: layer_decay**depth for paths, depth in depths for path in paths}

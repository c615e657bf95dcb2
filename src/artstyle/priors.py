"""Plan how `evaluate` turns logits into probabilities, from the parameters and from how the model was trained."""

from dataclasses import dataclass

import numpy as np

from artstyle.errors import UserError
from artstyle.losses import WEIGHTED_LOSSES
from artstyle.objectives import build_objective
from artstyle.parameters import call, check_choice, check_number, check_switch
from artstyle.temperature import CALIBRATIONS, Prior, build_prior


@dataclass(frozen=True)
class Plan:
    """Offsets of the class shares, whether a temperature is fitted (`temperature` or `none`), and what is read.

    Attributes:
        through: `pixels` (whole pictures, as a user of the classifier would feed it) or `cache`.
        baselines: `all`, or `lookups` (those that see no picture).
        mirror: the classifier looks at the mirror image of each picture too; never through the cache, which has none.
        together: works of an artist are also judged together, see `artstyle.oeuvres`.
        concentration: of that, or None if validation finds it.
    """

    prior: Prior
    calibration: str
    through: str
    baselines: str
    mirror: bool
    together: bool
    concentration: float | None


def plan_calibration(
    classes: list[str], counts: np.ndarray, evaluate: dict, objective: dict, target: str = "style"
) -> Plan:
    """Return the plan for a model trained with an objective, before anything is computed.

    Args:
        classes, counts: class names and training works of each.
        evaluate: section in params.yaml: through, mirror, calibration, baselines, prior, prior_tau, oeuvre.
        objective: the parameters `OBJECTIVE`.
        target: what is recognised; if it is the artist, works are not judged together, for that would tell it.

    Raises:
        UserError: a value out of range, or a uniform prior for a model whose classes were balanced in training.
    """
    loss = build_objective(classes, counts, **objective).loss
    facts = {"balanced": _find_balancing(objective), "together": target != "artist"}
    return call(_plan, np.array(loss.offsets), counts, section="evaluate", values=evaluate, **facts)


def _plan(
    offsets,
    counts,
    *,
    through: str,
    mirror: bool,
    calibration: str,
    baselines: str,
    prior: str,
    prior_tau: float,
    oeuvre: dict,
    balanced: str,
    together: bool,
) -> Plan:
    check_choice("evaluate.through", through, ("pixels", "cache"))
    check_switch("evaluate.mirror", mirror)
    check_choice("evaluate.calibration", calibration, CALIBRATIONS)
    check_choice("evaluate.baselines", baselines, ("all", "lookups"))
    built = build_prior(offsets, counts, prior=prior, prior_tau=prior_tau)
    if prior == "uniform" and balanced:
        raise UserError(
            f"params.yaml: evaluate.prior is 'uniform' with {balanced}, which has balanced the classes in training;"
            " together they correct twice, use evaluate.prior: natural"
        )
    concentration = call(_check_concentration, section="evaluate.oeuvre", values=oeuvre)
    return Plan(built, calibration, through, baselines, mirror and through == "pixels", together, concentration)


def _check_concentration(*, concentration: float | None) -> float | None:
    if concentration is None:
        return None
    return float(check_number("evaluate.oeuvre.concentration", concentration, 0.01, 1e6))


def _find_balancing(objective: dict) -> str:
    """Name the choice that makes a network's logits leave the natural shares behind without a known offset."""
    if objective["loss"] in WEIGHTED_LOSSES:
        return f"loss: {objective['loss']}"
    for name, plain in (("class_weights", "none"), ("sampling", "natural")):
        if objective[name] != plain:
            return f"{name}: {objective[name]}"
    return ""

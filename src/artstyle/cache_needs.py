"""Refuse before the extraction of features what the head would miss in them, and a cache of whole pictures."""

from pathlib import Path

from artstyle.errors import UserError
from artstyle.parameters import load_parameters

NO_COVARIANCES = (
    "params.yaml: train_phase1.head.covariances is true, but none are kept; set it to false, or"
    " extract_features.covariance_channels to 96"
)


def check_needs(path: Path, extract_features: dict) -> None:
    """Check that the cache will hold what the head reads, and that later phases are not to be trained from pictures.

    Head and its parameters are none of the stage that asks: another head on the same features extracts nothing anew.

    Args:
        path: params.yaml.
        extract_features: its section of that name.

    Raises:
        UserError: a head that needs maps or covariances which are not to be kept, or fine-tuning from the cache where
            nothing is frozen.
    """
    if not isinstance(extract_features, dict):
        return  # what reads it says so
    values = load_parameters(path, ("head", "train_phase1", "phases", "finetune_phase2"))
    section = values["train_phase1"] if isinstance(values["train_phase1"], dict) else {}
    options = section.get("head")
    wants = isinstance(options, dict) and options.get("covariances") is True
    if values["head"] == "crn" and extract_features.get("maps") is False:
        raise UserError(explain_missing_map("of each level"))
    if values["head"] in ("stats", "crn") and wants and extract_features.get("covariance_channels") == 0:
        raise UserError(NO_COVARIANCES)
    fine_tuning = values["finetune_phase2"] if isinstance(values["finetune_phase2"], dict) else {}
    if extract_features.get("freeze_share") == 0 and values["phases"] != 1 and fine_tuning.get("through") == "cache":
        raise UserError(
            "params.yaml: finetune_phase2.through is cache with extract_features.freeze_share 0: nothing is frozen, so"
            " that there is no output to cache; set it to pixels, or phases to 1"
        )


def explain_missing_map(name: str) -> str:
    """Return what to do about a map that head: crn does not find in the cache."""
    return (
        f"params.yaml: head: crn needs the map {name}, which is not kept; set extract_features.maps to true"
        " (dvc exp run -S extract_features.maps=true -S head=crn), or head to stats"
    )

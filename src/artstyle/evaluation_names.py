"""Names in the predictions table: its first columns, and what stands in `phase`."""

from pathlib import Path

# All further columns are classes.
FACTS = ["painting", "artist", "label", "split", "phase"]
PHASES = ("phase1", "phase2", "pseudo", "control")
# Phases with a training curve of their own, as plots name them.
CURVES = {"phase1": "phase 1", "phase2": "phase 2", "pseudo": "phase 3"}
# The chosen model trained once more with the validation works; for the test works only.
REFIT = "refit"
# The exported classifier as it is used, and the same without its temperature; on validation works, which `refit` learns
# from, the chosen model before.
FINAL, UNCALIBRATED = "final", "final_uncalibrated"
# `final` with the works of each artist judged together.
TOGETHER = "final_together"
LOOKUPS = ("majority", "artist_lookup")  # see no picture; every run has them
BASELINES = (*LOOKUPS, "linear")
# Gains that the metrics report, where both phases were trained: later phase, earlier phase.
GAINS = (("phase2", "phase1"), ("pseudo", "control"), ("pseudo", "phase2"))


def find_models(phase1: Path, phase2: Path, phase3: Path) -> dict[str, Path]:
    """Return the folder of the model of each of `PHASES`, given those that the three training stages write."""
    return {"phase1": phase1, "phase2": phase2, "pseudo": phase3 / "pseudo", "control": phase3 / "control"}

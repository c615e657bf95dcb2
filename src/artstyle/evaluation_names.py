"""Names in the `phase` column of the predictions table."""

PHASES = ("phase1", "phase2", "pseudo", "control")
# Phases with a training curve of their own, as plots name them.
CURVES = {"phase1": "phase 1", "phase2": "phase 2", "pseudo": "phase 3"}
FINAL = "final"
BASELINES = ("majority", "artist_lookup", "linear")

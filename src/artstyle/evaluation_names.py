"""Names in the `phase` column of the predictions table."""

PHASES = ("phase1", "phase2", "pseudo", "control")
FINAL = "final"
BASELINES = ("majority", "artist_lookup", "linear")

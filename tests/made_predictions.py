"""Made tables of predictions."""

import numpy as np
import pandas as pd

from artstyle.evaluation_names import BASELINES, FINAL, PHASES, UNCALIBRATED
from artstyle.predictions import Predictions, build_predictions
from artstyle.temperature import Calibration

CLASSES = ["cubism", "pop_art", "rococo"]
ALL = (*PHASES, FINAL, UNCALIBRATED, *BASELINES)


def make_predictions(labels: list[int], rows: dict[str, np.ndarray], artists: list[str] | None = None) -> Predictions:
    """Return predictions of the same works by every phase; `rows` overrides those of a phase."""
    parts, probabilities = [], []
    for phase in ALL:
        for side in ("validation", "test") if phase not in BASELINES else ("test",):
            works = {"painting": [f"{i}.jpg" for i in range(len(labels))], "artist": artists or ""}
            parts.append(pd.DataFrame({**works, "split": side, "phase": phase}))
            probabilities.append(rows.get(phase, np.full((len(labels), 3), 1 / 3)))
    table = pd.concat(parts, ignore_index=True)
    return Predictions(table, np.tile(labels, len(parts)), np.concatenate(probabilities), CLASSES)


def draw_table(n: int, k: int = 3, *, temperature: float = 1.7, seed: int = 0) -> pd.DataFrame:
    """Return a predictions table of n test works and as many validation works by artists who are more or less hard.

    Later phases are better; the exported one is the second, overconfident by the given temperature.
    """
    random = np.random.default_rng(seed)
    names = CLASSES if k == len(CLASSES) else [f"style_{i}" for i in range(k)]
    tables = []
    for side in ("validation", "test"):
        labels, artist = random.integers(0, k, n), random.integers(0, max(n // 12, 1), n)
        hardness = random.normal(0, 1, n)[artist]
        works = pd.DataFrame({"painting": [f"{side}-{i}.jpg" for i in range(n)], "artist": [f"a{a}" for a in artist]})
        works = works.assign(label=np.array(names)[labels])
        logits = random.normal(0, 1.5, (n, k))
        for number, phase in enumerate(PHASES if side == "validation" else (*PHASES, *BASELINES)):
            logits = logits + random.normal(0, 0.3, (n, k))
            mine = logits + (2 + 0.2 * number + hardness)[:, None] * np.eye(k)[labels]
            raw, fitted = (Calibration(t, (0.0,) * k).apply(mine) for t in (1.0, temperature))
            tables.append(build_predictions(works, side, phase, raw, names))
            if phase == "phase2":
                tables.append(build_predictions(works, side, FINAL, fitted, names))
                tables.append(build_predictions(works, side, UNCALIBRATED, raw, names))
    return pd.concat(tables, ignore_index=True)

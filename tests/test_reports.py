import json

import numpy as np
import pandas as pd
import pytest

from artstyle.evaluation_names import BASELINES, FINAL, PHASES
from artstyle.predictions import Predictions
from artstyle.reports import draw_report, summarise_evaluation
from artstyle.tables import write_json

CLASSES = ["cubism", "pop_art", "rococo"]
CHOICE = {"chosen": "phase2", "why": "because"}


def make(labels: list[int], rows: dict[str, np.ndarray]) -> Predictions:
    """Return predictions of the same works by every phase; `rows` overrides those of a phase."""
    parts, probabilities = [], []
    for phase in (*PHASES, FINAL, *BASELINES):
        for side in ("validation", "test") if phase not in BASELINES else ("test",):
            parts.append(pd.DataFrame({"painting": range(len(labels)), "split": side, "phase": phase}))
            probabilities.append(rows.get(phase, np.full((len(labels), 3), 1 / 3)))
    table = pd.concat(parts, ignore_index=True)
    return Predictions(table, np.tile(labels, len(parts)), np.concatenate(probabilities), CLASSES)


def strict(path) -> dict:
    def refuse(text):
        raise AssertionError(f"{text} is no JSON")

    return json.loads(path.read_text(), parse_constant=refuse)


def test_every_phase_and_baseline_is_scored_on_its_own_rows():
    right = np.eye(3)[[0, 1, 2, 0]] * 0.7 + 0.1
    metrics = summarise_evaluation(make([0, 1, 2, 0], {FINAL: right, "linear": np.roll(right, 1, axis=1)}), CHOICE)
    assert metrics["final"] == CHOICE
    assert metrics["test"]["accuracy"] == 1
    assert metrics["test"]["loss"] == pytest.approx(-np.log(0.8))
    assert metrics["validation"]["accuracy"] == 1
    assert metrics["baselines"]["linear"]["accuracy"] == 0
    assert metrics["phases"]["phase1"]["accuracy"] == 0.5  # equal probabilities: the first class
    assert list(metrics["phases"]) == ["phase1", "phase2", "pseudo", "control"]
    assert list(metrics["baselines"]) == ["majority", "artist_lookup", "linear"]
    assert set(metrics["baselines"]["majority"]) == {"n", "accuracy", "loss", "ece", "macro_f1"}


def test_a_class_never_predicted_and_one_without_works_count_as_zero(tmp_path):
    only_first = np.tile([0.8, 0.1, 0.1], (4, 1))
    table = make([0, 0, 1, 1], {name: only_first for name in (*PHASES, FINAL, *BASELINES)})
    write_json(tmp_path / "metrics.json", summarise_evaluation(table, CHOICE))
    metrics = strict(tmp_path / "metrics.json")
    assert metrics["test"]["per_class"]["pop_art"] == {"precision": 0, "recall": 0, "f1": 0, "support": 2}
    assert metrics["test"]["per_class"]["rococo"] == {"precision": 0, "recall": 0, "f1": 0, "support": 0}
    assert metrics["test"]["macro"]["f1"] == pytest.approx((2 / 3 + 0 + 0) / 3, abs=1e-6)
    assert list(metrics["test"]["per_class"]) == CLASSES


def test_plots_are_complete_and_the_same_bytes_each_time(tmp_path):
    table = make([0, 1, 1, 0], {FINAL: np.eye(3)[[0, 1, 0, 0]] * 0.7 + 0.1})
    history = pd.DataFrame({"step": [0, 1], "phase": "phase 1", "loss": [2, 1], "val_loss": [2, 1.5]})
    history = history.assign(accuracy=[0.4, 0.5], val_accuracy=[0.3, 0.4])
    folders = [tmp_path / name for name in "ab"]
    for folder in folders:
        draw_report(table, history, folder)
    first, again = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders)
    assert first == again
    assert sorted(first) == [
        "confusion.csv", "confusion.svg", "per_class.csv", "per_class_f1.svg", "reliability.svg",
        "training_accuracy.svg", "training_loss.svg",
    ]  # fmt: skip
    confusion = pd.read_csv(tmp_path / "a" / "confusion.csv")
    assert confusion.to_numpy().tolist() == [["cubism"] * 2, ["pop_art"] * 2, ["pop_art", "cubism"], ["cubism"] * 2]

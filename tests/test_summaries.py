import json

import numpy as np
import pandas as pd
import pytest

from artstyle.evaluation_names import FINAL, TOGETHER, UNCALIBRATED
from artstyle.predictions import Predictions
from artstyle.scores import score_predictions
from artstyle.summaries import explain_split, summarise_evaluation
from artstyle.tables import write_json
from made_predictions import ALL, CLASSES, make_predictions

CHOICE = {"chosen": "phase2", "why": "because", "temperature": 1.25}


def summarise(table: Predictions, **changed) -> dict:
    return summarise_evaluation(table, CHOICE, **{"split_by": "artist", "seed": 1, **changed})


def strict(path) -> dict:
    def refuse(text):
        raise AssertionError(f"{text} is no JSON")

    return json.loads(path.read_text(), parse_constant=refuse)


def test_every_phase_and_baseline_is_scored_on_its_own_rows():
    right = np.eye(3)[[0, 1, 2, 0]] * 0.7 + 0.1
    metrics = summarise(make_predictions([0, 1, 2, 0], {FINAL: right, "linear": np.roll(right, 1, axis=1)}))
    assert metrics["final"] == CHOICE | {"refit": False}
    assert metrics["test"]["accuracy"] == 1
    assert metrics["test"]["loss"] == pytest.approx(-np.log(0.8))
    assert metrics["validation"]["accuracy"] == 1
    assert metrics["baselines"]["linear"]["accuracy"] == 0
    assert metrics["phases"]["phase1"]["accuracy"] == 0.5  # equal probabilities: the first class
    assert list(metrics["phases"]) == ["phase1", "phase2", "pseudo", "control"]
    assert list(metrics["baselines"]) == ["majority", "artist_lookup", "linear"]
    assert set(metrics["baselines"]["majority"]) == {"n", "accuracy", "loss", "ece", "macro_f1"}


def test_a_refitted_model_is_scored_on_test_and_compared_with_the_chosen_one():
    right, wrong = np.eye(3)[[0, 1, 2, 0]] * 0.7 + 0.1, np.eye(3)[[1, 2, 0, 1]] * 0.7 + 0.1
    table = make_predictions([0, 1, 2, 0], {"phase2": wrong, FINAL: right})
    again = (table.table["phase"] == FINAL) & (table.table["split"] == "test")
    joined = Predictions(
        pd.concat([table.table, table.table[again].assign(phase="refit")], ignore_index=True),
        np.concatenate([table.labels, table.labels[again]]),
        np.concatenate([table.probabilities, table.probabilities[again]]),
        CLASSES,
    )
    metrics = summarise(joined)
    assert metrics["final"]["refit"] is True
    assert metrics["phases"]["refit"]["accuracy"] == 1
    assert metrics["gains"]["refit_over_phase2"]["accuracy"]["gain"] == 1


def test_works_judged_together_are_compared_with_works_judged_alone():
    right, wrong = np.eye(3)[[0, 1, 2, 0]] * 0.7 + 0.1, np.eye(3)[[0, 1, 2, 1]] * 0.7 + 0.1
    table = make_predictions([0, 1, 2, 0], {FINAL: wrong}, ["a", "b", "c", "a"])
    final = table.table["phase"] == FINAL
    joined = Predictions(
        pd.concat([table.table, table.table[final].assign(phase=TOGETHER)], ignore_index=True),
        np.concatenate([table.labels, table.labels[final]]),
        np.concatenate([table.probabilities, right, right]),
        CLASSES,
    )
    how = {"concentration": 2.0, "temperature": 1.25}
    metrics = summarise_evaluation(joined, {**CHOICE, "together": how}, split_by="artist", seed=1)
    assert metrics["final"]["together"] == how
    found = metrics["together"]
    assert (found["n"], found["accuracy"], found["macro_f1"], found["one_class_an_artist"]) == (4, 1, 1, 1)
    assert found["vote"] == {
        "accuracy": 1,
        "macro_f1": 1,
    }  # a is taken for 0 and 1: of equals the first, which is right
    assert found["outside_that_class"] == {"n": 0, "together": 0, "alone": 0}
    assert found["gain"]["accuracy"]["gain"] == pytest.approx(0.25)
    assert found["recalls"] == dict.fromkeys(CLASSES, 1.0)
    assert metrics["test"]["accuracy"] == 0.75
    assert "together" not in summarise(table)


def test_a_class_never_predicted_and_one_without_works_count_as_zero(tmp_path):
    only_first = np.tile([0.8, 0.1, 0.1], (4, 1))
    write_json(tmp_path / "metrics.json", summarise(make_predictions([0, 0, 1, 1], dict.fromkeys(ALL, only_first))))
    metrics = strict(tmp_path / "metrics.json")
    assert metrics["test"]["per_class"]["pop_art"] == {"precision": 0, "recall": 0, "f1": 0, "support": 2}
    assert metrics["test"]["per_class"]["rococo"] == {"precision": 0, "recall": 0, "f1": 0, "support": 0}
    assert metrics["test"]["macro"]["f1"] == pytest.approx((2 / 3 + 0 + 0) / 3, abs=1e-6)
    assert list(metrics["test"]["per_class"]) == CLASSES


def test_calibration_is_compared_before_and_after():
    raw = np.tile([0.97, 0.01, 0.02], (4, 1))
    logits = np.log(raw) / 2
    final = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    test = summarise(make_predictions([0, 0, 0, 1], {FINAL: final, UNCALIBRATED: raw}))["test"]
    assert test["ece_uncalibrated"] == pytest.approx(0.97 - 0.75)
    assert test["ece"] == pytest.approx(final[0, 0] - 0.75)


def test_gains_are_those_of_the_trained_phases():
    right, wrong = np.eye(3)[[0, 1, 2, 0]] * 0.7 + 0.1, np.eye(3)[[1, 2, 0, 1]] * 0.7 + 0.1
    half = np.where([[True], [True], [False], [False]], right, wrong)
    table = make_predictions([0, 1, 2, 0], {"phase1": wrong, "phase2": half, "pseudo": right, "control": right})
    gains = summarise(table)["gains"]
    assert {name: gain["accuracy"]["gain"] for name, gain in gains.items()} == {
        "phase2_over_phase1": 0.5, "pseudo_over_control": 0, "pseudo_over_phase2": 0.5,
    }  # fmt: skip
    assert set(gains["phase2_over_phase1"]["macro_f1"]) == {"gain", "low", "high"}
    keep = ~table.table["phase"].isin(["pseudo", "control"]).to_numpy()
    fewer = Predictions(
        table.table[keep].reset_index(drop=True), table.labels[keep], table.probabilities[keep], CLASSES
    )
    assert list(summarise(fewer)["gains"]) == ["phase2_over_phase1"]


def test_intervals_and_artist_sizes_are_those_of_the_final_model():
    right = np.eye(3)[[0, 1, 2, 0]] * 0.7 + 0.1
    test = summarise(make_predictions([0, 1, 2, 0], {FINAL: right}, artists=["x", "x", "y", ""]))["test"]
    assert test["intervals"]["accuracy"] == {"low": 1, "high": 1}
    assert set(test["intervals_by_picture"]) == {"accuracy", "macro_f1"}
    assert test["by_works_of_the_artist_in_test"]["few"] == {"n_artists": 3, "n_works": 4, "accuracy": 1}


def test_the_split_is_explained_with_the_figures_of_the_lookup():
    note = explain_split("random", {"accuracy": 0.86}, {"accuracy": 0.932})
    assert "93.2%" in note and "86.0%" in note and "recognising painters" in note and "style" not in note
    other = explain_split("artist", {"accuracy": 0.75}, {"accuracy": 0.217})
    assert "No painter of a test work is known" in other and "21.7%" in other


def test_every_score_of_three_classes_is_as_computed_by_hand():
    labels = np.array([0, 0, 1, 1, 2, 2])
    probabilities = np.array(
        [[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.1, 0.7, 0.2], [0.2, 0.5, 0.3], [0.3, 0.3, 0.4], [0.9, 0.05, 0.05]]
    )
    rows = {FINAL: probabilities, UNCALIBRATED: probabilities}
    test = summarise(make_predictions(labels.tolist(), rows, artists=["a", "a", "b", "b", "c", "c"]))["test"]
    # predicted: 0 1 1 1 2 0
    precision, recall, f1 = (1 / 2, 2 / 3, 1), (1 / 2, 1, 1 / 2), (1 / 2, 4 / 5, 2 / 3)
    assert test["accuracy"] == test["balanced_accuracy"] == pytest.approx(4 / 6)
    for average in ("macro", "weighted"):  # classes of equal size
        expected = {"precision": sum(precision) / 3, "recall": sum(recall) / 3, "f1": sum(f1) / 3}
        assert test[average] == pytest.approx(expected)
    assert test["loss"] == pytest.approx(-np.log([0.8, 0.3, 0.7, 0.5, 0.4, 0.05]).mean())
    assert test["top_3"] == 1
    gaps = [0.6, 0.6, 0.5, 0.3, 0.2, 0.9]  # confidence less hit, bins of one work each: 0.4 0.5 0.6 0.7 0.8 0.9
    assert gaps[1] == 0.6
    assert test["ece"] == pytest.approx((0.6 + 0.5 + 0.6 + 0.3 + 0.2 + 0.9) / 6)
    # Of the ten ways to draw three artists with replacement the worst, c c c and a a a, have accuracy 1/2, b b b has 1.
    assert test["intervals"]["accuracy"] == {"low": 0.5, "high": 1}
    assert list(score_predictions(labels, probabilities, CLASSES)["per_class"]) == CLASSES

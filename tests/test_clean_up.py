from pathlib import Path

import numpy as np
import pytest

from artstyle.clean_up import reduce_sides, run_clean_up, treat_suspects
from artstyle.evidence import gather_evidence, measure_looks, place_works, read_vectors
from artstyle.feature_store import open_features
from artstyle.label_review import Options, gather_works
from artstyle.tables import read_table
from made_labels import NAMES, PARAMETERS, make_inputs

OPTIONS = Options(**PARAMETERS["judge"], forest=PARAMETERS["forest"])
WEIGHTS = {"self_confidence": 1.0, "likelihood_ratio": 0.0, "agreement": 0.0, "isolation_forest": 0.0}


def test_the_most_suspicious_works_are_dropped_or_get_their_likely_label():
    labels, likely = np.array([0, 1, 2, 0]), np.array([1, 1, 0, 2])
    treated = treat_suspects(labels, likely, np.array([0.9, 0.1, 0.2, 0.8]), 2)
    assert [values.tolist() for values in treated["noisy"]] == [[0, 1, 2, 0], [True] * 4]
    assert [values.tolist() for values in treated["dropped"]] == [[0, 1, 2, 0], [False, True, True, False]]
    assert [values.tolist() for values in treated["relabelled"]] == [[1, 1, 2, 2], [True] * 4]


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    sides = {}
    for seed, side in enumerate(("train", "validation", "test")):
        paths = make_inputs(tmp_path_factory.mktemp(side) / "inputs", n=180, n_wrong=0, n_conflicts=0, seed=seed)
        table = read_table(paths["paintings"])
        works = place_works(gather_works(read_table(paths["works"]), table, NAMES), NAMES, n_folds=3, seed=0)
        vectors = read_vectors(works, open_features(paths["features"], table), "top_mean")
        sides[side] = works, vectors, paths
    works = {side: values[0] for side, values in sides.items()}
    vectors = {side: values[1] for side, values in sides.items()}
    looks = measure_looks(works["train"], np.load(Path(sides["train"][2]["pack"])))
    evidence = gather_evidence(works["train"], vectors["train"], looks, NAMES, 8, **PARAMETERS["describe"])
    reduced = reduce_sides(vectors, works, NAMES)
    found = run_clean_up(evidence, reduced, WEIGHTS, OPTIONS, share=0.3, kind="similar", seed=1)
    return {row["treatment"]: row for row in found.to_dict("records")}


def test_planted_labels_are_found_dropped_and_put_right(rows):
    assert list(rows) == ["clean", "noisy", "dropped", "relabelled"]
    assert (rows["clean"]["n_train"], rows["clean"]["n_wrong"]) == (180, 0)
    assert (rows["noisy"]["n_train"], rows["noisy"]["n_wrong"]) == (180, 54)
    assert rows["dropped"]["n_train"] == 126
    assert rows["dropped"]["n_wrong"] < 27
    assert rows["relabelled"]["n_wrong"] < 27


def test_all_are_tested_on_clean_labels(rows):
    assert rows["clean"]["test_accuracy"] > 0.9
    assert rows["dropped"]["test_accuracy"] > 0.9
    assert all(0 <= row["test_macro_f1"] <= 1 for row in rows.values())

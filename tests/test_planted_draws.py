import numpy as np
import pytest

from artstyle.errors import UserError
from artstyle.evidence import gather_evidence, measure_looks, place_works, read_vectors
from artstyle.feature_store import open_features
from artstyle.label_review import Options, gather_works, review_labels
from artstyle.noise_benchmark import measure_noise
from artstyle.planted_draws import plant_draws
from artstyle.tables import read_table
from made_labels import NAMES, PARAMETERS, make_inputs

OPTIONS = Options(**PARAMETERS["judge"], forest=PARAMETERS["forest"])
EQUAL = {"self_confidence": 0.5, "likelihood_ratio": 0.5, "agreement": 0.0, "isolation_forest": 0.0}


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    paths = make_inputs(tmp_path_factory.mktemp("made") / "inputs", n_wrong=0, n_conflicts=4)
    table = read_table(paths["paintings"])
    works = place_works(gather_works(read_table(paths["works"]), table, NAMES), NAMES, n_folds=3, seed=0)
    vectors = read_vectors(works, open_features(paths["features"], table), "top_mean")
    looks = measure_looks(works, np.load(paths["pack"]))
    evidence = gather_evidence(works, vectors, looks, NAMES, 8, **PARAMETERS["describe"])
    return evidence, review_labels(evidence, evidence.labels, OPTIONS, 0)


def draw(judged, purpose="noise", seed=0, **changes):
    evidence, review = judged
    options = {"shares": [0.1], "kinds": ["uniform"], "n_seeds": 2, **changes}
    return list(plant_draws(evidence, review, evidence.trusted, OPTIONS, purpose, **options, seed=seed))


def test_a_work_without_a_label_is_not_judged(tmp_path):
    paths = make_inputs(tmp_path / "inputs", n_wrong=0, n_conflicts=0)
    table, works = read_table(paths["paintings"]), read_table(paths["works"])
    bare = works.index[::5]
    works.loc[bare, ["label", "split"]] = ["", "pool"]
    gathered = gather_works(works, table, NAMES)
    assert len(gathered) == len(works) - len(bare) and not set(works["painting"][bare]) & set(gathered["painting"])


def test_planted_labels_are_among_the_most_suspicious_and_conflicts_stay_out(judged):
    draws = draw(judged)
    assert [each.kind for each in draws] == ["noise_10_uniform"] * 2
    for each in draws:
        assert each.wrong.sum() == round(0.1 * judged[0].trusted.sum())
        assert not each.wrong[~judged[0].trusted].any()
        assert (each.considered == judged[0].trusted).all()
        suspicion = each.suspicions["self_confidence"]
        assert suspicion[each.wrong].mean() > 2 * suspicion[~each.wrong].mean()


def test_draws_depend_on_purpose_seed_and_number_and_not_on_other_kinds(judged):
    first, second = draw(judged)
    assert (first.wrong != second.wrong).any()
    assert (first.wrong != draw(judged, purpose="combine")[0].wrong).any()
    assert (first.wrong != draw(judged, seed=1)[0].wrong).any()
    again = draw(judged, kinds=["similar", "uniform"], shares=[0.2, 0.1], n_seeds=1)
    assert [each.kind for each in again] == [
        "noise_20_similar", "noise_20_uniform", "noise_10_similar", "noise_10_uniform",
    ]  # fmt: skip
    assert (again[3].wrong == first.wrong).all()
    assert again[3].suspicions.equals(first.suspicions)


def test_each_kind_is_measured_over_its_draws(judged):
    measured, facts, curves = measure_noise(draw(judged, kinds=["uniform", "similar"]), EQUAL)
    assert list(measured) == list(facts) == ["noise_10_uniform", "noise_10_similar"]
    for by_score in measured.values():
        assert list(by_score) == ["self_confidence", "isolation_forest", "combined"]
        for measures in by_score.values():
            assert set(measures) == {"auroc", "average_precision", "precision_at_50", "precision_at_200"}
            assert all(value["low"] <= value["mean"] <= value["high"] for value in measures.values())
    assert facts["noise_10_uniform"] == {"n_wrong": 9, "n_considered": 86, "interval": "95 % t-interval over 2 seeds"}
    assert list(dict.fromkeys(curves["truth"])) == list(measured)
    for kind, by_score in measured.items():
        for score, measures in by_score.items():
            line = curves[(curves["truth"] == kind) & (curves["score"] == score)].set_index("n")["precision"]
            assert list(line.index) == [10, 20, 30, 40, 50, 60, 70, 80]  # of 86 works
            assert line[50] == pytest.approx(measures["precision_at_50"]["mean"])
    measured, facts, curves = measure_noise(draw(judged, n_seeds=0), EQUAL)
    assert (measured, facts) == ({}, {}) and curves.empty


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"shares": [0.6]}, r"outliers\.noise\.shares is 0\.6"),
        ({"shares": 0.1}, r"outliers\.noise\.shares is 0\.1; expected a list"),
        ({"kinds": []}, r"outliers\.noise\.kinds is \[\]; expected a list"),
        ({"kinds": ["even"]}, r"outliers\.noise\.kinds is 'even'; allowed: uniform, similar"),
        ({"n_seeds": -1}, r"outliers\.noise\.n_seeds is -1"),
    ],
)
def test_bad_parameters_are_named(judged, changes, message):
    with pytest.raises(UserError, match=message):
        draw(judged, **changes)


def test_the_choice_of_weights_needs_a_draw(judged):
    with pytest.raises(UserError, match=r"outliers\.combine\.n_seeds is 0"):
        draw(judged, purpose="combine", n_seeds=0)

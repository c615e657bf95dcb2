import functools
import json
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pandas as pd
import pytest

import outliers
from artstyle import label_review
from artstyle.errors import UserError
from artstyle.forests import fit_forests
from artstyle.tables import read_table
from made_labels import NAMES, PARAMETERS, make_inputs

SCORES = ["self_confidence", "isolation_forest", "combined"]


def run(inputs, folder, *, parameters=PARAMETERS, dataset="demo", seed=0):
    names = {
        "ranked": "outliers.csv",
        "page": "review.html",
        "metrics": "outliers.json",
        "curves": "precision.csv",
        "picture": "precision.svg",
    }
    outputs = {key: folder / name for key, name in names.items()}
    outliers.main(**inputs, **outputs, outliers=parameters, dataset=dataset, seed=seed)
    return outputs


def read_bytes(outputs):
    return {name: path.read_bytes() for name, path in outputs.items()}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_inputs(tmp_path_factory.mktemp("made") / "inputs")


@pytest.fixture(scope="module")
def outputs(made, tmp_path_factory):
    return run(made, tmp_path_factory.mktemp("outputs"))


def test_all_works_are_ranked_with_scores_and_reasons(outputs):
    ranked = read_table(outputs["ranked"])
    assert list(ranked.columns[:8]) == outliers_columns()
    assert list(ranked.columns[8:11]) == SCORES
    assert ranked["rank"].tolist() == list(range(1, 91))
    assert ranked["painting"].is_unique
    assert ranked["combined"].is_monotonic_decreasing
    explained = ranked["reason_1"] != ""
    assert explained.tolist() == [True] * 12 + [False] * 78
    assert (ranked["shap_1"][:12].astype(float) >= ranked["shap_2"][:12].astype(float)).all()


def outliers_columns():
    return ["rank", "painting", "artist", "label", "likely", "split", "conflict", "flagged"]


def test_planted_and_conflicting_labels_are_found(outputs):
    ranked = read_table(outputs["ranked"])
    metrics = json.loads(outputs["metrics"].read_text(encoding="utf-8"))
    assert metrics["n_judged"] == 90
    assert ranked["conflict"].sum() == 3
    assert metrics["n_flagged"] == ranked["flagged"].sum() > 0
    kinds = {"planted": 6, "conflicts": 3, "any": 9, "noise_10_uniform": 8, "noise_10_similar": 8}
    assert {kind: facts["n_wrong"] for kind, facts in metrics["truths"].items()} == kinds
    for kind in kinds:
        assert list(metrics[kind]) == SCORES
        for score in SCORES:
            assert set(metrics[kind][score]) == {"auroc", "average_precision", "precision_at_50", "precision_at_200"}
            assert all(value["low"] <= value["high"] for value in metrics[kind][score].values())
    assert all(metrics["any"][score]["auroc"]["mean"] > 0.95 for score in SCORES)
    assert sum(metrics["rule"]["weights"].values()) == pytest.approx(1)
    first = ranked.iloc[0]
    assert first["likely"] != first["label"]
    assert list(metrics["per_class"]) == NAMES


def test_figure_and_curves(outputs):
    assert ElementTree.parse(outputs["picture"]).getroot().tag.endswith("svg")
    curves = read_table(outputs["curves"])
    noise = {"noise_10_uniform", "noise_10_similar"}
    assert set(curves["truth"]) == {"planted", "conflicts", "any"} | noise
    assert set(curves["score"]) == set(SCORES)
    assert curves["precision"].between(0, 1).all()


def test_same_seed_same_bytes_and_another_seed_others(made, outputs, tmp_path):
    assert read_bytes(run(made, tmp_path / "again")) == read_bytes(outputs)
    other = run(made, tmp_path / "other", seed=1)
    assert other["ranked"].read_bytes() != outputs["ranked"].read_bytes()


def test_order_of_rows_changes_nothing(made, outputs, tmp_path):
    works = pd.read_csv(made["works"]).sample(frac=1, random_state=3)
    works.to_csv(tmp_path / "works.csv", index=False)
    assert read_bytes(run({**made, "works": tmp_path / "works.csv"}, tmp_path)) == read_bytes(outputs)


def test_truth_is_only_scored_against(made, outputs, tmp_path):
    truth = pd.read_csv(made["truth"])[:0]
    truth.to_csv(tmp_path / "truth.csv", index=False)
    blind = run({**made, "truth": tmp_path / "truth.csv"}, tmp_path)
    assert blind["ranked"].read_bytes() == outputs["ranked"].read_bytes()
    truths = json.loads(blind["metrics"].read_text(encoding="utf-8"))["truths"]
    assert list(truths) == ["conflicts", "noise_10_uniform", "noise_10_similar"]
    # A data set may be named by a number, which stays one on the way here.
    other = run({**made, "truth": tmp_path / "absent.csv"}, tmp_path / "other", dataset=2024)
    assert other["ranked"].read_bytes() == outputs["ranked"].read_bytes()


def test_without_any_known_truth_there_are_still_all_files(made, tmp_path):
    works = pd.read_csv(made["works"]).assign(conflict=0)
    works.to_csv(tmp_path / "works.csv", index=False)
    parameters = {**PARAMETERS, "noise": {**PARAMETERS["noise"], "n_seeds": 0}}
    found = run({**made, "works": tmp_path / "works.csv"}, tmp_path, dataset="wikiart", parameters=parameters)
    assert json.loads(found["metrics"].read_text(encoding="utf-8"))["truths"] == {}
    assert len(read_table(found["curves"])) == 0
    assert ElementTree.parse(found["picture"]).getroot().tag.endswith("svg")


def test_a_painting_with_a_missing_feature_is_named(made, tmp_path):
    folder = tmp_path / "features"
    folder.mkdir()
    for path in made["features"].iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    pooled = np.load(folder / "pooled.npy")
    pooled[5, 0, 3] = np.nan
    np.save(folder / "pooled.npy", pooled)
    name = pd.read_csv(made["paintings"])["painting"][5]
    with pytest.raises(UserError, match=f"{name}: feature 3 is nan"):
        run({**made, "features": folder}, tmp_path)


def test_a_class_by_one_artist_is_left_out_with_a_note(made, tmp_path, capsys):
    works = pd.read_csv(made["works"])
    works.loc[works["label"] == "rococo", "artist"] = "one"
    works.to_csv(tmp_path / "works.csv", index=False)
    found = run({**made, "works": tmp_path / "works.csv"}, tmp_path)
    n = int((works["label"] == "rococo").sum())
    metrics = json.loads(found["metrics"].read_text(encoding="utf-8"))
    assert metrics["n_not_judged"] == {"rococo": n}
    assert metrics["n_judged"] == 90 - n
    assert "rococo" not in metrics["per_class"]
    assert f"{n} works of rococo not judged" in capsys.readouterr().out


def test_a_label_that_fits_better_than_usual_is_not_odd(made, tmp_path, monkeypatch):
    given = {}

    @functools.wraps(fit_forests)
    def spy(features, labels, *rest, **options):
        given.update(features=features, labels=labels)
        return fit_forests(features, labels, *rest, **options)

    monkeypatch.setattr(label_review, "fit_forests", spy)
    run(made, tmp_path)
    features = given["features"][["own_probability", "centre_distance"]]
    harmless = features.groupby(given["labels"]).agg({"own_probability": "max", "centre_distance": "min"})
    at_the_edge = features == harmless.loc[given["labels"]].to_numpy()
    assert (at_the_edge.groupby(given["labels"]).mean() >= 0.5).all(axis=None)


def test_the_rule_learns_nothing_from_labels_of_test_works(made, tmp_path):
    works = pd.read_csv(made["works"])
    works.loc[works.index % 4 == 0, "split"] = "test"
    works.to_csv(tmp_path / "works.csv", index=False)
    before = run({**made, "works": tmp_path / "works.csv"}, tmp_path)
    tested = works["split"] == "test"
    works.loc[tested, ["label", "style"]] = "cubism"
    works.to_csv(tmp_path / "changed.csv", index=False)
    after = run({**made, "works": tmp_path / "changed.csv"}, tmp_path / "after")
    rules = [json.loads(found["metrics"].read_text(encoding="utf-8"))["rule"] for found in (before, after)]
    assert rules[0] == rules[1]
    assert before["ranked"].read_bytes() != after["ranked"].read_bytes()


def test_the_page_shows_the_works_that_have_reasons_in_order(outputs):
    text = outputs["page"].read_text(encoding="utf-8")
    ranked = read_table(outputs["ranked"])
    assert re.findall(r'data-painting="([^"]+)"', text) == ranked["painting"][:12].tolist()


def test_contamination_moves_flags_and_no_score(made, outputs, tmp_path):
    parameters = {**PARAMETERS, "flag": {"contamination": 0.3}}
    found = read_table(run(made, tmp_path, parameters=parameters)["ranked"])
    before = read_table(outputs["ranked"])
    assert found["flagged"].sum() > before["flagged"].sum()
    pd.testing.assert_frame_equal(found.drop(columns="flagged"), before.drop(columns="flagged"))


@pytest.mark.parametrize(
    ("section", "values", "message"),
    [
        ("judge", {"features": "absent"}, "outliers.judge.features is 'absent'; allowed: top_mean"),
        ("forest", {"n_tree": 3}, "outliers.forest has no parameter 'n_tree'"),
        ("describe", {"n_components": 99}, "outliers.describe.n_components is 99"),
        ("combine", {"n_seeds": -1}, "outliers.combine.n_seeds is -1"),
        ("noise", {"share": 1}, "outliers.noise has no parameter 'share'"),
        ("explain", {"n_explained": 0}, "outliers.explain.n_explained is 0"),
        ("forests", {}, "outliers has no parameter 'forests'"),
    ],
)
def test_bad_parameters_are_named(made, tmp_path, section, values, message):
    parameters = {**PARAMETERS, section: {**PARAMETERS.get(section, {}), **values}}
    with pytest.raises(UserError, match=message):
        run(made, tmp_path, parameters=parameters)


def test_tables_that_do_not_fit_together_are_refused(made, tmp_path):
    works = pd.read_csv(made["works"])
    works.assign(label=works["label"].replace("rococo", "fauvism")).to_csv(tmp_path / "label.csv", index=False)
    with pytest.raises(UserError, match="label 'fauvism' is no class"):
        run({**made, "works": tmp_path / "label.csv"}, tmp_path)
    works.loc[0, "painting"] = "Rococo/absent.jpg"
    works.to_csv(tmp_path / "absent.csv", index=False)
    with pytest.raises(UserError, match=r"Rococo/absent\.jpg"):
        run({**made, "works": tmp_path / "absent.csv"}, tmp_path)

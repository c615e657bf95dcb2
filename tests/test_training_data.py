import numpy as np
import pandas as pd
import pytest

from artstyle import feature_store
from artstyle.errors import UserError
from artstyle.tables import write_json, write_table
from artstyle.training_data import read_training_data
from tiny_run import CLASSES, make_objective, use_small_backbone, write_features, write_tiny_run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        use_small_backbone(patch)
        made = write_tiny_run(tmp_path_factory.mktemp("run"), sides=("train", "train", "validation", "pool"))
        write_features(made)
    return made


def read(run, works=None, classes=None):
    return read_training_data(run.features, run.paintings, works or run.works, classes or run.classes)


@pytest.fixture
def changed(run, tmp_path):
    """Write the table of works after a change and return its path."""

    def change(edit) -> object:
        write_table(tmp_path / "works.csv", edit(pd.read_csv(run.works)))
        return tmp_path / "works.csv"

    return change


def test_samples_of_training(run):
    data = read(run)
    samples = data.training_samples()
    names = pd.read_csv(run.paintings)["painting"]
    assert {names[row].split("_")[0].split("/")[1] for row in samples.rows} == {"train-artist-0", "train-artist-1"}
    assert [CLASSES[label].title() for label in samples.labels] == [names[row].split("/")[0] for row in samples.rows]
    assert samples.weights.tolist() == [1] * 6


def test_a_work_counts_as_often_as_it_was_drawn(run, changed):
    def edit(table):
        table.loc[table["split"] == "train", "n_draws"] = [0, 1, 2, 3, 1, 1]
        return table

    samples = read(run, changed(edit)).training_samples()
    assert len(samples) == 8
    assert sorted(np.unique(samples.rows, return_counts=True)[1]) == [1, 1, 1, 2, 3]
    assert read(run, changed(edit)).count_training_works().sum() == 8
    assert read(run, changed(edit)).count_distinct_works().sum() == 6


def test_works_of_an_artist_with_many_can_count_less(run, changed):
    def edit(table):
        first = table.index[table["split"] == "train"][0]
        table.loc[first, "n_draws"] = 3  # five draws by that artist, three by the other
        return table

    samples = read(run, changed(edit)).training_samples(1.0)
    for label in np.unique(samples.labels):
        found, n = np.unique(samples.weights[samples.labels == label], return_counts=True)
        # 1/5 and 1/3 of an artist's works in the class, with mean 1: three draws to one, or one to one.
        assert found.tolist() == pytest.approx([6 / 7, 10 / 7] if n.sum() == 4 else [0.75, 1.25])
        assert n.tolist() == ([3, 1] if n.sum() == 4 else [1, 1])


def test_validation_is_the_plain_view(run, monkeypatch):
    monkeypatch.setattr(feature_store, "BATCH", 2)
    data = read(run)
    validation = data.validation(["pooled"], make_objective())
    rows = data.store.find_rows(data.select("validation")["painting"])
    parts = [inputs["pooled"] for inputs in validation.iterate_inputs()]
    assert [len(part) for part in parts] == [2, 1]
    np.testing.assert_array_equal(np.concatenate(parts), data.store.pooled[rows, 0].astype(np.float32))
    assert validation.labels.tolist() == [0, 1, 2]


def test_validation_is_judged_by_what_training_aims_at(run):
    # One validation work of each class, and training works 1, 2 and 5.
    plain = read(run).validation(["pooled"], make_objective((1, 2, 5), loss="focal"))
    assert (plain.offsets.tolist(), plain.weights.tolist()) == ([0, 0, 0], [1, 1, 1])
    balanced = read(run).validation(["pooled"], make_objective((1, 2, 5), loss="balanced_softmax"))
    assert np.exp(balanced.offsets) == pytest.approx([1 / 8, 2 / 8, 5 / 8])
    assert balanced.weights / balanced.weights.sum() == pytest.approx([1 / 8, 2 / 8, 5 / 8])
    inverse = read(run).validation(["pooled"], make_objective((1, 2, 5), class_weights="inverse"))
    assert inverse.weights / inverse.weights.sum() == pytest.approx([1 / 3, 1 / 3, 1 / 3])
    assert inverse.offsets == pytest.approx([0, 0, 0])


@pytest.mark.parametrize("side", ["train", "validation"])
def test_a_side_without_works_is_named(run, changed, side):
    works = changed(lambda table: table.replace({"split": {side: "unused"}}))
    with pytest.raises(UserError, match=rf"works\.csv: no works in '{side}'"):
        read(run, works)


def test_a_label_that_is_no_class_is_named(run, changed, tmp_path):
    works = changed(lambda table: table.replace({"label": {"stripes": "rays"}}))
    with pytest.raises(UserError, match=r"works\.csv: label 'rays' is not among the classes of .*classes\.json"):
        read(run, works)
    unused = changed(lambda table: table.assign(split=table["split"].where(table["label"] != "dots", "unused")))
    write_json(tmp_path / "classes.json", ["fields", "stripes"])
    assert read(run, unused, tmp_path / "classes.json").training_samples().labels.max() == 1


def test_features_of_other_paintings_are_refused(run, tmp_path):
    table = pd.read_csv(run.paintings)
    write_table(tmp_path / "paintings.csv", table[::-1])
    with pytest.raises(UserError, match="another order"):
        read_training_data(run.features, tmp_path / "paintings.csv", run.works, run.classes)


def test_class_names_of_digits_stay_text(run, changed, tmp_path):
    decades = {"dots": "1920", "fields": "1930", "stripes": "1940"}
    works = changed(lambda table: table.replace({"label": decades}))
    write_json(tmp_path / "classes.json", sorted(decades.values()))
    data = read(run, works, tmp_path / "classes.json")
    assert data.validation(["pooled"], make_objective()).labels.tolist() == [0, 1, 2]


def test_only_a_work_of_the_pool_may_lack_a_label(run, changed):
    def bare(side):
        return changed(lambda table: table.assign(label=table["label"].where(table["split"] != side, "")))

    data = read(run, bare("pool"))
    assert len(data.select("pool")) and (data.encode(data.select("pool")) == -1).all()
    with pytest.raises(UserError, match=r"works\.csv: label '' is not among the classes"):
        read(run, bare("validation"))

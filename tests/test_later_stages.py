from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml

from artstyle.errors import UserError
from artstyle.later_stages import check_later_stages
from tiny_run import OBJECTIVE

DATA = SimpleNamespace(
    classes=["dots", "fields"],
    count_training_works=lambda: np.array([4, 4]),
    store=SimpleNamespace(facts={"n_views": 2}),
    works=pd.DataFrame(
        {"split": ["train", "train", "pool"], "n_draws": [1, 1, 3], "sampled": [1, 1, 1], "label": ["a", "b", "a"]}
    ),
)


def check(tmp_path, changed: dict, data=DATA, n_members=2, **objective) -> None:
    """Check the committed params.yaml with some values changed, dotted names."""
    with open("params.yaml", encoding="utf-8") as file:
        parameters = yaml.safe_load(file)
    for name, value in changed.items():
        *path, last = name.split(".")
        section = parameters
        for part in path:
            section = section[part]
        section[last] = value
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(parameters))
    check_later_stages(tmp_path / "params.yaml", data, {**OBJECTIVE, **objective}, n_members)


def test_the_committed_parameters_pass(tmp_path):
    check(tmp_path, {})
    check(tmp_path, {"pseudolabel_phase3.method": "consistency"})
    check(tmp_path, {"finetune_phase2.fit.patience": 3})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("finetune_phase2.through", "disk"),
        ("finetune_phase2.layer_decay", 2),
        ("finetune_phase2.blend", 0),
        ("finetune_phase2.crop", 0),
        ("finetune_phase2.fit.epochs", 0),
        ("finetune_phase2.fit.patience", 0),
        ("finetune_phase2.fit.batch", 0.5),
        ("finetune_phase2.fit.mixup", -1),
        ("finetune_phase2.fit.cutmix", 11),
        ("finetune_phase2.fit.learning_rate", "fast"),
        ("finetune_phase2.fit.ema_momentum", 1),
        ("pseudolabel_phase3.method", "mixmatch"),
        ("pseudolabel_phase3.weight", 11),
        ("pseudolabel_phase3.layer_decay", 0),
        ("pseudolabel_phase3.blend", 2),
        ("pseudolabel_phase3.crop", 2),
        ("pseudolabel_phase3.select.threshold", 1.1),
        ("pseudolabel_phase3.select.precision", 95),
        ("pseudolabel_phase3.select.max_share_per_class", -1),
        ("pseudolabel_phase3.fit.clip_norm", 0),
        ("phases", 4),
        ("refit", "ture"),
    ],
)
def test_a_value_of_a_later_phase_is_named_before_the_first(tmp_path, name, value):
    with pytest.raises(UserError, match=rf"params.yaml: {name} is "):
        check(tmp_path, {name: value})


@pytest.mark.parametrize(("name", "value"), [("threshold", 2), ("ratio", 0), ("momentum", 1), ("precision", None)])
def test_a_value_of_consistency_is_named_where_that_is_the_method(tmp_path, name, value):
    place = f"pseudolabel_phase3.consistency.{name}"
    check(tmp_path, {place: value})
    with pytest.raises(UserError, match=rf"params.yaml: {place} is "):
        check(tmp_path, {place: value, "pseudolabel_phase3.method": "consistency"})


def test_a_parameter_too_many_or_missing_is_named(tmp_path):
    with pytest.raises(UserError, match=r"pseudolabel_phase3\.fit has no parameter 'patience'"):
        check(tmp_path, {"pseudolabel_phase3.fit.patience": 3})
    with pytest.raises(UserError, match=r"finetune_phase2\.fit must be a map of parameters, got None"):
        check(tmp_path, {"finetune_phase2.fit": None})
    with pytest.raises(UserError, match=r"finetune_phase2\.fit\.patience is missing"):
        fit = {"epochs": 1, "batch": 8, "mixup": 0, "cutmix": 0, "learning_rate": 1e-3}
        check(tmp_path, {"finetune_phase2.fit": fit})


def test_phases_that_are_left_out_are_not_checked(tmp_path):
    wrong = {"finetune_phase2.through": "disk", "pseudolabel_phase3.method": "mixmatch"}
    check(tmp_path, {**wrong, "phases": 1})
    with pytest.raises(UserError, match=r"finetune_phase2\.through is 'disk'"):
        check(tmp_path, {**wrong, "phases": 2})


def test_choices_that_exclude_each_other_are_refused(tmp_path):
    with pytest.raises(UserError, match=r"method is 'consistency' with loss: balanced_softmax"):
        check(tmp_path, {"pseudolabel_phase3.method": "consistency"}, loss="balanced_softmax")


def test_consistency_is_refused_where_the_training_works_have_other_class_shares_than_the_pool(tmp_path):
    consistency = {"pseudolabel_phase3.method": "consistency"}
    with pytest.raises(UserError, match=r"method is 'consistency', .* with split\.train_skew: 20"):
        check(tmp_path, {**consistency, "split.train_skew": 20})
    repeated = SimpleNamespace(**{**vars(DATA), "works": DATA.works.assign(n_draws=[1, 2, 1])})
    with pytest.raises(UserError, match=r"with merge_sample\.strategy: replace"):
        check(tmp_path, consistency, repeated)
    left_over = DATA.works.assign(sampled=[1, 1, 0])
    with pytest.raises(UserError, match=r"with works that merge_sample\.n left over, which makes the two differ"):
        check(tmp_path, consistency, SimpleNamespace(**{**vars(DATA), "works": left_over}))
    bare = left_over.assign(label=["a", "b", ""])  # of the folder without labels
    check(tmp_path, consistency, SimpleNamespace(**{**vars(DATA), "works": bare}))
    check(tmp_path, {"split.train_skew": 20}, repeated)  # plain


@pytest.mark.parametrize("section", ["finetune_phase2", "pseudolabel_phase3"])
def test_a_step_with_fewer_works_than_classifiers_is_refused_before_the_first_phase(tmp_path, section):
    check(tmp_path, {f"{section}.fit.batch": 6}, n_members=6)
    with pytest.raises(UserError, match=rf"{section}\.fit\.batch: a step of 5 works for 6 classifiers"):
        check(tmp_path, {f"{section}.fit.batch": 5}, n_members=6)
    check(tmp_path, {f"{section}.fit.batch": 5, "phases": 1}, n_members=6)

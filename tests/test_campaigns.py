from pathlib import Path

import pytest
import yaml

from artstyle.campaigns import choose, list_runs, name_skew, read_campaign, read_skew, take_quick
from artstyle.errors import UserError

ROOT = Path(__file__).parents[1]
CAMPAIGN = {
    "base": {"phases": 1},
    "seeds": [1, 2],
    "skews": [None],
    "variants": {
        "plain": {"why": "to compare with"},
        "no-map": {"why": "another", "set": {"train_phase1.crn.pyramid": False, "style_maps.x": None, "loss": "focal"}},
    },
}


@pytest.fixture
def write(tmp_path):
    def write(campaign) -> Path:
        path = tmp_path / "experiments.yaml"
        path.write_text(yaml.safe_dump({"small": campaign}, sort_keys=False))
        return path

    return write


def test_runs_come_seed_by_seed_with_their_command(write):
    runs = list_runs("small", read_campaign(write(CAMPAIGN), "small"), "demo")
    assert [run.name for run in runs] == ["plain-1", "no-map-1", "plain-2", "no-map-2"]
    assert " ".join(runs[0].command) == "dvc exp run -S dataset=demo -S seed=1 -S phases=1 evaluate"
    settings = "-S train_phase1.crn.pyramid=false -S style_maps.x=null -S loss=focal"
    assert " ".join(runs[3].command) == f"dvc exp run -S dataset=demo -S seed=2 -S phases=1 {settings} evaluate"


def test_skews_multiply_the_runs_of_the_variants_that_have_them():
    variants = {**CAMPAIGN["variants"], "natural-only": {"why": "x", "skews": [None]}}
    skewed = {**CAMPAIGN, "seeds": [1, 2], "skews": [None, 20], "variants": variants}
    runs = list_runs("small", skewed, "demo")
    assert [run.name for run in runs] == [
        "plain-1", "no-map-1", "natural-only-1", "plain-2", "no-map-2", "natural-only-2",
        "plain-20to1-1", "no-map-20to1-1", "plain-20to1-2", "no-map-20to1-2",
    ]  # fmt: skip
    assert (runs[0].skew, runs[6].skew) == ("natural", "20to1")
    assert runs[6].overrides == {"dataset": "demo", "seed": 1, "phases": 1, "split.train_skew": 20}
    assert "split.train_skew" not in runs[0].overrides


def test_a_skew_has_a_name_and_is_read_from_a_command_line():
    assert [name_skew(skew) for skew in (None, 20, 2.5)] == ["natural", "20to1", "2p5to1"]
    assert [read_skew(text) for text in ("natural", "20", "2.5")] == [None, 20, 2.5]
    assert isinstance(read_skew("20"), int)  # else its command would differ from that of experiments.yaml
    for bad in ("1", "0.5", "nan", "steep"):
        with pytest.raises(ValueError):
            read_skew(bad)


def test_a_data_set_can_have_its_own_overrides():
    variant = {
        "why": "x",
        "set": {"merge_sample.n": 1000, "loss": "focal"},
        "datasets": {"demo": {"merge_sample.n": 5}},
    }
    campaign = {**CAMPAIGN, "base": {}, "seeds": [1], "variants": {"fixed": variant}}
    assert list_runs("small", campaign, "demo")[0].overrides["merge_sample.n"] == 5
    assert list_runs("small", campaign, "wikiart")[0].overrides["merge_sample.n"] == 1000
    assert list_runs("small", campaign, "demo")[0].overrides["loss"] == "focal"


@pytest.mark.parametrize("name", yaml.safe_load((ROOT / "experiments.yaml").read_text()))
def test_scores_on_validation_and_test_are_of_the_same_model_where_variants_are_compared(name):
    campaign = read_campaign(ROOT / "experiments.yaml", name)
    assert campaign["base"]["refit"] is bool(campaign.get("folds"))  # nothing is chosen among folds


def test_a_part_of_a_campaign_can_be_chosen():
    quick = {**CAMPAIGN, "table": "small", "quick": {"variants": ["no-map"], "seeds": [9]}}
    assert [run.name for run in list_runs("small", take_quick(quick), "demo")] == ["no-map-9"]
    assert [run.name for run in list_runs("small", choose(quick, ["plain"], None, [5]), "demo")] == [
        "plain-5to1-1", "plain-5to1-2"
    ]  # fmt: skip
    with pytest.raises(UserError, match="no variant 'other'; there are: plain, no-map"):
        choose(quick, ["other"], None, None)
    with pytest.raises(UserError, match="table small has no 'quick' part"):
        take_quick({**CAMPAIGN, "table": "small"})


def test_what_a_campaign_leaves_out_is_filled_in(write):
    campaign = read_campaign(write({key: value for key, value in CAMPAIGN.items() if key != "skews"}), "small")
    assert (campaign["table"], campaign["reference"], campaign["skews"]) == ("small", "plain", [None])


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"seeds": None}, "lacks 'seeds'"), ({"variants": {"a": {}}}, "variant a needs 'why'"),
     ({"variants": {"No Map": {"why": "x"}}}, "variant 'No Map': use small letters"),
     ({"base": [1]}, r"'base' must be a map, got \[1\]"), ({"seeds": 3}, "'seeds' must be a list, got 3"),
     ({"variants": [1]}, "'variants' must be a map"), ({"skews": [0.5]}, r"'skews' must be a list .* got \[0.5\]"),
     ({"skews": 20}, "'skews' must be a list"), ({"variants": {}}, "'variants' must be a map, got {}"),
     ({"variants": {"a": {"why": "x", "skews": [1]}}}, "variant a: 'skews' must be"),
     ({"variants": {"a": {"why": "x", "datasets": {"demo": 1}}}}, "variant a: 'datasets' must be"),
     ({"reference": "b"}, "reference: no variant 'b'"),
     ({"quick": {"variants": ["b"]}}, "quick.variants: no variant 'b'"),
     ({"quick": ["a"]}, r"quick must be a map of lists, .* got \['a'\]"),
     ({"quick": {"variants": None}}, "quick must be a map of lists"),
     ({"quick": {"seeds": ["one"]}}, "quick: 'seeds' must be"),
     ({"seeds": ["one"]}, r"'seeds' must be a list .* got \['one'\]"),
     ({"seeds": [1, 1]}, "'seeds' must be a list of whole numbers, each once"), ({"seeds": [True]}, "'seeds' must be"),
     ({"variants": {288: {"why": "x"}}}, "variant 288: use small letters, .* quotes around a number"),
     ({"folds": "no"}, "'folds' must be true or false, got 'no'"),
     ({"variants": {"a": {"why": "x", "set": [1]}}}, r"'set' \(a map")],
)  # fmt: skip
def test_a_campaign_of_another_form_is_named(write, changed, words):
    campaign = {key: value for key, value in {**CAMPAIGN, **changed}.items() if value is not None}
    with pytest.raises(UserError, match=words):
        read_campaign(write(campaign), "small")


def test_an_empty_campaign_is_named(write):
    with pytest.raises(UserError, match="campaign small must be a map"):
        read_campaign(write(None), "small")


def test_an_unknown_campaign_or_a_missing_file_is_named(write, tmp_path):
    with pytest.raises(UserError, match="no campaign 'large'; there are: small"):
        read_campaign(write(CAMPAIGN), "large")
    with pytest.raises(UserError, match=r"none\.yaml: cannot be read"):
        read_campaign(tmp_path / "none.yaml", "small")


def test_every_override_of_every_campaign_exists():
    parameters = yaml.safe_load((ROOT / "params.yaml").read_text())
    campaigns = yaml.safe_load((ROOT / "experiments.yaml").read_text())
    for name in campaigns:
        for run in list_runs(name, read_campaign(ROOT / "experiments.yaml", name), "demo"):
            for key in run.overrides:
                place = parameters
                for part in key.split("."):
                    assert part in place, f"{run.name}: {key}"
                    place = place[part]


def test_no_two_campaigns_share_the_name_of_an_experiment():
    campaigns = yaml.safe_load((ROOT / "experiments.yaml").read_text())
    names = [variant for campaign in campaigns.values() for variant in campaign["variants"]]
    assert len(names) == len(set(names))


def test_what_is_asked_for_twice_is_run_once():
    names = [run.name for run in list_runs("small", choose(CAMPAIGN, ["plain"], [2, 2], [5, 5]), "demo")]
    assert names == ["plain-5to1-2"]


def test_a_file_in_another_encoding_is_named(tmp_path):
    (tmp_path / "a.yaml").write_bytes("caf\xe9: 1".encode("latin-1"))
    with pytest.raises(UserError, match=r"a\.yaml: not valid YAML"):
        read_campaign(tmp_path / "a.yaml", "small")

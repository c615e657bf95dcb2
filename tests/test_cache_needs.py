import pytest
import yaml

from artstyle.cache_needs import check_needs
from artstyle.errors import UserError

KEPT = {"maps": True, "covariance_channels": 96, "freeze_share": 0.5}


def check(tmp_path, head: str, covariances: bool, phases: int = 3, through: str = "cache", **changed) -> None:
    values = {"head": head, "train_phase1": {"head": {"covariances": covariances}}}
    values |= {"phases": phases, "finetune_phase2": {"through": through}}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(values))
    check_needs(tmp_path / "params.yaml", {**KEPT, **changed})


@pytest.mark.parametrize(
    ("head", "covariances", "changed"),
    [
        ("crn", True, {}),
        ("stats", True, {"maps": False}),
        ("stats", False, {"maps": False, "covariance_channels": 0}),
        ("linear", True, {"maps": False, "covariance_channels": 0}),
    ],
)
def test_a_cache_that_holds_what_the_head_reads_passes(tmp_path, head, covariances, changed):
    check(tmp_path, head, covariances, **changed)


def test_what_the_head_would_miss_is_named_before_the_extraction(tmp_path):
    with pytest.raises(UserError, match=r"head: crn needs .* set extract_features\.maps to true"):
        check(tmp_path, "crn", True, maps=False)
    for head in ("stats", "crn"):
        with pytest.raises(UserError, match=r"head\.covariances is true, but none are kept; set it to false, or"):
            check(tmp_path, head, True, covariance_channels=0)


def test_fine_tuning_all_layers_goes_through_the_pixels(tmp_path):
    with pytest.raises(UserError, match=r"finetune_phase2\.through is cache with extract_features\.freeze_share 0"):
        check(tmp_path, "stats", True, freeze_share=0)
    check(tmp_path, "stats", True, phases=1, freeze_share=0)
    check(tmp_path, "stats", True, through="pixels", freeze_share=0)


def test_sections_that_are_no_maps_are_left_to_the_stages_that_read_them(tmp_path):
    (tmp_path / "params.yaml").write_text("head: stats\ntrain_phase1:\nphases: 3\nfinetune_phase2:\n")
    check_needs(tmp_path / "params.yaml", {**KEPT, "covariance_channels": 0})
    check_needs(tmp_path / "params.yaml", None)

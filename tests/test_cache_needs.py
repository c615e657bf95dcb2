import pytest
import yaml

from artstyle.cache_needs import check_needs
from artstyle.errors import UserError

KEPT = {"maps": True, "covariance_channels": 96}


def check(tmp_path, head: str, covariances: bool, **changed) -> None:
    values = {"head": head, "train_phase1": {"head": {"covariances": covariances}}}
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


def test_sections_that_are_no_maps_are_left_to_the_stages_that_read_them(tmp_path):
    (tmp_path / "params.yaml").write_text("head: stats\ntrain_phase1:\n")
    check_needs(tmp_path / "params.yaml", {**KEPT, "covariance_channels": 0})
    check_needs(tmp_path / "params.yaml", None)

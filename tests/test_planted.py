import pandas as pd
import pytest

from artstyle.errors import UserError
from artstyle.planted import Outcome, score_planted

OUTCOME = Outcome(
    kept={"A/a": "", "A/b": "b", "A/grey": "", "A/label": ""},
    reasons={"A/copy": "exact_copy", "A/small": "near_copy", "B/b": "two_styles", "A/cut": "truncated"},
    partners={"A/copy": "A/a", "A/small": "A/a", "B/b": "A/b", "A/cut": ""},
    mended={"A/grey": ("grey",), "A/small": ("cmyk",), "A/a": ()},
)


@pytest.mark.parametrize(
    ("painting", "fault", "partner", "share"),
    [
        ("A/label", "wrong_label", "", 1.0),
        ("A/cut", "wrong_label", "", 0.0),
        ("A/copy", "exact_copy", "A/a", 1.0),
        ("A/a", "exact_copy", "A/copy", 1.0),
        ("A/copy", "exact_copy", "A/b", 0.0),
        ("A/small", "exact_copy", "A/a", 0.0),
        ("A/small", "resized_copy", "A/a", 1.0),
        ("A/grey", "recompressed_copy", "A/a", 0.0),
        ("B/b", "two_styles", "A/b", 1.0),
        ("A/copy", "two_styles", "A/a", 0.0),
        ("A/cut", "truncated", "", 1.0),
        ("A/cut", "empty", "", 0.0),
        ("A/grey", "grey", "", 1.0),
        ("A/small", "cmyk", "A/a", 1.0),
        ("A/a", "palette", "", 0.0),
        ("A/cut", "grey", "", 0.0),
    ],
)
def test_each_fault_has_its_own_right_outcome(painting, fault, partner, share):
    truth = pd.DataFrame([(painting, fault, partner)], columns=["painting", "fault", "partner"])
    assert score_planted(truth, OUTCOME) == {fault: {"n_planted": 1, "right_share": share}}


def test_shares_are_counted_by_kind():
    rows = [("A/cut", "truncated", ""), ("A/a", "truncated", ""), ("A/grey", "grey", "")]
    scores = score_planted(pd.DataFrame(rows, columns=["painting", "fault", "partner"]), OUTCOME)
    assert list(scores) == ["grey", "truncated"]
    assert scores["truncated"] == {"n_planted": 2, "right_share": 0.5}


def test_an_unknown_fault_is_an_error():
    truth = pd.DataFrame([("A/a", "haunted", "")], columns=["painting", "fault", "partner"])
    with pytest.raises(UserError, match="haunted"):
        score_planted(truth, OUTCOME)

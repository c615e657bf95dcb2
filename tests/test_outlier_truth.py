import pandas as pd

from artstyle.outlier_truth import list_truths, select_planted


def works(**columns):
    table = {
        "painting": ["a", "b", "c", "d"],
        "label": ["x", "x", "y", "y"],
        "style": ["x1", "x2", "y", "y"],
        "conflict": [0, 0, 0, 1],
    }
    return pd.DataFrame({**table, **columns})


def test_planted_truth_ignores_styles_merged_into_the_same_label():
    truth = pd.DataFrame(
        {
            "painting": ["a", "b", "c", "a", "gone"],
            "fault": ["wrong_label", "wrong_label", "wrong_label", "grey", "wrong_label"],
            "true_style": ["X2", "Y", "Left Out", "", "Y"],
        }
    )
    planted = select_planted(truth)
    assert planted["true_style"].tolist() == ["x2", "y", "left_out", "y"]
    truths = list_truths(works(), planted)
    wrong, considered = truths["planted"]
    assert wrong.tolist() == [False, True, True, False]
    assert considered.tolist() == [True, True, True, False]
    wrong, considered = truths["conflicts"]
    assert wrong.tolist() == [False, False, False, True]
    assert considered.tolist() == [True, False, False, True]
    assert truths["any"][0].tolist() == [False, True, True, True]


def test_kinds_without_a_wrong_or_without_a_right_label_are_absent():
    assert list(list_truths(works(), None)) == ["conflicts"]
    assert list_truths(works(conflict=0), None) == {}
    assert list_truths(works(conflict=1), None) == {}


def test_nothing_is_known_when_a_style_has_several_labels():
    assert list_truths(works(style="x1"), None) == {}

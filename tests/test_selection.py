import pytest

from artstyle.selection import choose_candidate


def scores(loss: float, macro_f1: float = 0.5) -> dict:
    return {"epochs": 3, "validation": {"macro_f1": macro_f1, "accuracy": 0.5, "loss": loss}}


@pytest.mark.parametrize(
    ("values", "chosen"),
    [
        ((0.7, 0.5, 0.6), "phase2"),
        ((0.6, 0.7, 0.8), "phase1"),
        ((0.7, 0.7, 0.7), "phase1"),
        ((0.7, 0.5, 0.5), "phase2"),
    ],
)
def test_the_lowest_loss_wins_and_the_earliest_of_equals(values, chosen):
    candidates = {name: scores(value) for name, value in zip(("phase1", "phase2", "pseudo"), values, strict=True)}
    choice = choose_candidate(candidates)
    assert choice["chosen"] == chosen
    assert choice["validation_loss"] == dict(zip(candidates, values, strict=True))


def test_a_higher_macro_f1_does_not_win_with_a_higher_loss():
    choice = choose_candidate({"phase1": scores(0.4, 0.6), "phase2": scores(0.5, 0.7)})
    assert choice["chosen"] == "phase1"
    assert choice["validation_macro_f1"] == {"phase1": 0.6, "phase2": 0.7}


def test_a_score_that_a_file_has_rounded_up_is_not_beaten_by_the_same_score():
    value = 0.9085166643310178
    candidates = {name: scores(round(value, 6)) for name in ("phase1", "phase2")}
    choice = choose_candidate({**candidates, "pseudo": scores(value), "control": scores(value)})
    assert choice["chosen"] == "phase1"
    assert set(choice["validation_loss"].values()) == {0.908517}


def test_a_model_that_was_passed_on_does_not_stand():
    choice = choose_candidate({"phase1": scores(0.5), "phase2": {"epochs": 0}})
    assert choice["validation_loss"] == {"phase1": 0.5}
    assert choice["why"] == "lowest validation loss: phase1 0.5000 (others: none trained)"


def test_the_reason_names_all_losses():
    choice = choose_candidate({"phase1": scores(0.71), "phase2": scores(0.8)})
    assert choice["why"] == "lowest validation loss: phase1 0.7100 (others: phase2 0.8000)"

"""Choose the model that goes on, by validation alone, and say why."""

from typing import Any


def choose_candidate(candidates: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the candidate with the lowest validation loss, to 6 decimals; of equal ones the earliest.

    The loss, not the macro-F1: candidates of one run differ in a handful of the validation works' labels, which is
    chance, while the loss sees what each work's probability has become.
    Scores of earlier stages come from metrics files, which hold 6 decimals: a later phase must not win by the others.

    Args:
        candidates: name -> training scores with `epochs` and `validation` {accuracy, loss, macro_f1}, in order of
            training; one without an epoch was passed on and does not stand for election.

    Returns:
        `chosen` (name), `why` (one sentence), `validation_loss` and `validation_macro_f1` of each candidate.
    """
    trained = {name: scores["validation"] for name, scores in candidates.items() if scores["epochs"]}
    losses, f1 = ({name: round(scores[key], 6) for name, scores in trained.items()} for key in ("loss", "macro_f1"))
    chosen = min(losses, key=lambda name: losses[name])  # min keeps the first of equal ones
    others = ", ".join(f"{name} {value:.4f}" for name, value in losses.items() if name != chosen)
    why = f"lowest validation loss: {chosen} {losses[chosen]:.4f} (others: {others or 'none trained'})"
    return {"chosen": chosen, "why": why, "validation_loss": losses, "validation_macro_f1": f1}

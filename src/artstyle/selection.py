"""Choose the model that goes on, by validation alone, and say why."""

from typing import Any


def choose_candidate(candidates: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the candidate with the highest validation macro-F1, to 6 decimals; of equal ones the earliest.

    Scores of earlier stages come from metrics files, which hold 6 decimals: a later phase must not win by the others.

    Args:
        candidates: name -> training scores with `epochs` and `validation` {accuracy, loss, macro_f1}, in order of
            training; one without an epoch was passed on and does not stand for election.

    Returns:
        `chosen` (name), `why` (one sentence) and `validation_macro_f1` of each candidate.
    """
    trained = {name: scores for name, scores in candidates.items() if scores["epochs"]}
    values = {name: round(scores["validation"]["macro_f1"], 6) for name, scores in trained.items()}
    chosen = max(values, key=lambda name: values[name])  # max keeps the first of equal ones
    others = ", ".join(f"{name} {value:.4f}" for name, value in values.items() if name != chosen)
    why = f"highest validation macro-F1: {chosen} {values[chosen]:.4f} (others: {others or 'none trained'})"
    return {"chosen": chosen, "why": why, "validation_macro_f1": values}

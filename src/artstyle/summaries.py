"""Make the metrics of `evaluate` from the predictions table alone (no TensorFlow)."""

from typing import Any

from artstyle.artist_classes import compare_with_one_class
from artstyle.evaluation_names import BASELINES, FINAL, GAINS, PHASES, REFIT, TOGETHER, UNCALIBRATED
from artstyle.intervals import measure_gain, measure_intervals, measure_intervals_by_picture, score_by_artist_size
from artstyle.predictions import Predictions
from artstyle.scores import score_predictions

_CHOICE = ("chosen", "why", "temperature", "together")


def summarise_evaluation(table: Predictions, choice: dict[str, Any], *, split_by: str, seed: int) -> dict[str, Any]:
    """Return the metrics of `evaluate`: full scores on test, short ones for validation, phases and baselines.

    Args:
        table: predictions of all trained phases, the exported model and the baselines.
        choice: which phase's model was `chosen`, `why`, its `temperature`, and how works of an artist were judged
            `together` (`Oeuvre.as_json`), if they were. If the table has a phase `refit`, the
            chosen one was trained once more; the scores on validation are then those from before.
        split_by: how the split was made, `artist` or `random`.
        seed: of the resamples.
    """
    trained = [name for name in (*PHASES, REFIT) if _has_phase(table, name)]
    baselines = [name for name in BASELINES if _has_phase(table, name)]
    scored = {name: _score(table, "test", name) for name in (*trained, *baselines)}
    test = _describe_test(table, seed)
    return {
        "final": {name: choice[name] for name in _CHOICE if name in choice} | {"refit": REFIT in trained},
        "test": test,
        **({"together": _describe_together(table, seed)} if _has_phase(table, TOGETHER) else {}),
        "validation": shorten_scores(_score(table, "validation", FINAL)),
        "phases": {name: shorten_scores(scored[name]) for name in trained},
        "gains": {
            f"{later}_over_{earlier}": measure_gain(*(_select(table, name) for name in (later, earlier)), seed)
            for later, earlier in (*GAINS, (REFIT, choice["chosen"]))
            if later in trained and earlier in trained
        },
        "baselines": {name: shorten_scores(scored[name]) for name in baselines},
        "split": {"by": split_by, "note": explain_split(split_by, test, scored["artist_lookup"])},
    }


def _describe_test(table: Predictions, seed: int) -> dict[str, Any]:
    final, raw = (_select(table, name) for name in (FINAL, UNCALIBRATED))
    scores = score_predictions(final.labels, final.probabilities, final.class_names)
    per_class = scores.pop("per_class")
    return {
        **scores,
        "ece_uncalibrated": score_predictions(raw.labels, raw.probabilities, raw.class_names)["ece"],
        "intervals": measure_intervals(final, seed),
        "intervals_by_picture": measure_intervals_by_picture(final, seed),
        "by_works_of_the_artist_in_test": score_by_artist_size(final),
        "per_class": per_class,
    }


def _describe_together(table: Predictions, seed: int) -> dict[str, Any]:
    """Return scores on test with the works of each artist judged together, and the gain over judging each alone."""
    together, alone = (_select(table, phase).sort() for phase in (TOGETHER, FINAL))
    scores = score_predictions(together.labels, together.probabilities, together.class_names)
    return {
        **shorten_scores(scores),
        "intervals": measure_intervals(together, seed),
        "gain": measure_gain(together, alone, seed),
        "by_works_of_the_artist_in_test": score_by_artist_size(together),
        "recalls": {name: values["recall"] for name, values in scores["per_class"].items()},
        **compare_with_one_class(together, alone),
    }


def _has_phase(table: Predictions, phase: str) -> bool:
    return bool((table.table["phase"] == phase).any())


def explain_split(split_by: str, model: dict[str, Any], lookup: dict[str, Any]) -> str:
    """Say in words what the accuracy means under this split.

    Args:
        model, lookup: scores of the model and of the artist lookup on the test works.
    """
    if split_by != "random":
        return (
            "No painter of a test work is known from training, so that recognising painters does not help."
            f" Looking the painter up by name, without a picture, reaches {lookup['accuracy']:.1%}."
        )
    return (
        "The split is random: painters of test works may be known from training."
        f" Looking the painter up by name, without a picture, reaches {lookup['accuracy']:.1%}; the model reaches"
        f" {model['accuracy']:.1%}. A good score here may come from recognising painters;"
        " `split.by: artist` asks about painters never seen."
    )


def shorten_scores(scores: dict[str, Any]) -> dict[str, Any]:
    """Return the scores that stand for a model in short: n, accuracy, loss, ece, macro_f1."""
    short = {name: scores[name] for name in ("n", "accuracy", "loss", "ece")}
    return {**short, "macro_f1": scores["macro"]["f1"]}


def _select(table: Predictions, phase: str) -> Predictions:
    return table.select(split="test", phase=phase)


def _score(table: Predictions, side: str, phase: str) -> dict[str, Any]:
    part = table.select(split=side, phase=phase)
    return score_predictions(part.labels, part.probabilities, part.class_names)

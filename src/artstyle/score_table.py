"""Print the scores of the last run as a table: `python -m artstyle.score_table` in the repository."""

import sys
import textwrap
from pathlib import Path

from artstyle.errors import UserError
from artstyle.tables import read_json

WIDTH = 100  # letters
METRICS = Path("metrics/evaluate.json")
WHERE = (
    ("scores", "metrics/evaluate.json"),
    ("plots", "plots/evaluate/*.svg (or: dvc plots show)"),
    ("predictions", "data/predictions.csv"),
    ("suspect labels", "data/outliers.csv"),
    ("dropped pictures", "data/filtered/dropped.csv"),
    ("model", "models/final/"),
)


def format_scores(metrics: dict) -> str:
    """Return the score table of `metrics/evaluate.json` as aligned text, shares in percent."""
    chosen = metrics["final"]["chosen"] + (", refit" if metrics["final"]["refit"] else "")
    rows = [(f"model ({chosen})", metrics["test"] | {"macro_f1": metrics["test"]["macro"]["f1"]})]
    if together := metrics.get("together"):
        rows.append(("model, judged together", together))
    rows += [(f"baseline: {name.replace('_', ' ')}", scores) for name, scores in metrics["baselines"].items()]
    lines = [f"{'':28}{'accuracy':>10}{'macro-F1':>10}{'loss':>8}{'ECE':>8}"]
    for name, scores in rows:
        lines.append(
            f"{name:28}{scores['accuracy']:>10.1%}{scores['macro_f1']:>10.3f}{scores['loss']:>8.3f}{scores['ece']:>8.3f}"
        )
    return "\n".join([f"scores on {metrics['test']['n']} test works", *lines, *_explain(metrics)])


def _explain(metrics: dict) -> list[str]:
    """Return what to know about the scores: their intervals, and what the split lets them mean."""
    accuracy, macro_f1 = (metrics["test"]["intervals"][name] for name in ("accuracy", "macro_f1"))
    text = (
        f"95 % intervals of the model, artists resampled: accuracy {accuracy['low']:.1%} to {accuracy['high']:.1%},"
        f" macro-F1 {macro_f1['low']:.3f} to {macro_f1['high']:.3f}."
    )
    texts = [text, metrics["split"]["note"]]
    if "together" in metrics:
        texts.append(
            "Judged together: pictures of one artist, by the name in the file, speak of each other; no label of theirs"
            " is used."
        )
    return ["", *(line for text in texts for line in textwrap.wrap(text, WIDTH))]


def main() -> None:
    """Print the score table and where everything is."""
    try:
        print(format_scores(read_json(METRICS)))
    except UserError as error:
        print(f"score_table: error: {error}; run `dvc repro` first", file=sys.stderr)
        sys.exit(1)
    except KeyError as error:
        print(
            f"score_table: error: {METRICS}: lacks {error}; made by an older version, run `dvc repro`", file=sys.stderr
        )
        sys.exit(1)
    print("\n".join(["", *(f"{name + ':':18}{place}" for name, place in WHERE)]))


if __name__ == "__main__":
    main()

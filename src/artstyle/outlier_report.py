"""Sum the suspects up: counts per class, scores against known truth, and a figure."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from artstyle.evidence import Evidence
from artstyle.figures import COLOURS, save_figure, use_style
from artstyle.label_noise import KINDS, describe_noise
from artstyle.label_review import Review
from artstyle.scores import MIN_PROBABILITY, macro_f1

LINES = ("-", "--", "-.")
NOTES = {
    "constant": "all alike, so that nothing stands out",
    "pooled": "too few for an own Isolation Forest, compared with the works of all classes",
}


TRUTHS = {
    "planted": "labels made wrong on purpose",
    "conflicts": "works that stand in two styles",
    "any": "both kinds together",
}


def summarise_outliers(
    works: pd.DataFrame, evidence: Evidence, review: Review, flagged: np.ndarray, class_names: list[str]
) -> dict:
    """Return counts, the judge's own quality and shares per class.

    Args:
        works: all works, those that cannot be judged included.
    """
    labels, trusted = review.labels, evidence.trusted
    predicted = review.probabilities.argmax(1)
    own = review.features["own_probability"].to_numpy()[trusted]
    left_out = works.loc[~works["painting"].isin(evidence.works["painting"]), "label"].value_counts().sort_index()
    return {
        "n_judged": len(labels),
        "n_not_judged": {name: int(n) for name, n in left_out.items()},
        "n_flagged": int(flagged.sum()),
        "flagged_share": float(flagged.mean()),
        "judge": {
            "accuracy": float(np.mean(predicted[trusted] == labels[trusted])),
            "macro_f1": macro_f1(labels[trusted], predicted[trusted], len(class_names)),
            "loss": float(-np.log(np.maximum(own, MIN_PROBABILITY)).mean()),
        },
        "per_class": {
            name: {
                "n": int((labels == index).sum()),
                "n_flagged": int(flagged[labels == index].sum()),
                "flagged_share": float(flagged[labels == index].mean()),
                "forest": review.forests.kinds[index],
            }
            for index, name in enumerate(class_names)
            if (labels == index).any()
        },
    }


def draw_precision(path: Path, curves: pd.DataFrame) -> None:
    """Draw the share of such labels among the first n suspects, one panel a kind of truth, one line a score.

    Args:
        curves: from `trace_precision`; without rows the figure says that nothing is known.
    """
    known = [truth for truth in dict.fromkeys(curves["truth"]) if truth in TRUTHS]
    planted = [truth for truth in dict.fromkeys(curves["truth"]) if truth not in TRUTHS]
    # Kinds of noise one below the other, shares side by side.
    rows = [row for row in (known, *([t for t in planted if t.endswith(kind)] for kind in KINDS)) if row]
    width = max(map(len, rows), default=1)
    with use_style():
        figure = Figure(figsize=(width * 4.2 + 0.8, 1 + 3.4 * max(1, len(rows))))
        if not rows:
            figure.text(0.5, 0.5, "No wrong label is known for these pictures.", ha="center", va="center")
        for place, truths in enumerate(rows):
            for column, truth in enumerate(truths):
                axes = figure.add_subplot(len(rows), width, place * width + column + 1)
                _draw_curves(axes, curves[curves["truth"] == truth])
                axes.set(
                    title=TRUTHS.get(truth, describe_noise(truth)), ylabel="" if column else "share of such labels"
                )
                if all(len(later) <= column for later in rows[place + 1 :]):
                    axes.set_xlabel("works looked at, most suspicious first")
        if rows:
            figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
        save_figure(path, figure)


def _draw_curves(axes, curves: pd.DataFrame) -> None:
    for index, (score, rows) in enumerate(curves.groupby("score", sort=False)):
        style = {"color": COLOURS[index], "linestyle": LINES[index], "linewidth": 1.8}
        axes.plot(rows["n"], rows["precision"], label=score.replace("_", " "), **style)
    axes.set_ylim(0, 1.02)
    axes.set_xlim(left=0)


def tell_outliers(metrics: dict) -> list[str]:
    """Return the lines that the stage prints."""
    lines = [f"{metrics['n_judged']} labels judged, {metrics['n_flagged']} flagged"]
    for name, n in metrics["n_not_judged"].items():
        lines.append(f"{n} works of {name} not judged: no other fold has a work of this class by another artist")
    for name, values in metrics["per_class"].items():
        if values["forest"] in NOTES:
            lines.append(f"{name} ({values['n']} works): {NOTES[values['forest']]}")
    rule = ", ".join(f"{weight:g} {name}" for name, weight in metrics["rule"]["weights"].items() if weight)
    lines.append(f"combined is the mean rank of {rule}, chosen on noise planted for the choice")
    for truth in metrics["truths"]:
        measured = {name: values["average_precision"] for name, values in metrics[truth].items()}
        found = [
            f"{name} {value['mean']:.3f} ({value['low']:.3f}-{value['high']:.3f})" for name, value in measured.items()
        ]
        lines.append(f"average precision against {truth}: {', '.join(found)}")
    return [f"outliers: {line}" for line in lines]

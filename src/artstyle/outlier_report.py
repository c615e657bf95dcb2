"""Sum the suspects up: counts per class, scores against known truth, and a figure."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from artstyle.evidence import Evidence
from artstyle.figures import COLOURS, save_figure, use_style
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
    """Draw the share of wrong labels among the first n suspects, one panel a kind of truth, one line a score.

    Args:
        curves: from `trace_precision`; without rows the figure says that nothing is known.
    """
    truths = list(dict.fromkeys(curves["truth"]))
    with use_style():
        figure = Figure(figsize=(max(1, len(truths)) * 4.2 + 0.8, 4.4))
        if not truths:
            figure.text(0.5, 0.5, "No wrong label is known for these pictures.", ha="center", va="center")
        panels = figure.subplots(1, len(truths), sharey=True, squeeze=False)[0] if truths else []
        for axes, truth in zip(panels, truths, strict=True):
            lines = curves[curves["truth"] == truth].groupby("score", sort=False)
            for index, (score, rows) in enumerate(lines):
                style = {"color": COLOURS[index], "linestyle": LINES[index], "linewidth": 1.8}
                axes.plot(rows["n"], rows["precision"], label=score.replace("_", " "), **style)
            axes.set(title=TRUTHS[truth], xlabel="works looked at, most suspicious first", ylim=(0, 1.02))
        if truths:
            panels[0].set_ylabel("share with a wrong label")
            handles, names = panels[0].get_legend_handles_labels()
            figure.legend(handles, names, loc="outside lower center", ncols=3, frameon=False)
        save_figure(path, figure)


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

"""Recompute every score of metrics/evaluate.json from data/predictions.csv alone, and tell whether they agree.

No model is loaded. `seed` and `split.by` come from params.yaml; which model was chosen, and why, is taken over.
"""

import argparse
import sys
from pathlib import Path

from artstyle.commands import tell_mistakes
from artstyle.errors import UserError
from artstyle.rescoring import compare_figures, recompute_metrics
from artstyle.tables import read_json, write_json


def main() -> None:
    """Recompute the metrics, compare them with the file, and write them where asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--predictions", type=Path, default=Path("data/predictions.csv"))
    parser.add_argument("--metrics", type=Path, default=Path("metrics/evaluate.json"), help="what to compare with")
    parser.add_argument("--write", type=Path, help="where to write the recomputed metrics")
    arguments = parser.parse_args()
    with tell_mistakes("recompute_scores"):
        written = read_json(arguments.metrics)
        if "final" not in written:
            raise UserError(f"{arguments.metrics}: lacks 'final'; expected the metrics of the stage evaluate")
        metrics = recompute_metrics(arguments.predictions, Path("params.yaml"), written["final"], arguments.metrics)
        if arguments.write:
            write_json(arguments.write, metrics)
        different, n_figures = compare_figures(metrics, written)
    print("\n".join([*different, f"{n_figures - len(different)} of {n_figures} figures agree"]))
    sys.exit(bool(different))


if __name__ == "__main__":
    main()

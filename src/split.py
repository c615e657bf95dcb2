"""Stage: deal the works out to training, validation, test and pool."""

from pathlib import Path

from artstyle.count_plots import draw_counts, list_counts
from artstyle.parameters import call
from artstyle.split_report import count_sides, split_and_report
from artstyle.stage import run_stage
from artstyle.tables import read_json, read_table, write_json, write_table

PARAMETERS = ("split", "target", "seed")
COLUMNS = ["painting", "label", "style", "artist", "genre", "family", "conflict", "sampled", "n_draws"]


def main(
    works: Path,
    classes: Path,
    split_works: Path,
    metrics: Path,
    counts: Path,
    counts_picture: Path,
    *,
    split: dict,
    target: str,
    seed: int,
) -> None:
    """Give every work its side, each class by the same shares, and report what came of it."""
    table = read_table(works, COLUMNS)
    names = read_json(classes)
    dealt, summary, lines = call(
        split_and_report, table, names, section="split", values=split, target=target, seed=seed
    )
    per_class = count_sides(dealt, names)
    write_table(split_works, dealt[[*COLUMNS, "split"]])
    write_json(metrics, summary)
    write_table(counts, list_counts(per_class))
    draw_counts(per_class, counts_picture, title=f"Works of each class ({target}) by side of the split")
    for line in lines:
        print(f"split: {line}")


if __name__ == "__main__":
    run_stage(main, PARAMETERS)

"""Stage outliers: rank all works by how suspicious their given label is, with reasons."""

from pathlib import Path

from artstyle.feature_store import open_features
from artstyle.label_review import gather_works, list_explained
from artstyle.outlier_report import draw_precision, tell_outliers
from artstyle.outlier_truth import select_planted
from artstyle.packing import open_pack
from artstyle.parameters import call, check_name
from artstyle.review_page import write_page
from artstyle.stage import run_stage
from artstyle.suspects import find_suspects
from artstyle.tables import read_json, read_table, write_json, write_table

PARAMETERS = ("outliers", "dataset", "seed")
COLUMNS = ["painting", "label", "style", "artist", "conflict", "split"]


def main(
    features: Path, paintings: Path, pack: Path, works: Path, classes: Path, truth: Path,
    ranked: Path, page: Path, metrics: Path, curves: Path, picture: Path, *, outliers: dict, dataset: str, seed: int,
) -> None:  # fmt: skip
    """Rank all works by how suspicious their given label is; a truth that is known is only scored against."""
    table, names = read_table(paintings), read_json(classes)
    gathered = gather_works(read_table(works, COLUMNS), table, names)
    planted = select_planted(read_table(truth, ["painting", "fault", "true_style"])) if dataset == "demo" else None
    pixels = open_pack(pack)
    inputs = (gathered, open_features(features, table), pixels, names, planted)
    found = call(find_suspects, *inputs, section="outliers", values=outliers, seed=seed)
    write_table(ranked, found.ranked)
    write_json(metrics, found.metrics)
    write_table(curves, found.curves)
    draw_precision(picture, found.curves)
    write_page(page, list_explained(found.ranked, gathered), pixels, names, check_name("dataset", dataset))
    for line in tell_outliers(found.metrics):
        print(line)


if __name__ == "__main__":
    run_stage(main, PARAMETERS)

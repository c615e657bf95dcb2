"""Stage `filter`: decode and check every picture, pack the good ones, list the rest with reasons."""

from pathlib import Path
from typing import Any

from artstyle.filtering import Filtered, filter_pictures
from artstyle.parameters import call, check_name
from artstyle.planted import score_planted
from artstyle.stage import run_stage
from artstyle.stray_pictures import refuse_stray_pictures
from artstyle.tables import read_table, write_json, write_table

PARAMETERS = ("filter", "dataset", "unlabelled")


def main(
    pictures: Path,
    genres: Path,
    truth: Path,
    pack: Path,
    paintings: Path,
    dropped: Path,
    metrics: Path,
    *,
    filter: dict[str, Any],
    dataset: str,
    unlabelled: str,
) -> None:
    """Decode and check every picture, pack the good and distinct ones, and list the rest with reasons."""
    check_name("dataset", dataset)
    refuse_stray_pictures(pictures)
    inputs = (pictures, genres, pack)
    result = call(filter_pictures, *inputs, section="filter", values=filter, unlabelled=unlabelled)
    counts = result.counts
    if dataset == "demo":
        planted = read_table(truth, ["painting", "fault", "partner"])
        counts = counts | {"planted": score_planted(planted, result.outcome)}
    write_table(paintings, result.paintings)
    write_table(dropped, result.dropped)
    write_json(metrics, counts)
    _report(result)


def _report(result: Filtered) -> None:
    for reason, n in result.counts["dropped"].items():
        print(f"filter: dropped {n} for {reason}")
    for kind, n in result.counts["mended"].items():
        print(f"filter: mended {n} for {kind}")
    for style in result.counts["empty_styles"]:
        print(f"filter: note: the folder {style} holds no picture and is no class")
    print(f"filter: kept {result.counts['kept']} of {result.counts['files']} files", flush=True)


if __name__ == "__main__":
    run_stage(main, PARAMETERS)

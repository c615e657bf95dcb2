"""Stage: draw the built-in demo set, with faults whose truth is known."""

from pathlib import Path
from typing import Any

from artstyle.demo_set import draw_set
from artstyle.parameters import call
from artstyle.stage import run_stage

PARAMETERS = ("draw_demo",)


def main(pictures: Path, genres: Path, truth: Path, *, draw_demo: dict[str, Any]) -> None:
    """Write the demo pictures, their genre list and the table of planted faults.

    Args:
        pictures: folder for `<Style>/<artist>_<title>.<ext>`; replaced completely.
        genres: folder for `genre_list.csv` and `genre_class.txt`; replaced completely.
        truth: CSV of the planted faults, one row a fault: dataset, painting, fault, partner, true_style.
        draw_demo: the section of params.yaml.
    """
    call(draw_set, pictures, genres, truth, section="draw_demo", values=draw_demo)


if __name__ == "__main__":
    run_stage(main, PARAMETERS)

"""Tell the style of pictures by the classifier that `evaluate` exported.

    python src/classify.py photo.jpg folder/ --csv answers.csv

Each picture gets a line with the most probable styles and their calibrated probabilities. The classifier knows the
styles that it was trained on and always answers with one of them, also for what is no painting. A file that cannot be
used gets a line too; the others are answered all the same, and the status is then 1.

    python src/classify.py folder/ --by-artist

judges the works of each artist together, because most artists keep to a style or two. Pictures must be named
<artist>_<title>.<ext>, as in a data set (IMG_0001.jpg counts as by IMG); only pictures of one call are judged together.
"""

import argparse
import os
import sys
from pathlib import Path

from artstyle.answers import Answer, check_table, judge_together, list_files, tell, write_answers
from artstyle.commands import number_between, tell_mistakes
from artstyle.model_folders import find_reading
from artstyle.oeuvres import open_oeuvre
from artstyle.parameters import check_number, load_parameters


def main(argv: list[str] | None = None) -> None:
    """Print an answer for each picture, and write the table where asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pictures", type=Path, nargs="+", help="files, or folders with pictures in or below them")
    parser.add_argument("--model", type=Path, default=Path("models/final"), help="exported classifier (models/final)")
    parser.add_argument("--top", type=number_between(1, 100, int), default=3, help="styles a line (3)")
    parser.add_argument("--csv", type=Path, help="write the probabilities of all styles to this table")
    parser.add_argument(
        "--by-artist",
        action="store_true",
        help="judge all works of an artist together (files named <artist>_<title>); answers come at the end",
    )
    options = parser.parse_args(argv)
    try:
        with tell_mistakes("classify"):
            answers = _answer(options)
    except KeyboardInterrupt:
        print("classify: interrupted", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:  # the reader of the lines, such as `head`, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(any(answer.shares is None for answer in answers))


def _answer(options: argparse.Namespace) -> list[Answer]:
    threads = load_parameters(Path("params.yaml"), ("threads",))["threads"]
    os.environ["TF_NUM_INTRAOP_THREADS"] = str(check_number("threads", threads, 1, 256, whole=True))
    files, reading = list_files(options.pictures), find_reading(options.model)
    oeuvre = open_oeuvre(options.model) if options.by_artist else None
    # TensorFlow takes seconds to start, and who has mistyped a name should not have to wait for it.
    from artstyle.classification import classify
    from artstyle.model_files import load_classifier

    classifier, architecture = load_classifier(options.model)
    if options.csv:
        check_table(options.csv, files, architecture.classes)
    found = classify(classifier, architecture.picture_px, files, reading)
    answers = []
    for answer in judge_together(list(found), oeuvre) if oeuvre else found:
        print(tell(answer, architecture.classes, options.top), flush=True)
        answers.append(answer)
    if options.csv:
        write_answers(options.csv, answers, architecture.classes)
    return answers


if __name__ == "__main__":
    main()

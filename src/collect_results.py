"""Copy the scores, tables and plots of the last run on real paintings to results/<dataset>/<split mode>.

`make wikiart-results` calls it after each run: numbers and plots only, never a picture.
"""

import argparse
from pathlib import Path

from artstyle.commands import find_commit, tell_mistakes
from artstyle.results import collect_run, write_summary


def main() -> None:
    """Collect one run, then write the summary over all collected runs."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--command", required=True, help="the command that made the run, as a reader would type it")
    parser.add_argument("--name", help="of the folder, instead of the split mode; the summary then leaves the run out")
    options = parser.parse_args()
    with tell_mistakes("collect_results"):
        folder = collect_run(Path("."), Path("results"), options.command, find_commit(Path(".")), options.name)
        write_summary(folder.parent)
    print(f"{folder}: written; summary in {folder.parent / 'summary.json'}")


if __name__ == "__main__":
    main()

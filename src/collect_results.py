"""Copy the scores, tables and plots of the last run on real paintings to results/<dataset>/<split mode>.

`make wikiart-results` calls it after each run: numbers and plots only, never a picture.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from artstyle.errors import UserError
from artstyle.results import collect_run, write_summary


def main() -> None:
    """Collect one run, then write the summary over all collected runs."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--command", required=True, help="the command that made the run, as a reader would type it")
    command = parser.parse_args().command
    try:
        commit = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
        folder = collect_run(Path("."), Path("results"), command, commit)
        write_summary(folder.parent)
    except UserError as error:
        print(f"collect_results: error: {error}", file=sys.stderr)
        sys.exit(1)
    print(f"{folder}: written; summary in {folder.parent / 'summary.json'}")


if __name__ == "__main__":
    main()

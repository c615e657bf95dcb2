"""Add a further round of decisions to a file of corrections: where a painting stands in both, the newer one counts.

python src/join_corrections.py data/corrections/mine.csv ~/Downloads/corrections.csv
"""

import argparse
from pathlib import Path

from artstyle.commands import tell_mistakes
from artstyle.corrections import join_decisions, read_decisions
from artstyle.tables import write_table


def main() -> None:
    """Write the first file anew, with the decisions of the second."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corrections", type=Path, help="file that is written anew, whole or not at all")
    parser.add_argument("newer", type=Path, help="table of a later review, as data/review.html writes it")
    options = parser.parse_args()
    with tell_mistakes("join_corrections"):
        earlier, newer = read_decisions(options.corrections), read_decisions(options.newer)
        joined = join_decisions(earlier, newer)
        write_table(options.corrections.resolve(), joined)  # a link keeps leading to the file
    again = len(earlier) + len(newer) - len(joined)
    print(f"{options.corrections}: {len(joined)} decisions, {len(newer) - again} new, {again} decided again")


if __name__ == "__main__":
    main()

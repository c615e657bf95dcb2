"""Rewrite the marked parts of README.md from results/ (and, with --demo, from the demo run in the workspace)."""

import argparse
import sys
from pathlib import Path

from artstyle.errors import UserError
from artstyle.readme_blocks import build_demo, build_results, fill_blocks
from artstyle.tables import write_whole


def main() -> None:
    """Fill the blocks in place."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--demo", action="store_true", help="the score table of the demo as well")
    options = parser.parse_args()
    readme = Path("README.md")
    try:
        blocks = build_results(Path(".")) | ({"demo-scores": build_demo(Path("."))} if options.demo else {})
        text = fill_blocks(readme.read_text(encoding="utf-8"), blocks)
    except UserError as error:
        print(f"fill_readme: error: {error}", file=sys.stderr)
        sys.exit(1)
    write_whole(readme, lambda file: file.write(text))
    print(f"{readme}: {', '.join(blocks)} written")


if __name__ == "__main__":
    main()

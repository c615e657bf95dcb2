"""Rewrite the marked parts of README.md from results/ (and, with --demo, from the demo run in the workspace)."""

import argparse
from pathlib import Path

from artstyle.commands import tell_mistakes
from artstyle.readme_blocks import build_demo, build_results, fill_blocks
from artstyle.tables import write_whole


def main() -> None:
    """Fill the blocks in place."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--demo", action="store_true", help="the score table of the demo as well")
    options = parser.parse_args()
    readme = Path("README.md")
    with tell_mistakes("fill_readme"):
        blocks = build_results(Path(".")) | ({"demo-scores": build_demo(Path("."))} if options.demo else {})
        text = fill_blocks(readme.read_text(encoding="utf-8"), blocks)
    write_whole(readme, lambda file: file.write(text))
    print(f"{readme}: {', '.join(blocks)} written")


if __name__ == "__main__":
    main()

"""Rewrite the marked parts of README.md and docs/ from results/ (--demo: from the demo run in the workspace too)."""

import argparse
from pathlib import Path

from artstyle.commands import tell_mistakes
from artstyle.readme_blocks import build_pages, fill_blocks
from artstyle.tables import write_whole


def main() -> None:
    """Fill the blocks in place."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--demo", action="store_true", help="the score table of the demo as well")
    options = parser.parse_args()
    with tell_mistakes("fill_readme"):
        pages = {
            page: fill_blocks(Path(page).read_text(encoding="utf-8"), blocks, page)
            for page, blocks in build_pages(Path("."), options.demo).items()
        }
    for page, text in pages.items():
        write_whole(Path(page), lambda file, text=text: file.write(text))
        print(f"{page}: written")


if __name__ == "__main__":
    main()

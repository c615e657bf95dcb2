"""Bring the real paintings into data/wikiart and add them to DVC: `make wikiart` or `WIKIART=<folder> make wikiart`."""

import os
from pathlib import Path

from artstyle.commands import tell_mistakes
from artstyle.wikiart_source import add_to_dvc, bring_from_folder, bring_from_network

TARGET = Path("data/wikiart")


def main() -> None:
    """Bring the pictures, add them to DVC, and say whether they are the tracked version."""
    folder = os.environ.get("WIKIART", "").strip()
    with tell_mistakes("wikiart"):
        if folder:
            bring_from_folder(Path(folder).expanduser(), TARGET)
        else:
            bring_from_network(TARGET)
        print(add_to_dvc(TARGET))


if __name__ == "__main__":
    main()

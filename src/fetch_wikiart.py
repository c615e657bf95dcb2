"""Bring the real paintings into data/wikiart and add them to DVC: `make wikiart` or `WIKIART=<folder> make wikiart`."""

import os
import sys
from pathlib import Path

from artstyle.errors import UserError
from artstyle.wikiart_source import add_to_dvc, bring_from_folder, bring_from_network

TARGET = Path("data/wikiart")


def main() -> None:
    """Bring the pictures, add them to DVC, and say whether they are the tracked version."""
    folder = os.environ.get("WIKIART", "").strip()
    try:
        if folder:
            bring_from_folder(Path(folder).expanduser(), TARGET)
        else:
            bring_from_network(TARGET)
        print(add_to_dvc(TARGET))
    except UserError as error:
        print(f"wikiart: error: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()

"""Copy the pictures of a catalogue (CSV: file, style, artist) to data/<name>/<Style>/<artist>_<title>.<ext>.

python src/arrange_collection.py works.csv --pictures scans/ --name mine --picture file --style style --artist artist
"""

import argparse
import shlex
from pathlib import Path

from artstyle.catalogues import UNLABELLED, arrange_works, copy_works, read_catalogue
from artstyle.commands import tell_mistakes
from artstyle.errors import UserError
from artstyle.names import make_style

_WHAT = {"picture": "path of the file", "style": "style, may be empty", "artist": "artist, may be empty"}


def main() -> None:
    """Copy the pictures, whole or not at all, and say what to run next."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("catalogue", type=Path, help="CSV table in UTF-8, one row a work")
    parser.add_argument("--pictures", type=Path, required=True, help="folder that the paths in the table start from")
    parser.add_argument("--name", required=True, help="name of the data set: the folder below data/")
    for name, what in _WHAT.items():
        parser.add_argument(f"--{name}", default=name, metavar="COLUMN", help=f"column: {what} (default: {name})")
    options = parser.parse_args()
    with tell_mistakes("arrange_collection"):
        if Path(options.name).name != options.name or options.name.startswith("."):
            raise UserError(f"--name {options.name}: must be the name of a folder below data/")
        places = arrange_works(read_catalogue(options.catalogue, {name: getattr(options, name) for name in _WHAT}))
        target = Path("data") / options.name
        copy_works(places, options.pictures, target)
    styles = {make_style(place.split("/")[0]) for place in places["target"]}
    bare = make_style(UNLABELLED)
    print(f"{target}: {len(places)} pictures; styles: {', '.join(sorted(styles - {bare})) or 'none'}")
    more = f" -S unlabelled={bare}" if bare in styles else ""
    add = shlex.join(["dvc", "add", str(target)])
    print(
        f"next: {add} && {shlex.join(['dvc', 'exp', 'run', '-S', f'dataset={options.name}'])} -S style_map=as_is{more}"
    )


if __name__ == "__main__":
    main()

"""Copy the pictures of a catalogue (CSV: file, style, artist) to data/<name>/<Style>/<artist>_<title>.<ext>.

python src/arrange_collection.py works.csv --pictures scans/ --name mine --picture file --style style --artist artist
"""

import argparse
from pathlib import Path

import pandas as pd

from artstyle.catalogues import UNLABELLED, arrange_works, copy_works
from artstyle.commands import tell_mistakes
from artstyle.errors import UserError

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
        places = arrange_works(_read(options.catalogue, {name: getattr(options, name) for name in _WHAT}))
        target = Path("data") / options.name
        copy_works(places, options.pictures, target)
    styles = places["target"].str.split("/").str[0]
    print(f"{target}: {len(places)} pictures, {styles[styles != UNLABELLED].nunique()} styles")
    more = f" -S unlabelled={UNLABELLED.lower()}" if (styles == UNLABELLED).any() else ""
    print(f"next: dvc add {target} && dvc exp run -S dataset={options.name} -S style_map=as_is{more}")


def _read(path: Path, columns: dict[str, str]) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, pd.errors.ParserError) as error:  # not UTF-8, or no table
        raise UserError(f"{path}: not a CSV table in UTF-8 ({' '.join(str(error).split())})") from None
    for name, column in columns.items():
        if column not in table:
            raise UserError(f"{path}: column '{column}' is missing; --{name} names another one of: {', '.join(table)}")
    if table.empty:
        raise UserError(f"{path}: no rows")
    return pd.DataFrame({name: table[column] for name, column in columns.items()})


if __name__ == "__main__":
    main()

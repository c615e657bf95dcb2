"""What commands besides the stages have in common: one line for a user's mistake, and the commit they run at."""

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from artstyle.errors import UserError

CODE = ("dvc.yaml", "src")  # what a commit stands for; parameters are told apart


@contextmanager
def tell_mistakes(command: str) -> Iterator[None]:
    """End the process with status 1 and the line `command: error: ...` on stderr at a `UserError` within."""
    try:
        yield
    except UserError as error:
        print(f"{command}: error: {error}", file=sys.stderr)
        sys.exit(1)


def number_between(low: float, high: float, kind: type = float) -> Callable[[str], float]:
    """Return what reads an option of the command line that must be a number from `low` to `high`; for argparse."""

    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not low <= value <= high:
            what = "a whole number" if kind is int else "a number"
            raise argparse.ArgumentTypeError(f"{text!r} is not {what} from {low} to {high}")
        return value

    return read


def find_commit(root: Path) -> str:
    """Return the commit that a repository stands at, as the source of figures.

    Raises:
        UserError: there is none, or the code differs from it.
    """
    found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, check=False, capture_output=True, text=True)
    if found.returncode:
        raise UserError("no commit to name as the source of the figures; run it in a clone, or commit first")
    command = ["git", "status", "--porcelain", "--", *CODE]
    changed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout.splitlines()
    if changed:
        raise UserError(f"{changed[0][3:]}: changed and not committed, so that no commit is the source of the figures")
    return found.stdout.strip()

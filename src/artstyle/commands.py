"""What commands besides the stages have in common: one line for a user's mistake, and the commit they run at."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from artstyle.errors import UserError


@contextmanager
def tell_mistakes(command: str) -> Iterator[None]:
    """End the process with status 1 and the line `command: error: ...` on stderr at a `UserError` within."""
    try:
        yield
    except UserError as error:
        print(f"{command}: error: {error}", file=sys.stderr)
        sys.exit(1)


def find_commit(root: Path) -> str:
    """Return the commit that a repository stands at.

    Raises:
        UserError: there is none.
    """
    found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, check=False, capture_output=True, text=True)
    if found.returncode:
        raise UserError("no commit to name as the source of the figures; run it in a clone, or commit first")
    return found.stdout.strip()

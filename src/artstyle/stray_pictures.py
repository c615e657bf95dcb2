"""Refuse pictures that an experiment would copy into Git."""

import subprocess
from pathlib import Path

from artstyle.errors import UserError


def refuse_stray_pictures(folder: Path) -> None:
    """Check that pictures in a Git repository are known to Git or ignored by it.

    `dvc exp run` keeps whatever is neither in the commit that it makes for the experiment: a whole collection. A link
    stands for pictures elsewhere, and only the link would be kept. Where there is no Git, nothing is checked.

    Raises:
        UserError: naming the folder, and the command that helps.
    """
    if folder.is_symlink() or not folder.is_dir():
        return
    command = ["git", "ls-files", "--others", "--exclude-standard", "--directory", "--", folder.name]
    try:
        found = subprocess.run(command, cwd=folder.parent, check=False, capture_output=True)
    except OSError:
        return
    if found.returncode == 0 and found.stdout.strip():
        raise UserError(
            f"{folder}: Git neither holds nor ignores these pictures, and `dvc exp run` would copy them into Git;"
            f" run `dvc add {folder}` first"
        )

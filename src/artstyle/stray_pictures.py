"""Refuse pictures that an experiment would copy into Git."""

import os
import subprocess
from pathlib import Path

from artstyle.errors import UserError


def refuse_stray_pictures(folder: Path) -> None:
    """Check that pictures in a Git repository are known to Git or ignored by it.

    `dvc exp run` keeps whatever is neither in the commit that it makes for the experiment: a whole collection. A link
    stands for pictures elsewhere, and only the link would be kept. Where there is no Git, nothing is checked.

    Raises:
        UserError: naming the first of them, and what helps.
    """
    if folder.is_symlink() or not folder.is_dir():
        return
    command = ["git", "ls-files", "-z", "--others", "--exclude-standard", "--", folder.name]
    try:
        found = subprocess.run(command, cwd=folder.parent, check=False, capture_output=True)
    except OSError:
        return
    listed = [folder.parent / os.fsdecode(name) for name in found.stdout.split(b"\0") if name]
    stray = [path for path in listed if not path.is_symlink()]
    if found.returncode == 0 and stray:
        raise UserError(
            f"{stray[0]}: Git neither holds nor ignores it ({len(stray)} such files), so that `dvc exp run` would"
            f" copy it into Git; run `dvc add {folder}`, or name it in .gitignore"
        )

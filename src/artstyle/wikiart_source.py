"""Where the real paintings come from, and how they get under DVC's eyes."""

import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from artstyle.errors import UserError
from artstyle.names import PICTURE_FORMATS

REPOSITORY = "https://github.com/jalpv1/wiki-art-selected-resized"
COMMIT = "6a554204c0b3e2348b40e32db2806c33c73e8570"
_DVC = (sys.executable, "-m", "dvc")


def bring_from_network(target: Path) -> None:
    """Download the pictures with `dvc get` at the pinned commit; the folder appears when everything is there.

    `dvc import` would tie `dvc status` of everybody to the network; `dvc get` does not.

    Raises:
        UserError: the download failed.
    """
    partial = _make_room(target)
    command = [*_DVC, "get", REPOSITORY, ".", "--rev", COMMIT, "-o", str(partial)]
    print(f"wikiart: downloading {REPOSITORY} at {COMMIT[:10]} (about 200 MB)", flush=True)
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(partial, ignore_errors=True)
        reason = " ".join(done.stderr.split())[-300:]
        raise UserError(f"dvc get {REPOSITORY} failed ({reason}); with a copy at hand: WIKIART=<folder> make wikiart")
    for path in partial.iterdir():
        if not _is_style(path):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    _put_in_place(partial, target)


def bring_from_folder(source: Path, target: Path) -> None:
    """Copy a folder <Style>/<artist>_<title>.<ext>; the copy appears when everything is there.

    Raises:
        UserError: the folder is missing, holds no folder of pictures, cannot be read or copied, or one of the two
            folders is within the other. What stood in the target is still there then.
    """
    if target.exists() and source.resolve() == target.resolve():
        return
    inner, outer = source.resolve(), target.parent.resolve() / target.name  # a link there is only taken away
    if inner.is_relative_to(outer) or outer.is_relative_to(inner):
        raise UserError(f"WIKIART={source}: {target}, which is made anew, and this folder are within each other")
    partial = target.with_name(target.name + ".partial")
    try:
        styles = [path for path in sorted(source.iterdir()) if _is_style(path)] if source.is_dir() else []
        if not any(_holds_picture(style) for style in styles):
            raise UserError(f"WIKIART={source}: no folder with one folder of pictures a style")
        _make_room(target)
        print(f"wikiart: copying {len(styles)} styles from {source}", flush=True)
        for style in styles:
            shutil.copytree(style, partial / style.name, copy_function=shutil.copyfile)
    except (OSError, shutil.Error) as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise UserError(f"WIKIART={source}: {_explain(error)}") from None
    _put_in_place(partial, target)


def _is_style(path: Path) -> bool:
    # A clone of the repository has `.git` beside the styles; it must not change the hash of the folder.
    return path.is_dir() and not path.name.startswith(".")


def _holds_picture(style: Path) -> bool:
    return any(path.suffix.lower() in PICTURE_FORMATS for path in style.iterdir())


def _explain(error: OSError) -> str:
    if isinstance(error, shutil.Error):  # a list of what could not be copied
        name, _, reason = error.args[0][0]
        return f"{name} cannot be copied ({reason})"
    return f"{error.filename} cannot be read or copied ({error.strerror})"


def _make_room(target: Path) -> Path:
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.parent.mkdir(parents=True, exist_ok=True)
    return partial


def _put_in_place(partial: Path, target: Path) -> None:
    if target.is_symlink():
        target.unlink()
    elif target.exists():
        shutil.rmtree(target)
    partial.rename(target)


def add_to_dvc(target: Path) -> str:
    """Run `dvc add` and return one line that says whether the pictures are the version that Git tracks.

    Raises:
        UserError: `dvc add` failed.
    """
    pointer = target.with_name(target.name + ".dvc")
    tracked = _read_pointer(pointer)
    done = subprocess.run([*_DVC, "add", "--quiet", str(target)], check=False, capture_output=True, text=True)
    if done.returncode:
        raise UserError(f"dvc add {target} failed ({' '.join(done.stderr.split())[-300:]})")
    brought = _read_pointer(pointer)
    what = f"{target}: {brought['nfiles']} files, {brought['size']} bytes, md5 {brought['md5']}"
    if tracked is None or tracked["md5"] == brought["md5"]:
        return f"{what}: the tracked version" if tracked else f"{what}: now tracked by {pointer}"
    return f"{what}: NOT the tracked version ({tracked['md5']}); `git checkout {pointer}` brings its entry back"


def _read_pointer(pointer: Path) -> dict | None:
    if not pointer.is_file():
        return None
    return yaml.safe_load(pointer.read_text(encoding="utf-8"))["outs"][0]

import subprocess

import pytest

from artstyle.errors import UserError
from artstyle.stray_pictures import refuse_stray_pictures
from small_pictures import make_picture, save_picture


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    for name in ("GIT_DIR", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    save_picture(tmp_path / "data" / "mine" / "Cubism" / "ann_one.png", make_picture(1))
    return tmp_path / "data" / "mine"


def test_pictures_that_git_neither_holds_nor_ignores_are_refused_with_the_command_that_helps(pictures):
    with pytest.raises(UserError, match=r"ann_one\.png: Git neither holds nor .*\(1 such .*`dvc add .*data/mine`"):
        refuse_stray_pictures(pictures)


@pytest.mark.parametrize("pattern", ["/mine", "*.png", "/mine/*", "Cubism/"])  # `dvc add` writes the first
def test_ignored_pictures_are_fine(pictures, pattern):
    (pictures.parent / ".gitignore").write_text(f"{pattern}\n")
    refuse_stray_pictures(pictures)


def test_pictures_that_git_holds_are_fine(pictures):
    subprocess.run(["git", "add", "."], cwd=pictures, check=True)
    refuse_stray_pictures(pictures)


def test_a_link_is_fine(pictures, tmp_path):
    (tmp_path / "linked").symlink_to(pictures)
    refuse_stray_pictures(tmp_path / "linked")


def test_a_folder_of_links_or_of_nothing_is_fine(pictures, tmp_path):
    folder = tmp_path / "data" / "folder"
    folder.mkdir()
    refuse_stray_pictures(folder)
    (folder / "Cubism").symlink_to(pictures / "Cubism")
    refuse_stray_pictures(folder)


def test_without_a_repository_or_git_nothing_is_checked(pictures, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / ".git").rename(tmp_path / "elsewhere")
    refuse_stray_pictures(pictures)
    (tmp_path / "elsewhere").rename(tmp_path / ".git")
    monkeypatch.setenv("PATH", "")
    refuse_stray_pictures(pictures)

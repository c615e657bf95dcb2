import subprocess

import pytest
import yaml
from dvc.repo import Repo

import fetch_wikiart
from artstyle import wikiart_source
from artstyle.errors import UserError
from artstyle.wikiart_source import add_to_dvc, bring_from_folder, bring_from_network

PICTURES = {"Cubism/a_1.jpg": b"one", "Cubism/b_2.jpg": b"two", "Pop_Art/c_3.jpg": b"three"}


def write_pictures(folder):
    for name, data in PICTURES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def list_files(folder) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def git(*arguments, folder):
    name = ["-c", "user.name=a", "-c", "user.email=a@localhost"]
    done = subprocess.run(["git", *name, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project with Git and DVC, as the working directory."""
    folder = tmp_path / "my project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    monkeypatch.delenv("WIKIART", raising=False)
    git("init", "-q", folder=folder)
    Repo.init(str(folder)).close()
    return folder


def test_pictures_come_from_a_folder_with_a_space_in_its_name(tmp_path):
    source = write_pictures(tmp_path / "old pictures")
    (source / ".git").mkdir()  # a clone of the repository
    (source / ".git" / "HEAD").write_text("x")
    (source / "README.md").write_text("x")
    bring_from_folder(source, tmp_path / "data" / "wikiart")
    assert list_files(tmp_path / "data" / "wikiart") == PICTURES
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["wikiart"]


def test_pictures_replace_those_before_and_a_link_is_not_followed(tmp_path):
    source, target = write_pictures(tmp_path / "source"), tmp_path / "data" / "wikiart"
    (target / "Old_Style").mkdir(parents=True)
    bring_from_folder(source, target)
    assert list_files(target) == PICTURES
    kept = write_pictures(tmp_path / "kept")
    linked = tmp_path / "linked"
    linked.symlink_to(kept)
    bring_from_folder(source, linked)
    assert list_files(kept) == PICTURES
    assert not linked.is_symlink()


def test_the_target_itself_is_left_alone(tmp_path):
    folder = write_pictures(tmp_path / "wikiart")
    bring_from_folder(folder, folder)
    assert list_files(folder) == PICTURES


@pytest.mark.parametrize("kind", ["missing", "empty", "file"])
def test_a_folder_without_pictures_is_one_line(tmp_path, kind):
    source = tmp_path / "no pictures"
    if kind == "empty":
        (source / ".git").mkdir(parents=True)
    if kind == "file":
        source.write_text("x")
    with pytest.raises(UserError, match=r"^WIKIART=.*no pictures: no folder with one folder of pictures a style$"):
        bring_from_folder(source, tmp_path / "wikiart")
    assert not (tmp_path / "wikiart").exists()


def test_pictures_come_from_a_repository_at_its_commit(project, tmp_path, monkeypatch):
    remote = write_pictures(tmp_path / "remote")
    (remote / "README.md").write_text("x")
    git("init", "-q", folder=remote)
    git("add", ".", folder=remote)
    git("commit", "-q", "-m", "pictures", folder=remote)
    monkeypatch.setattr(wikiart_source, "COMMIT", git("rev-parse", "HEAD", folder=remote))
    (remote / "Pop_Art" / "c_3.jpg").write_bytes(b"changed later")
    git("commit", "-q", "-a", "-m", "later", folder=remote)
    monkeypatch.setattr(wikiart_source, "REPOSITORY", str(remote))
    bring_from_network(project / "data" / "wikiart")
    assert list_files(project / "data" / "wikiart") == PICTURES
    assert [path.name for path in (project / "data").iterdir()] == ["wikiart"]


def test_a_failed_download_is_one_line_with_the_other_way(project, tmp_path, monkeypatch):
    monkeypatch.setattr(wikiart_source, "REPOSITORY", str(tmp_path / "nowhere"))
    with pytest.raises(UserError, match=r"^dvc get .*nowhere failed .*WIKIART=<folder> make wikiart$") as caught:
        bring_from_network(project / "data" / "wikiart")
    assert "\n" not in str(caught.value)
    assert list((project / "data").iterdir()) == []


def test_main_adds_to_dvc_and_tells_the_version(project, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("WIKIART", str(write_pictures(tmp_path / "old pictures")))
    fetch_wikiart.main()
    entry = yaml.safe_load((project / "data" / "wikiart.dvc").read_text())["outs"][0]
    assert (entry["nfiles"], entry["size"]) == (3, 11)
    assert "now tracked by data/wikiart.dvc" in capsys.readouterr().out
    (project / "data" / "wikiart" / "Cubism" / "a_1.jpg").chmod(0o644)
    fetch_wikiart.main()
    assert capsys.readouterr().out.strip().endswith(f"3 files, 11 bytes, md5 {entry['md5']}: the tracked version")


def test_another_version_is_told(project, tmp_path, capsys):
    target = write_pictures(project / "data" / "wikiart")
    first = add_to_dvc(target.relative_to(project))
    (target / "Cubism" / "new_4.jpg").write_bytes(b"four")
    second = add_to_dvc(target.relative_to(project))
    assert "now tracked" in first
    assert "4 files, 15 bytes" in second
    assert "NOT the tracked version" in second
    assert "`git checkout data/wikiart.dvc` brings its entry back" in second


def test_main_prints_one_line_for_a_mistake(project, monkeypatch, capsys):
    monkeypatch.setenv("WIKIART", " nowhere ")
    with pytest.raises(SystemExit) as stopped:
        fetch_wikiart.main()
    assert stopped.value.code == 1
    assert capsys.readouterr().err == "wikiart: error: WIKIART=nowhere: no folder with one folder of pictures a style\n"


@pytest.mark.parametrize("kind", ["no picture", "within", "around", "broken link"])
def test_pictures_that_are_there_stay_where_a_folder_is_of_no_use(tmp_path, kind):
    target = write_pictures(tmp_path / "data" / "wikiart")
    source = {"within": target / "clone", "around": tmp_path / "data"}.get(kind, tmp_path / "source")
    if kind == "no picture":
        (source / "Downloads").mkdir(parents=True)
        (source / "Downloads" / "notes.txt").write_text("x")
    elif kind != "around":
        write_pictures(source)
    if kind == "broken link":
        (source / "Cubism" / "d_4.jpg").symlink_to("nowhere")
    before = list_files(target)
    with pytest.raises(UserError, match=rf"WIKIART={source}: .*(pictures a style|within each other|d_4\.jpg cannot)"):
        bring_from_folder(source, target)
    assert list_files(target) == before
    assert not target.with_name("wikiart.partial").exists()

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

import artstyle.demo_set
from artstyle.demo_set import draw_set, replace_folder
from artstyle.demo_works import Catalogue, draw_work
from artstyle.errors import UserError

SMALL = {
    "seed": 1,
    "picture_px": 32,
    "wrong_label_share": 0.05,
    "counts": {"Cubism": 8, "Minimalism": 9, "Pop_Art": 6, "Rococo": 5},
}


def draw(root, **changes):
    draw_set(root / "demo", root / "genres" / "demo", root / "truth.csv", **(SMALL | changes))


def read_tree(root):
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_same_seed_same_bytes_in_another_process_and_folder(tmp_path):
    draw(tmp_path / "here")
    code = (
        "import sys, pathlib; from artstyle.demo_set import draw_set; r = pathlib.Path(sys.argv[1]);"
        f"draw_set(r / 'demo', r / 'genres' / 'demo', r / 'truth.csv', **{SMALL!r})"
    )
    source = str(Path(artstyle.demo_set.__file__).parents[1])
    for number, folder in ((3, "there"), (4, "elsewhere")):
        environment = os.environ | {"PYTHONHASHSEED": str(number), "PYTHONPATH": source}
        (tmp_path / folder).mkdir()
        subprocess.run([sys.executable, "-c", code, "out"], cwd=tmp_path / folder, env=environment, check=True)
        assert read_tree(tmp_path / folder / "out") == read_tree(tmp_path / "here")


def test_another_seed_draws_another_set(tmp_path):
    draw(tmp_path / "one")
    draw(tmp_path / "two", seed=2)
    first, second = read_tree(tmp_path / "one"), read_tree(tmp_path / "two")
    assert first["truth.csv"] != second["truth.csv"]
    drawn = [{data for name, data in tree.items() if name.endswith("0.jpg")} for tree in (first, second)]
    assert drawn[0] and not drawn[0] & drawn[1]


def test_good_pictures_are_the_works_of_the_catalogue(tmp_path):
    draw(tmp_path, seed=2, wrong_label_share=0)
    work = Catalogue(2).plan_work("Cubism")
    buffer = io.BytesIO()
    draw_work(work, picture_px=32, seed=2).save(buffer, "JPEG", quality=90)
    assert (tmp_path / "demo" / "Cubism" / f"{work.name}.jpg").read_bytes() == buffer.getvalue()


def test_running_again_replaces_everything(tmp_path):
    draw(tmp_path)
    (tmp_path / "demo" / "Cubism" / "left_over.jpg").write_bytes(b"old")
    (tmp_path / "genres" / "demo" / "old.csv").write_bytes(b"old")
    before = read_tree(tmp_path)
    draw(tmp_path)
    assert set(before) - set(read_tree(tmp_path)) == {"demo/Cubism/left_over.jpg", "genres/demo/old.csv"}


def test_an_interrupted_run_leaves_the_old_set_as_it_was(tmp_path, monkeypatch):
    draw(tmp_path)
    before = read_tree(tmp_path)

    def stop(work, *, picture_px, seed):
        raise KeyboardInterrupt

    monkeypatch.setattr(artstyle.demo_set, "draw_work", stop)
    with pytest.raises(KeyboardInterrupt):
        draw(tmp_path, seed=5)
    assert read_tree(tmp_path) == before
    assert not list(tmp_path.rglob("*.partial"))


def test_what_a_killed_run_left_is_not_carried_on(tmp_path):
    (tmp_path / "new.partial").mkdir()
    (tmp_path / "new.partial" / "half.jpg").write_bytes(b"half")
    with replace_folder(tmp_path / "new") as folder:
        (folder / "whole.jpg").write_bytes(b"whole")
        assert not (tmp_path / "new").exists()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["whole.jpg"]
    assert not (tmp_path / "new.partial").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"counts": {"Cubsim": 8}}, "a style of draw_demo.counts is 'Cubsim'"),
        ({"counts": {"Cubism": 3}}, "draw_demo.counts.Cubism is 3"),
        ({"counts": 12}, "draw_demo.counts must be a map"),
        ({"counts": {"Cubism": 9, "Impressionism": 9, "Pointillism": 9}}, "expected 3 classes or more"),
        ({"picture_px": 16}, "draw_demo.picture_px is 16"),
        ({"wrong_label_share": 0.8}, "draw_demo.wrong_label_share is 0.8"),
        ({"seed": -1}, "draw_demo.seed is -1"),
    ],
)
def test_mistakes_are_named_in_one_line_and_nothing_is_written(tmp_path, changes, message):
    with pytest.raises(UserError) as caught:
        draw(tmp_path, **changes)
    assert message in str(caught.value) and "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())

import numpy as np
import pytest
from PIL import Image, UnidentifiedImageError

from test_demo_faults import plant_small, read_rows


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return plant_small(tmp_path_factory.mktemp("damaged"))


def test_truncated_pictures_open_but_do_not_load(planted):
    for _, path, _, _ in read_rows(planted, "truncated"):
        with Image.open(path) as image:
            assert image.format == "JPEG"
            with pytest.raises(OSError, match="truncated"):
                image.load()


def test_files_without_a_picture(planted):
    assert read_rows(planted, "empty")[0][1].read_bytes() == b""
    path = read_rows(planted, "not_a_picture")[0][1]
    assert path.suffix == ".jpg" and path.read_text(encoding="utf-8").startswith("<html>")
    with pytest.raises(UnidentifiedImageError):
        Image.open(path)


@pytest.mark.parametrize(
    ("fault", "extension", "kinds", "mode"),
    [
        ("wrong_extension", ".jpg", {"PNG", "WEBP"}, "RGB"),
        ("grey", ".jpg", {"JPEG"}, "L"),
        ("cmyk", ".jpg", {"JPEG"}, "CMYK"),
        ("palette", ".png", {"PNG"}, "P"),
        ("sixteen_bit", ".png", {"PNG"}, "I;16"),
        ("animated", ".gif", {"GIF"}, "P"),
    ],
)
def test_odd_formats_can_be_read(planted, fault, extension, kinds, mode):
    seen = set()
    for _, path, _, _ in read_rows(planted, fault):
        with Image.open(path) as image:
            image.load()
            seen.add(image.format)
            assert (path.suffix, image.mode) == (extension, mode)
    assert seen == kinds


def test_sixteen_bits_are_used_and_the_animation_moves(planted):
    with Image.open(read_rows(planted, "sixteen_bit")[0][1]) as image:
        levels = np.unique(np.asarray(image))
    assert len(levels) > 256 and levels.max() > 20000
    with Image.open(read_rows(planted, "animated")[0][1]) as image:
        assert image.n_frames == 3


def test_junk_lies_in_the_root_and_in_style_folders(planted):
    names = [painting for painting, _, _, _ in read_rows(planted, "junk")]
    assert names == [".DS_Store", "Abstract_Expressionism/.DS_Store", "Ukiyo_e/Thumbs.db"]

import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from artstyle.errors import UserError
from artstyle.pictures import Picture, Rejection, check_reading, read_picture
from small_pictures import make_picture, save_picture

READING = {"longest_side_px": 64, "min_side_px": 8, "max_megapixels": 1}


def read(path, **changes):
    return read_picture(str(path), **READING | changes)


@pytest.mark.parametrize(
    ("mode", "file_format", "kinds"),
    [
        ("L", "JPEG", ("grey",)),
        ("CMYK", "JPEG", ("cmyk",)),
        ("P", "PNG", ("palette", "wrong_extension")),
        ("RGBA", "PNG", ("alpha", "wrong_extension")),
        ("LA", "PNG", ("grey", "alpha", "wrong_extension")),
        ("1", "PNG", ("grey", "wrong_extension")),
        ("RGB", "WEBP", ("wrong_extension",)),
        ("RGB", "BMP", ("wrong_extension",)),
        ("P", "GIF", ("palette", "wrong_extension")),
        ("RGB", "JPEG", ()),
    ],
)
def test_every_kind_of_picture_becomes_rgb(tmp_path, mode, file_format, kinds):
    original = make_picture(1)
    picture = read(save_picture(tmp_path / "a_b.jpg", original.convert(mode), file_format))
    assert picture.pixels.shape == (48, 64, 3) and picture.pixels.dtype == np.uint8
    assert picture.mended == kinds
    wanted = np.asarray(original.convert("L" if mode in ("L", "LA") else "RGB").convert("RGB"), dtype=float)
    if mode != "1":
        assert np.abs(picture.pixels - wanted).mean() < 20


@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.float32])
def test_deep_pictures_keep_their_levels(tmp_path, dtype):
    ramp = np.tile(np.linspace(0, 65535, 256).astype(dtype), (64, 1))
    file_format = "PNG" if dtype == np.uint16 else "TIFF"
    picture = read(save_picture(tmp_path / "a_b.png", Image.fromarray(ramp), file_format), longest_side_px=256)
    assert len(np.unique(picture.pixels)) > 200
    assert picture.pixels.min() == 0 and picture.pixels.max() == 255
    assert "sixteen_bit" in picture.mended


def test_transparency_lies_on_white(tmp_path):
    image = Image.new("RGBA", (64, 48), (200, 0, 0, 0))
    picture = read(save_picture(tmp_path / "a_b.png", image, "PNG"))
    assert (picture.pixels == 255).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_undone(tmp_path, orientation):
    upright = make_picture(3)
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the transposition that undoes each turn
    stored = upright.transpose(Image.Transpose(back[orientation])) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = read(save_picture(tmp_path / "a_b.png", stored, "PNG", exif=exif))
    straight = read(save_picture(tmp_path / "c_d.png", upright, "PNG"))
    assert picture.mended == (("exif_rotated",) if orientation > 1 else ())
    assert np.array_equal(picture.pixels, straight.pixels)
    assert picture.digest == straight.digest
    assert (picture.width_px, picture.height_px) == (64, 48)


@pytest.mark.parametrize("exif", [b"Exif\x00\x00no TIFF header", b"Exif\x00\x00II*\x00"])
def test_broken_exif_does_not_cost_the_picture(tmp_path, exif):
    assert read(save_picture(tmp_path / "a_b.png", make_picture(1), "PNG", exif=exif)).mended == ()


@pytest.mark.parametrize("progressive", [True, False])
@pytest.mark.parametrize("keep", [0.5, -200, -2])
def test_cut_jpegs_are_truncated(tmp_path, progressive, keep):
    path = save_picture(tmp_path / "a_b.jpg", make_picture(1), progressive=progressive)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)] if keep > 0 else data[:keep])
    assert read(path).reason == "truncated"


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("size", [(64, 48), (500, 401), (2049, 1601)])  # the last is decoded at another scale
def test_half_a_jpeg_with_an_end_marker_is_truncated(tmp_path, size, mode):
    path = save_picture(tmp_path / "a_b.jpg", make_picture(1).resize(size).convert(mode))
    data = path.read_bytes()
    assert isinstance(read(path, max_megapixels=4), Picture)
    path.write_bytes(data[: len(data) // 2] + b"\xff\xd9")
    assert read(path, max_megapixels=4).reason == "truncated"


def test_a_picture_that_is_grey_by_right_stays(tmp_path):
    path = save_picture(tmp_path / "a_b.jpg", Image.new("RGB", (64, 48), (128, 128, 128)))
    assert isinstance(read(path), Picture)


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "GIF", "TIFF", "BMP"])
def test_cut_files_of_other_formats_never_get_through(tmp_path, file_format):
    path = save_picture(tmp_path / "a_b.jpg", make_picture(1), file_format)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert isinstance(read(path), Rejection)


def test_files_without_a_picture_are_told_apart(tmp_path):
    (tmp_path / "empty_.jpg").touch()
    (tmp_path / "text_.jpg").write_text("no picture at all")
    assert read(tmp_path / "empty_.jpg").reason == "empty"
    assert read(tmp_path / "text_.jpg").reason == "not_a_picture"
    assert read(tmp_path / "absent_.jpg").reason == "unreadable"


def test_animations_are_rejected_but_not_photographs_with_a_preview(tmp_path):
    frames = [make_picture(seed) for seed in range(3)]
    moving = save_picture(tmp_path / "a_b.jpg", frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert read(moving) == Rejection("animated", "3 frames")
    photo = save_picture(tmp_path / "c_d.jpg", frames[0], "MPO", save_all=True, append_images=frames[1:2])
    assert read(photo).mended == ()


def test_size_limits(tmp_path):
    path = save_picture(tmp_path / "a_b.jpg", make_picture(1, 200, 100))
    assert read(path, max_megapixels=0.0199) == Rejection("too_large", "200 x 100 px")
    assert read(path, min_side_px=101) == Rejection("too_small", "200 x 100 px")
    assert isinstance(read(path, max_megapixels=0.02, min_side_px=100), Picture)


@pytest.mark.parametrize(("file_format", "mode"), [("JPEG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "L")])
def test_large_pictures_are_reduced_to_the_longest_side(tmp_path, file_format, mode):
    original = make_picture(1, 800, 300)
    picture = read(save_picture(tmp_path / "a_b.jpg", original.convert(mode), file_format))
    assert picture.pixels.shape == (24, 64, 3)
    assert (picture.width_px, picture.height_px) == (800, 300)
    wanted = np.asarray(original.convert("L" if mode == "L" else "RGB").convert("RGB").resize((64, 24)), dtype=float)
    assert np.abs(picture.pixels - wanted).mean() < 6


def test_the_guard_of_pillow_stays_on(tmp_path, monkeypatch):
    assert Image.MAX_IMAGE_PIXELS == 89_478_485
    path = save_picture(tmp_path / "a_b.jpg", make_picture(1, 200, 100))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 9999)
    assert read(path).reason == "too_large"
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10000)
    assert isinstance(read(path), Picture)


@pytest.mark.filterwarnings("error")
def test_the_warning_of_pillow_is_answered_by_the_limit(tmp_path, monkeypatch):
    path = save_picture(tmp_path / "a_b.jpg", make_picture(1, 200, 100))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10001)
    assert isinstance(read(path), Picture)


def test_only_large_pictures_wait_for_the_lock(tmp_path, monkeypatch):
    entered = []

    class Lock:
        def __enter__(self):
            entered.append(True)

        def __exit__(self, *_):
            return None

    path = save_picture(tmp_path / "a_b.jpg", make_picture(1))
    read(path, large_lock=Lock())
    assert not entered
    monkeypatch.setattr("artstyle.pictures.LARGE_MEGAPIXELS", 0.001)
    read(path, large_lock=Lock())
    assert entered


@pytest.mark.parametrize(
    ("name", "value"), [("longest_side_px", 8), ("min_side_px", 1.5), ("max_megapixels", 500), ("max_megapixels", "1")]
)
def test_parameters_are_checked_by_name(name, value):
    with pytest.raises(UserError, match=f"filter.reading.{name}"):
        check_reading(**READING | {name: value})


def write_profile(primaries) -> bytes:
    """Return a colour profile (ICC version 2) with these columns (red, green, blue; XYZ) and no gamma."""
    tags = {b"desc": b"desc" + bytes(4) + struct.pack(">I", 5) + b"mine\0" + bytes(78)}
    tags[b"cprt"] = b"text" + bytes(4) + b"none\0"
    tags[b"wtpt"] = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    for name, xyz in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True):
        tags[name] = b"XYZ " + bytes(4) + struct.pack(">3i", *(round(65536 * value) for value in xyz))
    for name in (b"rTRC", b"gTRC", b"bTRC"):
        tags[name] = b"curv" + bytes(4) + struct.pack(">I", 0)
    table, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        data += bytes(-len(data) % 4)
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s", start + len(body), bytes(4), 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


# Of sRGB, adapted to D50 (ICC specification of sRGB).
SRGB = [(0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)]


def test_a_colour_profile_is_applied(tmp_path):
    # A file that calls green what its profile shows as red, without gamma: the level 55 of 255 is 128 in sRGB.
    picture = Image.new("RGB", (40, 40), (0, 55, 0))
    path = save_picture(tmp_path / "a_b.png", picture, "PNG", icc_profile=write_profile([SRGB[1], SRGB[0], SRGB[2]]))
    found = read(path)
    assert found.mended == ("profile",)
    assert np.abs(found.pixels.astype(int) - [128, 0, 0]).max() <= 2


@pytest.mark.parametrize("profile", [b"broken", ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()])
def test_a_profile_that_changes_nothing_or_cannot_be_read_is_no_matter(tmp_path, profile):
    picture = make_picture(1)
    found = read(save_picture(tmp_path / "a_b.png", picture, "PNG", icc_profile=profile))
    assert found.mended == () and (found.pixels == np.asarray(picture)).all()


def test_a_profile_of_other_bands_is_no_matter(tmp_path):
    profile = write_profile(SRGB)
    found = read(save_picture(tmp_path / "a_b.png", Image.new("L", (40, 40), 77), "PNG", icc_profile=profile))
    assert found.mended == ("grey",) and (found.pixels == 77).all()

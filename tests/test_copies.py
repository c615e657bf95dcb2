from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from artstyle import copies
from artstyle.copies import find_alike, find_exact, label_groups
from artstyle.errors import UserError
from artstyle.pictures import read_picture
from small_pictures import make_picture, make_plain, save_picture

COPIES = {"max_distance_bits": 6, "max_residual": 0.2, "max_difference": 10, "min_contrast": 5}
PLAIN = {"max_distance_bits": 16, "max_residual": 0.12, "max_difference": 2, "min_contrast": 5}
FAMILY = {"max_distance_bits": 10, "max_residual": 0.6, "max_difference": 45, "min_contrast": 5}


def look_at(tmp_path, images):
    found = []
    for number, image in enumerate(images):
        path = save_picture(tmp_path / f"a_{number}.png", image, "PNG")
        found.append(read_picture(str(path), longest_side_px=256, min_side_px=8, max_megapixels=1))
    looks = np.array([picture.look for picture in found], dtype=np.uint64)
    return looks, np.stack([picture.thumbnail for picture in found]), [picture.digest for picture in found]


def pairs_of(tmp_path, images, parameters=COPIES):
    looks, thumbnails, _ = look_at(tmp_path, images)
    return [tuple(pair) for pair in find_alike(looks, thumbnails, place="filter.copies", **parameters).tolist()]


def recompress(image, quality):
    file = BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def test_exact_copies_are_equal_pixels_and_not_equal_bytes(tmp_path):
    picture = make_picture(1)
    changed = picture.copy()
    changed.putpixel((5, 5), (0, 0, 0))
    _, _, digests = look_at(tmp_path, [picture, changed, picture, make_picture(2), picture])
    assert find_exact(digests).tolist() == [[0, 2], [0, 4]]
    assert find_exact([]).shape == (0, 2)


def test_resized_and_recompressed_pictures_are_copies(tmp_path):
    original = make_picture(1, 160, 120)
    images = [original, original.resize((112, 84), Image.Resampling.LANCZOS), make_picture(2, 160, 120)]
    images += [recompress(original, 40), recompress(original.resize((80, 60), Image.Resampling.LANCZOS), 75)]
    assert pairs_of(tmp_path, images) == [(0, 1), (0, 3), (0, 4), (1, 3), (1, 4), (3, 4)]


def test_different_plain_canvases_are_never_alike(tmp_path):
    canvases = [make_plain((250, 250, 248), seed) for seed in range(6)]
    canvases += [make_plain((20, 20, 22), 9), Image.new("RGB", (64, 48), "white"), Image.new("RGB", (64, 48), "red")]
    assert pairs_of(tmp_path, canvases, FAMILY | {"max_distance_bits": 64}) == []


def test_the_pixels_decide_where_equal_hashes_mean_nothing():
    thumbnails = np.stack([np.asarray(make_picture(seed, 32, 32)) for seed in (1, 2)])
    looks = np.array([7, 7], dtype=np.uint64)
    assert find_alike(looks, thumbnails, place="", **FAMILY).tolist() == []
    assert find_alike(looks, thumbnails[[0, 0]], place="", **COPIES).tolist() == [[0, 1]]


def test_one_shape_in_two_colours_is_no_copy():
    shape = np.zeros((32, 32, 3), dtype=np.uint8)
    shape[8:24, 8:24] = 200
    tinted = shape // 2 + np.array([100, 0, 0], dtype=np.uint8)
    looks = np.array([7, 7], dtype=np.uint64)
    assert find_alike(looks, np.stack([shape, tinted]), place="", **COPIES).tolist() == []


def test_difference_and_residual_both_bind():
    base = np.zeros((32, 32, 3), dtype=np.uint8)
    base[:16] = 100  # contrast 50
    other = base + np.uint8(6)
    looks = np.array([0, 3], dtype=np.uint64)
    thumbnails = np.stack([base, other])

    def find(**changes):
        return len(find_alike(looks, thumbnails, place="", **COPIES | changes))

    assert find() == 1
    assert find(max_difference=5.9) == 0
    assert find(max_residual=0.11) == 0
    assert find(max_distance_bits=1) == 0
    assert find(min_contrast=50.1) == 0


def test_plain_copies_may_have_noisy_hashes_but_need_equal_pixels():
    base = np.full((32, 32, 3), 100, dtype=np.uint8)
    base[:16] = 160
    looks = np.array([0, 2**14 - 1], dtype=np.uint64)
    assert find_alike(looks, np.stack([base, base + np.uint8(1)]), place="", **PLAIN).tolist() == [[0, 1]]
    assert find_alike(looks, np.stack([base, base + np.uint8(3)]), place="", **PLAIN).tolist() == []


def test_blocks_do_not_change_what_is_found(monkeypatch):
    rng = np.random.default_rng(0)
    kinds = rng.integers(0, 8, 40)
    thumbnails = np.stack([np.asarray(make_picture(int(kind), 32, 32)) for kind in kinds])
    looks = kinds.astype(np.uint64)
    whole = find_alike(looks, thumbnails, place="", **COPIES)
    monkeypatch.setattr(copies, "_ROWS", 7)
    monkeypatch.setattr(copies, "_PAIRS", 5)
    assert sorted(find_alike(looks, thumbnails, place="", **COPIES).tolist()) == sorted(whole.tolist())
    wanted = [[i, j] for i in range(40) for j in range(i + 1, 40) if kinds[i] == kinds[j]]
    assert sorted(whole.tolist()) == wanted


def test_groups_join_through_others():
    groups = label_groups(6, np.array([[0, 3]]), np.empty((0, 2), dtype=int), np.array([[3, 5], [1, 2]]))
    assert groups[0] == groups[3] == groups[5] and groups[1] == groups[2]
    assert len(set(groups)) == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [("max_distance_bits", 2.5), ("max_residual", -1), ("max_difference", 256), ("min_contrast", "5")],
)
def test_parameters_are_checked_by_name(name, value):
    with pytest.raises(UserError, match=f"filter.family.{name}"):
        find_alike(np.zeros(0, np.uint64), np.zeros((0, 32, 32, 3)), place="filter.family", **COPIES | {name: value})

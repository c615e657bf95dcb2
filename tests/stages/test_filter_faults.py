import sys

import numpy as np
from PIL import Image

from artstyle.tables import read_table
from filter_run import OUTPUTS, pixels_of, run_command, run_filter
from small_pictures import make_picture, save_picture, write_style_folders


def test_damaged_files_are_dropped_by_name_and_the_rest_stays(tmp_path):
    good = write_style_folders(tmp_path / "data", {"Cubism": 20})
    data = save_picture(tmp_path / "spare.jpg", make_picture(99)).read_bytes()
    bad = {"half": data[: len(data) // 2], "short": data[:-200], "empty": b"", "text": b"this is no picture"}
    for name, content in bad.items():
        (tmp_path / f"data/Cubism/ann_{name}.jpg").write_bytes(content)
    result = run_filter(tmp_path)
    assert result.kept == good
    assert result.reasons == {
        "Cubism/ann_half.jpg": "truncated",
        "Cubism/ann_short.jpg": "truncated",
        "Cubism/ann_empty.jpg": "empty",
        "Cubism/ann_text.jpg": "not_a_picture",
    }
    assert result.counts["dropped"] == {"empty": 1, "not_a_picture": 1, "truncated": 2}
    assert result.counts["files"] == 24 and result.counts["kept"] == 20
    assert len(result.pack) == 20 * 64 * 48 * 3


def test_every_kind_of_picture_is_packed_as_rgb_or_rejected_by_name(tmp_path):
    folder = tmp_path / "data" / "Pop_Art"
    for seed, (mode, file_format) in enumerate([("L", "JPEG"), ("CMYK", "JPEG"), ("P", "PNG"), ("RGBA", "PNG")]):
        save_picture(folder / f"ann_{mode}.jpg", make_picture(seed).convert(mode), file_format)
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (40, 1))
    save_picture(folder / "ann_sixteen.jpg", Image.fromarray(ramp), "PNG")
    save_picture(folder / "ann_webp.jpg", make_picture(7), "WEBP")
    frames = [make_picture(seed) for seed in (8, 9)]
    save_picture(folder / "ann_moving.jpg", make_picture(10), "GIF", save_all=True, append_images=frames)
    result = run_filter(tmp_path)
    assert result.reasons == {"Pop_Art/ann_moving.jpg": "animated"}
    assert len(result.kept) == 6
    for painting in result.kept:
        assert pixels_of(result, painting).shape in ((48, 64, 3), (40, 256, 3))
    assert len(np.unique(pixels_of(result, "Pop_Art/ann_sixteen.jpg"))) > 200
    mended = {"alpha": 1, "cmyk": 1, "grey": 2, "palette": 1, "sixteen_bit": 1, "wrong_extension": 4}
    assert result.counts["mended"] == mended


def test_a_faulty_genre_list_loses_and_invents_nothing(tmp_path):
    paintings = write_style_folders(tmp_path / "data", {"Art_Nouveau_Modern": 15, "Cubism": 15})
    for name in (".DS_Store", "Cubism/.DS_Store", "Cubism/Thumbs.db"):
        (tmp_path / "data" / name).write_text("x")
    (tmp_path / "data" / "Empty_Style").mkdir()
    genres = tmp_path / "genres"
    genres.mkdir()
    rows = [f"{painting},0" for painting in paintings[:20]]
    rows += [f"Cubism/gone_{number}.jpg,0" for number in range(3)]
    rows += [paintings[20].replace("_work-", "-work-") + ",1", f"{paintings[0]},1"]
    (genres / "genre.csv").write_text("\n".join(rows) + "\n")
    (genres / "genre_class").write_text("0 landscape\n1 portrait\n")
    result = run_filter(tmp_path, genres)
    assert result.kept == paintings
    assert sorted(set(result.paintings["style"])) == ["art_nouveau_modern", "cubism"]
    assert result.counts["per_style"] == {"art_nouveau_modern": 15, "cubism": 15}
    assert result.counts["empty_styles"] == ["Empty_Style"]
    assert set(result.reasons.values()) == {"junk"} and len(result.reasons) == 3
    counts = result.counts["genres"]
    assert (counts["absent"], counts["not_listed"], counts["two_genres"]) == (3, 9, 1)
    assert counts["matched_by_normalised_name"] == 1
    assert result.paintings["genre"].tolist() == ["landscape"] * 20 + ["portrait"] + [""] * 9
    with_genre = run_filter(tmp_path, genres, genres={"keep_genre": True})
    assert with_genre.kept == paintings[:21]
    assert with_genre.counts["dropped"] == {"junk": 3, "no_genre": 9}
    assert len(with_genre.pack) == 21 * 64 * 48 * 3


def test_similar_names_are_different_works_and_of_a_true_copy_one_stays(tmp_path):
    names = [
        "gene-davis_untitled-1979(1).jpg",
        "gene-davis_untitled-1979(3).jpg",
        "gene-davis_untitled-1979.jpg",
        "m.c.-escher_not_detected_1.jpg",
        "m.c.-escher_not_detected_2.jpg",
    ]
    for seed, name in enumerate([*names, "noartist.jpg"]):
        save_picture(tmp_path / "data/Pop_Art" / name, make_picture(seed))
    original = tmp_path / "data/Pop_Art/m.c.-escher_not_detected_2.jpg"
    (tmp_path / "data/Pop_Art/zoe_copy.jpg").write_bytes(original.read_bytes())
    result = run_filter(tmp_path)
    assert result.kept == [f"Pop_Art/{name}" for name in names]
    assert result.reasons == {"Pop_Art/noartist.jpg": "no_artist", "Pop_Art/zoe_copy.jpg": "exact_copy"}
    assert result.partners["Pop_Art/zoe_copy.jpg"] == "Pop_Art/m.c.-escher_not_detected_2.jpg"
    assert result.paintings["artist"].tolist() == ["gene-davis"] * 3 + ["m.c.-escher"] * 2
    assert result.paintings["title"].tolist()[2:4] == ["untitled-1979", "not_detected_1"]


def test_a_picture_and_its_turned_twin_are_copies(tmp_path):
    picture = make_picture(1, 80, 48)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = picture.transpose(Image.Transpose.ROTATE_90)
    save_picture(tmp_path / "data/Cubism/ann_upright.jpg", picture, "PNG")
    save_picture(tmp_path / "data/Cubism/ann_turned.jpg", turned, "PNG", exif=exif)
    save_picture(tmp_path / "data/Cubism/ann_turned-jpeg.jpg", turned, exif=exif)
    result = run_filter(tmp_path)
    assert result.kept == ["Cubism/ann_turned-jpeg.jpg"]
    assert result.reasons == {"Cubism/ann_turned.jpg": "near_copy", "Cubism/ann_upright.jpg": "near_copy"}
    (tmp_path / "data/Cubism/ann_turned-jpeg.jpg").unlink()
    result = run_filter(tmp_path)
    assert result.reasons == {"Cubism/ann_upright.jpg": "exact_copy"}
    assert result.counts["mended"]["exif_rotated"] == 1
    assert np.array_equal(pixels_of(result, "Cubism/ann_turned.jpg"), np.asarray(picture))


def test_very_large_pictures_are_reduced_or_listed_in_little_memory(tmp_path):
    folder = tmp_path / "data" / "Minimalism"
    for side, colour in ((10_000, 80), (14_000, 120)):
        save_picture(folder / f"ann_{side}.jpg", Image.new("L", (side, side), colour), quality=50)
    # The peak of a process counts its parent's memory at the start; one in between keeps pytest's out of it.
    script = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    run = run_command(tmp_path, "data", sys.executable, "-c", script)
    peak = int(run.stdout.split()[-1]) * (1 if sys.platform == "darwin" else 1024)
    assert 2**24 < peak < 2 * 2**30
    paintings, dropped = read_table(tmp_path / "out/paintings.csv"), read_table(tmp_path / "out/dropped.csv")
    assert paintings[["painting", "width_px", "pack_width_px"]].to_numpy().tolist() == [
        ["Minimalism/ann_10000.jpg", 10_000, 256]
    ]
    assert dropped[["painting", "reason"]].to_numpy().tolist() == [["Minimalism/ann_14000.jpg", "too_large"]]


def test_many_tiny_pictures_make_one_file_and_no_loose_copies(tmp_path):
    folder = tmp_path / "data" / "Pop_Art"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for number in range(1000):
        Image.fromarray(rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)).save(folder / f"ann_{number:04d}.png")
    result = run_filter(tmp_path, reading={"min_side_px": 8})
    assert len(result.kept) == 1000
    assert sorted(path.name for path in (tmp_path / "out").rglob("*")) == sorted(OUTPUTS)
    assert len(list(folder.iterdir())) == 1000


def test_output_does_not_depend_on_file_order_hash_seed_or_working_directory(tmp_path):
    paintings = write_style_folders(tmp_path / "one/data", {"Cubism": 6, "Fauvism": 6, "Rococo": 6})
    work = make_picture(900)
    for name in ("Cubism/ann_w.jpg", "Rococo/bob_w.jpg", "Rococo/zoë_w.jpg", "Rococo/noartist.jpg"):
        paintings.append(str(save_picture(tmp_path / "one/data" / name, work).relative_to(tmp_path / "one/data")))
    for painting in reversed(paintings):
        target = tmp_path / "two/elsewhere/data" / painting
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((tmp_path / "one/data" / painting).read_bytes())
    written = []
    for place, hash_seed, data in (("one", "1", "data"), ("two", "2", "elsewhere/data")):
        root = tmp_path / place
        run_command(root, data, hash_seed=hash_seed)
        written.append([(root / "out" / name).read_bytes() for name in OUTPUTS])
    assert written[0] == written[1]
    assert str(tmp_path).encode() not in b"".join(written[0])

import numpy as np
import pytest
from PIL import Image

import filter as stage
from artstyle.errors import UserError
from artstyle.stage import run_stage
from filter_run import PARAMETERS, pixels_of, run_filter
from small_pictures import make_picture, make_plain, save_picture, write_style_folders


def test_a_work_in_two_styles_stays_once_and_is_a_label_conflict(tmp_path):
    write_style_folders(tmp_path / "data", {"Cubism": 3, "Fauvism": 3})
    work = make_picture(500, 128, 96)
    save_picture(tmp_path / "data/Fauvism/ann_work.jpg", work)
    save_picture(tmp_path / "data/Cubism/bob_other-name.jpg", work.resize((64, 48), Image.Resampling.LANCZOS))
    result = run_filter(tmp_path)
    assert result.reasons == {"Fauvism/ann_work.jpg": "two_styles"}
    assert result.partners == {"Fauvism/ann_work.jpg": "Cubism/bob_other-name.jpg"}
    conflicts = result.paintings[result.paintings["other_styles"] != ""]
    assert conflicts[["painting", "style", "other_styles"]].to_numpy().tolist() == [
        ["Cubism/bob_other-name.jpg", "cubism", "fauvism"]
    ]
    assert result.counts["label_conflicts"] == 1


def test_a_scan_without_a_label_does_not_take_the_place_of_a_labelled_work_and_its_artist(tmp_path):
    write_style_folders(tmp_path / "data", {"impressionism": 3})
    work = make_picture(500, 128, 96)
    save_picture(tmp_path / "data/impressionism/claude-monet_1.jpg", work.resize((64, 48), Image.Resampling.LANCZOS))
    save_picture(tmp_path / "data/Unlabelled/unknown-1_scan.jpg", work)
    for unlabelled, stays in (
        ("none", "Unlabelled/unknown-1_scan.jpg"),
        ("unlabelled", "impressionism/claude-monet_1.jpg"),
    ):
        result = run_filter(tmp_path, unlabelled=unlabelled)
        assert len(result.kept) == 4 and stays in result.kept
    row = result.paintings.set_index("painting").loc[stays]
    assert (row["artist"], row["style"], row["other_styles"]) == ("claude-monet", "impressionism", "unlabelled")


def test_copies_leave_the_pack_and_families_stay_together(tmp_path):
    save_picture(tmp_path / "data/Rococo/ann_a.jpg", make_picture(1, 64, 48))
    save_picture(tmp_path / "data/Rococo/ann_b.jpg", make_picture(2, 64, 48))
    large = make_picture(1, 64, 48).resize((128, 96), Image.Resampling.LANCZOS)
    save_picture(tmp_path / "data/Rococo/ann_c.jpg", large)
    study = Image.blend(large, make_picture(3, 128, 96), 0.25)
    save_picture(tmp_path / "data/Rococo/ann_d.jpg", study)
    result = run_filter(tmp_path)
    assert result.reasons == {"Rococo/ann_a.jpg": "near_copy"}
    assert result.kept == ["Rococo/ann_b.jpg", "Rococo/ann_c.jpg", "Rococo/ann_d.jpg"]
    assert result.paintings["family"].tolist() == ["Rococo/ann_b.jpg", "Rococo/ann_c.jpg", "Rococo/ann_c.jpg"]
    assert len(result.pack) == 64 * 48 * 3 + 2 * 128 * 96 * 3
    assert np.abs(pixels_of(result, "Rococo/ann_c.jpg") - np.asarray(large, dtype=float)).mean() < 4
    assert result.counts["families_of_several"] == 1 and result.counts["largest_family"] == 2


def test_plain_canvases_are_neither_copies_nor_a_family(tmp_path):
    for seed in range(12):
        save_picture(tmp_path / f"data/Minimalism/ann_{seed:02d}.png", make_plain((240, 240, 238), seed), "PNG")
    save_picture(tmp_path / "data/Minimalism/zoe_same.png", make_plain((240, 240, 238), 3), "PNG")
    result = run_filter(tmp_path)
    assert len(result.kept) == 12 and result.reasons == {"Minimalism/zoe_same.png": "exact_copy"}
    assert result.paintings["family"].tolist() == result.kept


def test_planted_faults_are_scored_for_the_demo_set_only(tmp_path):
    write_style_folders(tmp_path / "data", {"Cubism": 2})
    (tmp_path / "data/Cubism/ann_empty.jpg").touch()
    truth = tmp_path / "truth.csv"
    truth.write_text("dataset,painting,fault,partner,true_style\ndemo,Cubism/ann_empty.jpg,empty,,\n")
    assert run_filter(tmp_path, dataset="demo", truth=truth).counts["planted"] == {
        "empty": {"n_planted": 1, "right_share": 1.0}
    }
    assert "planted" not in run_filter(tmp_path, truth=truth).counts


def test_progress_and_every_reason_are_printed(tmp_path, capsys):
    write_style_folders(tmp_path / "data", {"Cubism": 20})
    (tmp_path / "data/Cubism/ann_empty.jpg").touch()
    (tmp_path / "data/Fauvism").mkdir()
    run_filter(tmp_path)
    lines = capsys.readouterr().out.splitlines()
    assert sum("files, dropped" in line for line in lines) == 10
    assert "filter: dropped 1 for empty" in lines
    assert "filter: note: the folder Fauvism holds no picture and is no class" in lines
    assert lines[-1] == "filter: kept 20 of 21 files"


@pytest.mark.parametrize(
    ("section", "values", "words"),
    [
        ("copies", {"max_distance": 3}, "filter.copies has no parameter 'max_distance'"),
        ("family", {"max_residual": -1}, "filter.family.max_residual"),
        ("reading", {"longest_side_px": 0}, "filter.reading.longest_side_px"),
        ("genres", {"keep_genre": True}, "keep_genre"),
    ],
)
def test_a_wrong_parameter_is_named_before_anything_is_read(tmp_path, monkeypatch, section, values, words):
    write_style_folders(tmp_path / "data", {"Cubism": 2})
    monkeypatch.setattr("artstyle.filtering.gather_pictures", None)
    with pytest.raises(UserError, match=words):
        run_filter(tmp_path, **{section: values})


def test_a_data_set_without_one_usable_picture_is_one_line(tmp_path):
    save_picture(tmp_path / "data/Cubism/ann_small.jpg", make_picture(1, 16, 16))
    with pytest.raises(UserError, match=r"none of 1 files .*Cubism/ann_small.jpg \(too_small\)"):
        run_filter(tmp_path)
    assert not (tmp_path / "out/pictures.npy").exists()


def test_a_missing_data_set_ends_the_command_with_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text(
        f"dataset: wikiart\nunlabelled: none\nfilter: {PARAMETERS}\n".replace("False", "false")
    )
    words = [f"--{name}" for name in ("pictures", "genres", "truth", "pack", "paintings", "dropped", "metrics")]
    with pytest.raises(SystemExit) as end:
        run_stage(stage.main, stage.PARAMETERS, [part for word in words for part in (word, "data/wikiart")])
    assert end.value.code == 1
    assert capsys.readouterr().err == "filter: error: data/wikiart: no pictures; get them by `make wikiart`\n"

import pandas as pd

from artstyle.stage_count_plots import draw_stage_counts

MERGED = pd.DataFrame({"class": ["a", "b"] * 2, "part": ["sampled"] * 2 + ["repeated"] * 2, "n": [7, 3, 0, 0]})
SPLIT = pd.DataFrame({"class": ["a", "b"] * 2, "part": ["train"] * 2 + ["test"] * 2, "n": [5, 2, 2, 1]})


def test_all_stages_stand_in_one_picture_in_the_models_order(tmp_path):
    for name in ("one", "two"):
        draw_stage_counts(tmp_path / f"{name}.svg", {"a_1": 4, "a_2": 5, "b": 3}, MERGED, SPLIT, ["b", "a"])
    text = (tmp_path / "one.svg").read_text(encoding="utf-8")
    assert text == (tmp_path / "two.svg").read_text(encoding="utf-8")
    for words in ("filter: pictures kept", "merge_sample: works", "split: works", "a 1", "train", "test"):
        assert f"<!-- {words}" in text, words
    assert "<!-- repeated" not in text  # of no work
    assert text.index("<!-- b -->", text.index("<!-- merge_sample")) != -1


def test_hundreds_of_classes_are_cut_to_the_largest(tmp_path):
    names = [f"artist {i}" for i in range(200)]
    counts = pd.DataFrame({"class": names, "part": "train", "n": range(200)})
    draw_stage_counts(tmp_path / "many.svg", {"a": 4}, counts, counts, names)
    text = (tmp_path / "many.svg").read_text(encoding="utf-8")
    assert "artist 199" in text and "artist 5 " not in text

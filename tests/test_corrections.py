import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from artstyle.corrections import correct_works, read_corrections
from artstyle.errors import UserError

PAINTINGS = pd.Series(["a", "b", "c", "d", 'odd, "name"'])
CLASSES = ["cubism", "impressionism"]


def write(folder, *rows):
    path = folder / "mine.csv"
    path.write_text("\n".join(["painting,action,label", *rows]) + "\n", encoding="utf-8")
    return path


def make_works(**columns):
    table = {
        "painting": ["a", "b", "c", 'odd, "name"'],
        "label": ["cubism", "impressionism", "impressionism", "cubism"],
        "style": ["cubism", "pointillism", "impressionism", "cubism"],
        "artist": ["p", "q", "r", "p"],
        "genre": ["g", "h", "g", ""],
        "conflict": [0, 1, 1, 0],
    }
    return pd.DataFrame({**table, **columns})


def test_decisions_are_read_and_applied(tmp_path):
    path = write(tmp_path, "a,relabel,impressionism", "b,keep,impressionism", '"odd, ""name""",drop,', "d,drop,")
    corrections = read_corrections(path, PAINTINGS, CLASSES)
    works, counts = correct_works(make_works(), corrections, "style")
    assert works["painting"].tolist() == ["a", "b", "c"]
    assert works["label"].tolist() == ["impressionism"] * 3
    assert works["style"].tolist() == ["impressionism", "pointillism", "impressionism"]
    assert works["conflict"].tolist() == [0, 0, 1]
    assert counts == {"kept": 1, "relabelled": 1, "dropped": 1, "without_effect": 1}


def test_a_kept_label_holds_whatever_the_work_has_without_it(tmp_path):
    corrections = read_corrections(write(tmp_path, "a,keep,impressionism"), PAINTINGS, CLASSES)  # kept after a relabel
    works, counts = correct_works(make_works(), corrections, "style")
    assert works.iloc[0][["label", "style"]].tolist() == ["impressionism", "impressionism"]
    assert (counts["kept"], counts["relabelled"]) == (1, 0)


def test_a_kept_label_leaves_the_style_behind_it_as_it_is(tmp_path):
    corrections = read_corrections(write(tmp_path, "b,keep,impressionism"), PAINTINGS, CLASSES)
    works, _ = correct_works(make_works(), corrections, "style")
    assert works.iloc[1][["label", "style", "conflict"]].tolist() == ["impressionism", "pointillism", 0]


def run_join(*arguments):
    script = Path(__file__).parents[1] / "src" / "join_corrections.py"
    return subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True, check=False)


def test_a_second_round_is_joined_and_counts_where_both_decide(tmp_path):
    path = write(tmp_path, "a,relabel,impressionism", "b,drop,", '"odd, ""name""",drop,')
    (tmp_path / "newer.csv").write_text("painting,action,label\nd,keep,cubism\na,keep,impressionism\n")
    done = run_join(path, tmp_path / "newer.csv")
    assert (done.returncode, done.stdout) == (0, f"{path}: 4 decisions, 1 new, 1 decided again\n"), done.stderr
    assert path.read_text().splitlines() == [
        "painting,action,label", "a,keep,impressionism", "b,drop,", '"odd, ""name""",drop,', "d,keep,cubism"
    ]  # fmt: skip


def test_a_round_that_decides_twice_is_refused_and_nothing_is_written(tmp_path):
    path = write(tmp_path, "a,drop,")
    (tmp_path / "newer.csv").write_text("painting,action,label\nd,drop,\nd,keep,cubism\n")
    done = run_join(path, tmp_path / "newer.csv")
    assert done.returncode == 1 and done.stderr.endswith("newer.csv: row 3: painting 'd' stands there twice\n")
    assert path.read_text() == "painting,action,label\na,drop,\n"


def test_no_decisions_change_nothing(tmp_path):
    works, counts = correct_works(make_works(), read_corrections(write(tmp_path), PAINTINGS, CLASSES), "style")
    pd.testing.assert_frame_equal(works, make_works())
    assert set(counts.values()) == {0}


def test_a_class_without_a_style_of_its_own_name_lends_its_most_frequent_one(tmp_path):
    works = make_works(label=["cubism", "dots", "dots", "dots"], style=["cubism", "x", "y", "y"])
    corrections = read_corrections(write(tmp_path, "a,relabel,dots"), PAINTINGS, ["cubism", "dots"])
    corrected, _ = correct_works(works, corrections, "style")
    assert corrected.iloc[0][["label", "style"]].tolist() == ["dots", "y"]


def test_another_target_corrects_its_own_column(tmp_path):
    works = make_works(label=["g", "h", "g", "h"])
    corrected, _ = correct_works(
        works, read_corrections(write(tmp_path, "a,relabel,h"), PAINTINGS, ["g", "h"]), "genre"
    )
    assert corrected.iloc[0][["label", "genre", "style"]].tolist() == ["h", "h", "cubism"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["a,keep,cubism", "x,drop,"], "row 3: painting 'x' is not among"),
        (["a,keep,"], "row 2: keep needs a label: the one that was kept"),
        (["a,keep,dadaism"], "row 2: label 'dadaism' is no class"),
        (["a,relabel,baroque"], "row 2: label 'baroque' is no class; classes: cubism, impressionism"),
        (["a,relabel,"], "row 2: relabel needs a label"),
        ([",drop,"], "row 2: no painting"),
        (["a,remove,"], "row 2: action 'remove'; allowed: keep, relabel, drop"),
        (["a,keep,cubism", "a,drop,"], "row 3: painting 'a' stands there twice"),
    ],
)
def test_mistakes_name_file_row_and_value(tmp_path, rows, message):
    with pytest.raises(UserError, match=rf"mine\.csv: {message}"):
        read_corrections(write(tmp_path, *rows), PAINTINGS, CLASSES)


def test_a_missing_file_or_column_is_named(tmp_path):
    with pytest.raises(UserError, match=r"absent\.csv: no such file"):
        read_corrections(tmp_path / "absent.csv", PAINTINGS, CLASSES)
    (tmp_path / "short.csv").write_text("painting,action\na,drop\n")
    with pytest.raises(UserError, match="column 'label' is missing"):
        read_corrections(tmp_path / "short.csv", PAINTINGS, CLASSES)


def test_names_are_compared_in_one_unicode_form(tmp_path):
    composed, taken_apart = "Cubism/ren\u00e9_x.jpg", "Cubism/rene\u0301_x.jpg"
    path = write(tmp_path, f"{taken_apart},drop,")
    assert read_corrections(path, pd.Series([composed]), CLASSES)["painting"].tolist() == [composed]
    (tmp_path / "newer.csv").write_text(f"painting,action,label\n{composed},keep,cubism\n", encoding="utf-8")
    assert run_join(path, tmp_path / "newer.csv").returncode == 0
    assert path.read_text(encoding="utf-8") == f"painting,action,label\n{composed},keep,cubism\n"


@pytest.mark.parametrize(
    ("newer", "words"),
    [
        ("painting,action,label,note\nd,drop,,blurred\n", "column 'note'; corrections have painting, action, label"),
        ("painting,action,label\nd,drop,,blurred\n", "not a CSV table"),
        ("painting,action,label\n,,\n", "row 2: no painting"),
        ("painting,action,label\nd,remove,\n", "row 2: action 'remove'"),
    ],
)
def test_a_round_that_would_lose_something_is_refused_and_nothing_is_written(tmp_path, newer, words):
    path = write(tmp_path, "a,drop,")
    (tmp_path / "newer.csv").write_text(newer)
    done = run_join(path, tmp_path / "newer.csv")
    assert done.returncode == 1 and words in done.stderr and done.stderr.count("\n") == 1
    assert path.read_text() == "painting,action,label\na,drop,\n"


def test_commas_that_a_spreadsheet_leaves_at_the_ends_of_lines_move_no_cell(tmp_path):
    path = write(tmp_path, "a,drop,,", "b,keep,cubism,")
    assert read_corrections(path, PAINTINGS, CLASSES).to_numpy().tolist() == [
        ["a", "drop", ""],
        ["b", "keep", "cubism"],
    ]


def test_a_link_to_the_corrections_keeps_leading_there(tmp_path):
    path = write(tmp_path, "a,drop,")
    link = tmp_path / "link.csv"
    link.symlink_to(path)
    (tmp_path / "newer.csv").write_text("painting,action,label\nb,drop,\n")
    assert run_join(link, tmp_path / "newer.csv").returncode == 0
    assert link.is_symlink() and path.read_text() == "painting,action,label\na,drop,\nb,drop,\n"

import numpy as np
import pandas as pd
import pytest

from artstyle.errors import UserError
from artstyle.gathering import PAINTING_COLUMNS, Gathered
from artstyle.manifest import MANIFEST_COLUMNS, check_genres, make_manifest, mark_copies, mark_genres
from small_pictures import make_picture

STRICT = {"max_distance_bits": 6, "max_residual": 0.2, "max_difference": 10, "min_contrast": 5}
LOOSE = {"max_distance_bits": 10, "max_residual": 0.9, "max_difference": 60, "min_contrast": 5}


def gather(seeds_and_looks):
    rows, looks, thumbnails = [], [], []
    for number, (seed, look) in enumerate(seeds_and_looks):
        rows.append((f"S/a_{number}.jpg", "s", "a", str(number), 8, 8, 8, 8, bytes([seed]), (), number, 1))
        looks.append(look)
        thumbnails.append(np.asarray(make_picture(seed, 32, 32)))
    paintings = pd.DataFrame(rows, columns=PAINTING_COLUMNS)
    return Gathered(paintings, np.array(looks, dtype=np.uint64), np.stack(thumbnails), [])


def test_related_works_share_a_family_also_through_a_dropped_copy():
    gathered = gather([(1, 0), (1, 0), (2, 0xFF00), (3, 0xFFFFFF000000)])
    close = gathered.thumbnails[0].astype(float) * 0.6 + gathered.thumbnails[2] * 0.4
    gathered.thumbnails[2] = close.astype(np.uint8)
    marked, drops = mark_copies(gathered, STRICT, STRICT, LOOSE)
    assert [(drop.painting, drop.reason) for drop in drops] == [("S/a_1.jpg", "exact_copy")]
    marked, _ = mark_genres(marked, {}, keep_genre=False)
    manifest = make_manifest(marked, [0, 5, 6])
    assert list(manifest.columns) == MANIFEST_COLUMNS
    assert manifest["family"].tolist() == ["S/a_0.jpg", "S/a_0.jpg", "S/a_3.jpg"]
    assert manifest["offset"].tolist() == [0, 5, 6]


def test_a_family_joins_what_only_a_dropped_copy_resembles():
    gathered = gather([(1, 0b1111), (2, 0), (3, 0b1100000)])
    gathered.thumbnails[1] = gathered.thumbnails[0]
    related = gathered.thumbnails[0] * 0.6 + gathered.thumbnails[2] * 0.4
    gathered.thumbnails[2] = related.astype(np.uint8)
    gathered.paintings.loc[0, ["width_px", "height_px"]] = 99
    marked, drops = mark_copies(gathered, STRICT, STRICT, LOOSE | {"max_distance_bits": 2})
    assert [(drop.painting, drop.reason) for drop in drops] == [("S/a_1.jpg", "near_copy")]
    assert len(set(marked["family"])) == 1


def marked_rows():
    columns = {"painting": ["S/a", "S/b", "T/b", "T/c"], "kept": [True, True, False, True], "keeper": [0, 1, 1, 3]}
    return pd.DataFrame(columns)


def test_a_kept_work_takes_the_genre_of_its_copy():
    marked, drops = mark_genres(marked_rows(), {"T/b": "portrait"}, keep_genre=False)
    assert marked.loc[marked["kept"], "genre"].tolist() == ["", "portrait", ""]
    assert drops == []


def test_works_without_a_genre_are_dropped_only_if_asked():
    marked, drops = mark_genres(marked_rows(), {"S/b": "nude", "T/b": "portrait"}, keep_genre=True)
    assert marked.loc[marked["kept"], ["painting", "genre"]].to_numpy().tolist() == [["S/b", "nude"]]
    assert [(drop.painting, drop.reason) for drop in drops] == [("S/a", "no_genre"), ("T/c", "no_genre")]


def test_asking_for_genres_without_a_list_is_an_error():
    with pytest.raises(UserError, match="keep_genre"):
        check_genres(keep_genre=True, has_list=False)
    with pytest.raises(UserError, match="keep_genre"):
        check_genres(keep_genre="yes", has_list=True)

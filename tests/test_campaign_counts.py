import gzip

import pandas as pd
import pytest

from artstyle.campaign_counts import add_counts, count_run, find_counts, hash_test_works, read_counts, write_counts
from artstyle.campaigns import list_runs
from artstyle.errors import UserError
from artstyle.predictions import read_predictions
from test_campaigns import CAMPAIGN

RUNS = list_runs("small", CAMPAIGN, "demo")
# Artist `None` is text; only the exported model's test works count.
TABLE = """painting,artist,label,split,phase,a,b
1,ann,a,test,final,0.9,0.1
2,ann,a,test,final,0.7,0.3
3,ann,a,test,final,0.2,0.8
4,None,b,test,final,0.2,0.8
5,None,b,test,phase1,0.8,0.2
6,None,b,validation,final,0.8,0.2
"""


def read(tmp_path, text=TABLE):
    (tmp_path / "predictions.csv").write_text(text)
    return read_predictions(tmp_path / "predictions.csv")


def test_counts_by_hand(tmp_path):
    counts = count_run(read(tmp_path), RUNS[0])
    assert counts[["artist", "given", "predicted", "n"]].values.tolist() == [
        ["None", "b", "b", 1], ["ann", "a", "a", 2], ["ann", "a", "b", 1]
    ]  # fmt: skip
    assert counts[["variant", "skew", "seed"]].drop_duplicates().values.tolist() == [["plain", "natural", 1]]


def test_the_same_counts_give_the_same_bytes_and_come_back(tmp_path):
    counts = count_run(read(tmp_path), RUNS[0])
    write_counts(tmp_path / "a.csv.gz", counts)
    write_counts(tmp_path / "b.csv.gz", counts.iloc[::-1])
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()
    back = read_counts(tmp_path / "a.csv.gz")
    assert sorted(back.values.tolist()) == sorted(counts.values.tolist())


def test_a_run_takes_the_place_of_its_older_counts(tmp_path):
    first, second = (count_run(read(tmp_path), run) for run in RUNS[:2])
    counts = add_counts(add_counts(read_counts(tmp_path / "none.csv.gz"), first), second)
    assert len(counts) == 6 and len(add_counts(counts, first.iloc[:1])) == 4


def test_the_hash_stands_for_the_test_works_and_labels_only(tmp_path):
    first = hash_test_works(read(tmp_path))
    lines = TABLE.splitlines(keepends=True)
    assert hash_test_works(read(tmp_path, "".join([lines[0], *reversed(lines[1:])]))) == first
    assert hash_test_works(read(tmp_path, TABLE.replace("0.9,0.1", "0.1,0.9"))) == first
    assert hash_test_works(read(tmp_path, TABLE.replace("1,ann,a,", "1,ann,b,"))) != first
    assert hash_test_works(read(tmp_path, TABLE.replace("\n1,ann", "\n7,ann"))) != first


def test_a_damaged_file_is_named(tmp_path):
    path = find_counts(tmp_path / "variants.csv")
    assert path.name == "variants_counts.csv.gz"
    path.write_bytes(b"not packed")
    with pytest.raises(UserError, match=r"variants_counts\.csv\.gz: cannot be read"):
        read_counts(path)
    packed = gzip.compress(b"a,b\n1,2\n" * 100, mtime=0)
    for place in range(10, len(packed)):  # behind the head, which holds what does not matter
        path.write_bytes(packed[:place] + bytes([packed[place] ^ 0xFF]) + packed[place + 1 :])
        with pytest.raises(UserError, match=r"variants_counts\.csv\.gz: "):
            read_counts(path)
    path.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    with pytest.raises(UserError, match="columns must be variant, skew"):
        read_counts(path)
    assert isinstance(read_counts(tmp_path / "none"), pd.DataFrame)

import multiprocessing
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool

import numpy as np
import pytest

from artstyle import reading
from artstyle.errors import UserError
from artstyle.names import list_pictures
from artstyle.pictures import read_picture
from artstyle.reading import read_pictures
from small_pictures import make_picture, save_picture

READING = {"longest_side_px": 64, "min_side_px": 8, "max_megapixels": 1}


def test_several_processes_give_the_same_in_the_same_order_as_one(tmp_path, monkeypatch):
    for seed in range(9):
        save_picture(tmp_path / f"Cubism/ann_{seed}.jpg", make_picture(seed))
    (tmp_path / "Cubism/ann_4.jpg").write_text("broken")
    files, _, _ = list_pictures(tmp_path)
    monkeypatch.setattr(reading, "CHUNK", 2)
    monkeypatch.setattr(reading, "CHUNKS_PER_WORKER", 1)
    monkeypatch.setattr(reading, "_count_cores", lambda: 2)
    results = list(read_pictures(files, **READING))
    assert len(results) == 9 and results[4].reason == "not_a_picture"
    for file, result in zip(files, results, strict=True):
        alone = read_picture(file.path, **READING)
        assert type(alone) is type(result)
        if result is not results[4]:
            assert np.array_equal(alone.pixels, result.pixels) and alone.digest == result.digest


def test_only_a_bounded_number_of_chunks_is_in_flight(tmp_path, monkeypatch):
    for seed in range(12):
        save_picture(tmp_path / f"Cubism/ann_{seed:02d}.jpg", make_picture(seed))
    files, _, _ = list_pictures(tmp_path)
    submitted = []

    class Executor:
        def __init__(self, *_):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def shutdown(self, **_):
            return None

        def submit(self, _, paths):
            submitted.append(paths)
            future = Future()
            future.set_result([read_picture(path, **READING) for path in paths])
            return future

    monkeypatch.setattr(reading, "ProcessPoolExecutor", Executor)
    monkeypatch.setattr(reading, "CHUNK", 1)
    monkeypatch.setattr(reading, "CHUNKS_PER_WORKER", 2)
    monkeypatch.setattr(reading, "_count_cores", lambda: 2)
    results = read_pictures(files, **READING)
    next(results)
    assert len(submitted) == 5
    assert len(list(results)) == 11


def test_a_killed_worker_is_one_line_that_names_the_place(tmp_path):
    save_picture(tmp_path / "Cubism/ann_one.jpg", make_picture(1))
    files, _, _ = list_pictures(tmp_path)
    future = Future()
    future.set_exception(BrokenProcessPool())
    with pytest.raises(UserError, match=r"Cubism/ann_one\.jpg"):
        reading._await_chunk(files, future)


def test_a_worker_that_dies_while_others_are_still_to_be_sent_is_one_line_too(tmp_path, monkeypatch):
    for i in range(12):
        save_picture(tmp_path / f"Cubism/ann_{i:02}.jpg", make_picture(i))
    files, _, _ = list_pictures(tmp_path)
    monkeypatch.setattr(reading, "CHUNK", 1)
    monkeypatch.setattr(reading, "CHUNKS_PER_WORKER", 1)
    monkeypatch.setattr(reading, "_count_cores", lambda: 2)
    results = read_pictures(files, **READING)
    next(results)
    for worker in multiprocessing.active_children():
        worker.kill()
        worker.join()
    with pytest.raises(UserError, match=r"a reading process was killed .* near Cubism/ann_\d\d\.jpg"):
        list(results)

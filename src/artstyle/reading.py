"""Decode many files on all cores, in order, with a bounded number of pictures in memory."""

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager
from typing import Any

from artstyle.errors import UserError
from artstyle.names import PictureFile
from artstyle.pictures import Picture, Rejection, check_reading, read_picture

CHUNK = 32
# Enough to keep the workers busy while this process writes; each chunk holds at most 32 pictures of capped size.
CHUNKS_PER_WORKER = 3

_worker_state: dict[str, Any] = {}


def read_pictures(files: Sequence[PictureFile], **options: Any) -> Iterator[Picture | Rejection]:
    """Yield what `read_picture` returns for every file, in the order of `files`.

    A small number of files is read in this process; starting others would take longer.

    Args:
        options: keyword arguments of `check_reading`.

    Raises:
        UserError: a parameter is out of range, or a worker process was killed (most likely for want of memory).
    """
    check_reading(**options)
    n_workers = min(_count_cores(), -(-len(files) // CHUNK))
    if n_workers < 2:
        yield from (read_picture(file.path, **options) for file in files)
        return
    # Started afresh and not forked: a fork copies locks that other threads may hold.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(n_workers, context, _start_worker, (context.Lock(), options)) as executor:
        waiting: deque = deque()
        try:
            for start in range(0, len(files), CHUNK):
                chunk = files[start : start + CHUNK]
                waiting.append((chunk, _submit(executor, chunk)))
                if len(waiting) > CHUNKS_PER_WORKER * n_workers:
                    yield from _await_chunk(*waiting.popleft())
            while waiting:
                yield from _await_chunk(*waiting.popleft())
        finally:
            executor.shutdown(wait=True, cancel_futures=True)


def _submit(executor: ProcessPoolExecutor, chunk: Sequence[PictureFile]) -> Future:
    try:
        return executor.submit(_read_chunk, [file.path for file in chunk])
    except BrokenProcessPool:  # a process died while this one was at work on what came before
        raise _killed(chunk) from None


def _await_chunk(chunk: Sequence[PictureFile], future: Future) -> list[Picture | Rejection]:
    try:
        return future.result()
    except BrokenProcessPool:
        raise _killed(chunk) from None


def _killed(chunk: Sequence[PictureFile]) -> UserError:
    first, last = chunk[0].painting, chunk[-1].painting
    return UserError(f"a reading process was killed (out of memory?) near {first} ... {last}")


def _start_worker(large_lock: AbstractContextManager, options: dict[str, Any]) -> None:
    _worker_state.update(options, large_lock=large_lock)


def _read_chunk(paths: list[str]) -> list[Picture | Rejection]:
    return [read_picture(path, **_worker_state) for path in paths]


def _count_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

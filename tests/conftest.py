"""Order of the tests, the longest file first, so that two workers end at about the same time; less to collect."""

import gc

import artstyle  # noqa: F401  before a test loads a library that it holds to certain instructions

LONGEST = ("test_end_to_end.py", "test_phases.py", "test_training_phases.py", "test_evaluate.py")


def pytest_collection_modifyitems(items):
    """Move the tests of the longest files to the front, otherwise in the order found."""
    ranks = {name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path.name, len(ranks)))


def pytest_collection_finish():
    """Keep the garbage collector off all imported modules: Keras has it run for every network that is built."""
    gc.collect()
    gc.freeze()

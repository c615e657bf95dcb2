"""Order of the tests, the longest file first, so that two workers end at about the same time; one random start."""

import gc

import pytest

import artstyle  # noqa: F401  before Keras and others are loaded, which it holds to certain instructions

LONGEST = ("test_end_to_end.py", "test_phases.py", "test_training_phases.py", "test_evaluate.py")


def pytest_collection_modifyitems(items):
    """Move the tests of the longest files to the front, otherwise in the order found."""
    ranks = {name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path.name, len(ranks)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup():
    """Give every test, and the fixtures made for it, the same start: one in some dozens has weights that say naught."""
    import keras  # after artstyle

    keras.utils.set_random_seed(1)


def pytest_collection_finish():
    """Keep the garbage collector off all imported modules: Keras has it run for every network that is built."""
    gc.collect()
    gc.freeze()

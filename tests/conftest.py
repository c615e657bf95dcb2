"""Order of the tests: the file that takes longest comes first, so that two workers end at about the same time."""

LONGEST = ("test_end_to_end.py", "test_phases.py", "test_training_phases.py", "test_evaluate.py")


def pytest_collection_modifyitems(items):
    """Move the tests of the longest files to the front, otherwise in the order found."""
    ranks = {name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path.name, len(ranks)))

"""Art-style experiment: pure functions behind the stage scripts, one subject a module."""

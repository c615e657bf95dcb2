"""Art-style experiment: pure functions behind the stage scripts, one subject a module."""

import os

# TensorFlow tells about its build on every start; read when it is first imported, so it has to be set before.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

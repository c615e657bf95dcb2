"""Art-style experiment: pure functions behind the stage scripts, one subject a module."""

import os

from artstyle.machine import pin_instructions

# TensorFlow tells about its build on every start; read when it is first imported, so it has to be set before.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# TensorFlow turns its faster kernels on by itself only on newer processors; they gain half as much again on all.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
pin_instructions(os.environ)

"""Make libraries choose the same instructions on x86-64 processors (Linux), so that the same seed gives the same bytes.

Sums come out differently in the last digits when NumPy, OpenBLAS or oneDNN take wider registers (AVX-512) where a
processor has them, or share the work among more threads. Held to AVX2, which practically all have, hashes in dvc.lock
agree between machines. The libraries read these variables once, when they are loaded: a script imports artstyle
before any of them.
"""

import ctypes
import platform
from collections.abc import MutableMapping
from pathlib import Path

PINS = {
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "OPENBLAS_CORETYPE": "Haswell",
    "OPENBLAS_NUM_THREADS": "1",  # the stages' large products are TensorFlow's, which is told its threads
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
}
# Of the processor, on Linux; there is no such file elsewhere.
PROCESSORS = Path("/proc/cpuinfo")

# Options of glibc's mallopt: M_MMAP_MAX 0 (no block gets a mapping of its own), M_TRIM_THRESHOLD -1 (nothing is given
# back), M_TOP_PAD 64 MiB (the heap grows by so much more than was asked for).
KEEP_MEMORY = {-4: 0, -1: -1, -2: 64 * 1024**2}


def pin_instructions(environment: MutableMapping[str, str], processors: Path = PROCESSORS) -> None:
    """Set what is not set yet of `PINS` in the environment; nothing on processors that are not known to have AVX2.

    What is set stays: `ONEDNN_MAX_CPU_ISA=ALL` lets the network use whatever the processor has.
    """
    if _has_avx2(processors):
        for name, value in PINS.items():
            if name != "NPY_DISABLE_CPU_FEATURES" or "NPY_ENABLE_CPU_FEATURES" not in environment:  # NumPy refuses both
                environment.setdefault(name, value)


def _has_avx2(processors: Path) -> bool:
    if platform.machine() != "x86_64" or not processors.is_file():
        return False
    for line in processors.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("flags"):
            return {"avx2", "fma"} <= set(line.split())
    return False


def keep_freed_memory() -> bool:
    """Let this process keep freed memory for its next tensors; return whether it does (with glibc only).

    glibc maps blocks of more than 32 MiB anew for each request, and the system fills them with zeros every time. The
    activations of a step are larger, so that training spends a third of its time on that. Results do not depend on it.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return all([mallopt(option, value) for option, value in KEEP_MEMORY.items()])

"""Run a stage script: paths from the command line, numbers from params.yaml, one line for a user's mistake."""

import argparse
import inspect
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from artstyle.errors import UserError
from artstyle.machine import keep_freed_memory
from artstyle.parameters import check_number, load_parameters

# Not a DVC output: times differ from run to run and would make equal results look different.
TIMINGS = Path("logs/timings.jsonl")


def run_stage(main: Callable[..., None], parameters: Sequence[str], argv: Sequence[str] | None = None) -> None:
    """Call `main(path arguments..., **parameters)` for the command line `--name path ...`.

    Every positional argument of `main` is a path and becomes a required option of that name (`_` as `-`). The
    names in `parameters` are read from params.yaml in the working directory and handed over as keywords, but for
    `threads`, which TensorFlow is told. At the end one line tells the seconds and the peak memory, and the same goes
    to `logs/timings.jsonl`. A `UserError` ends the process with status 1 and one line on stderr.
    """
    started = time.monotonic()
    stage = Path(inspect.getfile(main)).stem
    paths = [p.name for p in inspect.signature(main).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    parser = argparse.ArgumentParser(prog=stage, description=inspect.getdoc(main), allow_abbrev=False)
    for name in paths:
        parser.add_argument(f"--{name.replace('_', '-')}", type=Path, required=True, metavar="PATH")
    arguments = parser.parse_args(argv)
    try:
        values = load_parameters(Path("params.yaml"), parameters)
        _use_threads(values)
        main(*(getattr(arguments, name) for name in paths), **values)
    except UserError as error:
        print(f"{stage}: error: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print(f"{stage}: interrupted; `dvc repro` starts this stage again", file=sys.stderr)
        sys.exit(130)
    _report(stage, time.monotonic() - started)


def _use_threads(values: dict[str, Any]) -> None:
    # TensorFlow reads it when it makes its first tensor, which no module does while it is imported.
    if "threads" in values:
        threads = check_number("threads", values.pop("threads"), 1, 256, whole=True)
        os.environ["TF_NUM_INTRAOP_THREADS"] = str(threads)
        keep_freed_memory()


def _report(stage: str, seconds: float) -> None:
    # ru_maxrss is KiB on Linux and bytes on macOS; children are the worker processes.
    scale = 1024**2 if sys.platform == "darwin" else 1024
    usage = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    peak_mib = round(max(usage) / scale)
    print(f"{stage}: done in {seconds:.1f} s, at most {peak_mib} MiB", flush=True)
    TIMINGS.parent.mkdir(exist_ok=True)
    with open(TIMINGS, "a", encoding="utf-8") as file:
        file.write(json.dumps({"stage": stage, "seconds": round(seconds, 2), "peak_mib": peak_mib}) + "\n")

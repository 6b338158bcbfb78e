"""Run a command to its end and say what it took, as Linux and macOS count it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click

_MEBIBYTE = 1024.0**2
_COUNTED_IN = 1024 if sys.platform == "linux" else 1  # bytes, of a process's greatest size
# A process begins with the size of the one that starts it, so that a small one does.
_STARTER = """
import json, resource, subprocess, sys, time
started = time.perf_counter()
ended = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
seconds = time.perf_counter() - started
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([ended.returncode, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took.

    Args:
        seconds: From start to exit.
        processor: Seconds that processors worked for it.
        memory: The most that it had in memory at once, in MiB.
    """

    seconds: float
    processor: float
    memory: float


def command_cost(command: Sequence[str], *, accept: Sequence[int] = (0,)) -> Cost:
    """Run a command with one thread, and return what it took.

    Args:
        command: With its arguments.
        accept: Exit codes that are no failure.

    Raises:
        ClickException: It ended otherwise.
    """
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed is compiled
    ended = subprocess.run(
        [sys.executable, "-S", "-c", _STARTER, *command],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    code, seconds, processor, size = json.loads(ended.stdout)
    if code not in accept:
        raise click.ClickException(f"{' '.join(command)} ended with {code}: {ended.stderr}")
    return Cost(seconds, processor, size * _COUNTED_IN / _MEBIBYTE)


def told(cost: Cost, before: Cost | None) -> str:
    """Return a cost in words, and how many times as much as the one before it that is."""
    figures = f"{cost.seconds:.1f} s ({cost.processor:.1f} s of processors), {cost.memory:.0f} MiB"
    if before is None:
        return figures
    times = cost.processor / before.processor
    return f"{figures}; {times:.1f} times the time, {cost.memory / before.memory:.1f} the memory"

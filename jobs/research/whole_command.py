"""Run a command to its end and say what it took, as Linux and macOS count it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import click

_MEBIBYTE = 1024.0**2
_COUNTED_IN = 1024 if sys.platform == "linux" else 1  # bytes, of a process's greatest size


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
    started = time.perf_counter()
    with subprocess.Popen(
        command,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        told = process.stderr.read() if process.stderr else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    if process.returncode not in accept:
        raise click.ClickException(f"{' '.join(command)} ended with {process.returncode}: {told}")
    memory = used.ru_maxrss * _COUNTED_IN / _MEBIBYTE
    return Cost(seconds, used.ru_utime + used.ru_stime, memory)

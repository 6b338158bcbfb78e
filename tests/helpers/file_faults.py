"""Let a disk be full from one point of a run on, or let a run be killed at that point.

The points are whatever Python does below a folder that changes it: a file is opened to be written,
a folder is made, something is renamed or removed. An audit hook sees them all; it can't be taken
away again, but does nothing unless told to.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir"}
_TO_WRITE = os.O_WRONLY | os.O_RDWR
_watched: list[tuple[str, Callable[[str], None]]] = []  # the one folder at most, and what to do


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if not _watched or (event != "open" and event not in _CHANGES):
        return
    if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & _TO_WRITE):
        return
    folder, happens = _watched[0]
    if isinstance(arguments[0], (str, os.PathLike)) and _below(os.fspath(arguments[0]), folder):
        happens(event)


def _below(path: str | bytes, folder: str) -> bool:
    return str(Path(os.fsdecode(path)).absolute()).startswith(folder)


@contextmanager
def _watching(folder: Path, happens: Callable[[str], None]) -> Iterator[None]:
    if not getattr(sys, "_file_faults", False):
        sys.addaudithook(_hook)
        sys._file_faults = True
    _watched.append((str(folder), happens))
    try:
        yield
    finally:
        _watched.clear()


@contextmanager
def counting(folder: Path) -> Iterator[list[None]]:
    """Give a list that grows by one at each point."""
    points: list[None] = []
    with _watching(folder, lambda _: points.append(None)):
        yield points


@contextmanager
def full_disk(folder: Path, point: int) -> Iterator[None]:
    """Let nothing below a folder be written from a point on; what is there may go."""
    seen = 0

    def happens(event: str) -> None:
        nonlocal seen
        seen += 1
        if seen > point and event in ("open", "os.mkdir"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with _watching(folder, happens):
        yield


def run_until_killed(arguments: Sequence[str], folder: Path, point: int) -> None:
    """Run a command of projector that kills itself at a point; to be called in a process apart."""
    from projector.cli import run

    seen = 0

    def happens(_: str) -> None:
        nonlocal seen
        seen += 1
        if seen > point:
            os.kill(os.getpid(), signal.SIGKILL)

    with _watching(folder, happens):
        run([*arguments])

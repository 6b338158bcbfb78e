"""Run a command and watch all the processes that it starts: their time, and memory of their own.

Linux only. Resident memory counts what processes share in each of them; what one more of them
costs is what is its own.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import click

# A worker of Ray, and what it may be but the messenger of, the server among them.
WORKER = r"ray::\w*Worker|\S+python\S*\0-P\0-m\0jobs.fork_server"
_TICK = 0.25  # seconds between two looks
_MIB = 1024.0  # /proc counts in KiB
_CLOCK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """What Linux says of a process.

    Args:
        parent: Its parent's number.
        title: Its command line.
        processor: Seconds that processors worked for it so far.
    """

    parent: int
    title: str
    processor: float


@dataclass(slots=True)
class TreeCost:
    """What a command and all that it started took.

    Args:
        seconds: From start to exit.
        processor: Seconds that processors worked for it: of each process until it was last seen.
        memory: The most that its processes had at once, in MiB, shared memory counted once.
        workers: What each worker had then for itself alone, in MiB, a process that forks workers
            and its forks apart from those that send them shards.
    """

    seconds: float = 0.0
    processor: float = 0.0
    memory: float = 0.0
    workers: list[float] = field(default_factory=list)


def tree_cost(command: Sequence[str], *, worker: str = WORKER) -> TreeCost:
    """Run a command with a thread for each process, and return what it took.

    Args:
        command: With its arguments.
        worker: What the command line of a worker's process begins with, as a pattern.

    Raises:
        ClickException: It ended otherwise than with 0.
    """
    return tree_costs([command], worker=worker)[0]


def tree_costs(commands: Sequence[Sequence[str]], *, worker: str = WORKER) -> list[TreeCost]:
    """Run commands at once, and return what each took; see `tree_cost`."""
    started = time.perf_counter()
    running = {number: _started(command) for number, command in enumerate(commands)}
    trees = {number: _Tree(process.pid, worker) for number, process in running.items()}
    while running:
        seen = dict(_processes())
        for number, process in list(running.items()):
            trees[number].look(seen)
            if process.poll() is not None:
                trees[number].cost.seconds = time.perf_counter() - started
                _check(process, running.pop(number))
        time.sleep(_TICK)
    return [trees[number].settled() for number in range(len(commands))]


def _started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _check(process: subprocess.Popen[bytes], same: subprocess.Popen[bytes]) -> None:
    assert process is same and process.stderr is not None
    with process.stderr as stream:
        told = stream.read().decode(errors="replace")
    if process.returncode != 0:
        raise click.ClickException(f"{process.args!r} ended with {process.returncode}: {told}")


class _Tree:
    """The processes that descend from one, as far as they were seen."""

    def __init__(self, root: int, worker: str) -> None:
        self.cost = TreeCost()
        self._members = {root}
        self._worker = worker
        self._processor: dict[int, float] = {}

    def look(self, seen: Mapping[int, ProcessFacts]) -> None:
        """Take what there is of it now."""
        self._members |= _descendants(self._members, seen)
        together, workers = 0.0, []
        for pid in self._members & seen.keys():
            self._processor[pid] = seen[pid].processor
            with suppress(OSError):  # it has just ended
                shared, alone = memory_of(pid)
                together += shared
                if re.match(self._worker, seen[pid].title):
                    workers.append(alone)
        if together > self.cost.memory:
            self.cost.memory, self.cost.workers = together, sorted(workers)

    def settled(self) -> TreeCost:
        """Return what it took in all."""
        self.cost.processor = sum(self._processor.values())
        return self.cost


def _descendants(members: set[int], seen: Mapping[int, ProcessFacts]) -> set[int]:
    """Return the children of members, their children, and so on."""
    children = {pid for pid, facts in seen.items() if facts.parent in members} - members
    return children | _descendants(members | children, seen) if children else children


def _processes() -> Iterator[tuple[int, ProcessFacts]]:
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):  # it has just ended
            # Behind the name, which may hold anything: state, parent, …, user and system ticks.
            fields = (path / "stat").read_text(errors="replace").rpartition(")")[2].split()
            title = (path / "cmdline").read_bytes().decode(errors="replace")
            processor = (int(fields[11]) + int(fields[12])) / _CLOCK
            yield int(path.name), ProcessFacts(int(fields[1]), title, processor)


def memory_of(pid: int) -> tuple[float, float]:
    """Return a process's memory in MiB: its share of what it has, and what is its own alone.

    Raises:
        OSError: It can't be read; the process has ended.
    """
    rows = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()[1:]
    sizes = {name: int(value.split()[0]) for name, value in (row.split(":", 1) for row in rows)}
    alone = sizes["Private_Clean"] + sizes["Private_Dirty"]
    return sizes["Pss"] / _MIB, alone / _MIB

"""Start a local Ray quietly, or connect to a cluster, and say what it offers."""

from __future__ import annotations

import importlib.util
import logging
import math
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import (
    Iterator,
    Sequence,
)
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.local_ray import OPTIONS, end_orphans, kept_local
from projector.errors import ConfigurationError, ProjectorError, missing_package
from projector.storage.atomic_folder import writing
from projector.storage.private_folder import private_folder

# Before `ray` is imported: it reads these then.
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing of hospitals' machines is reported to anybody
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
_PATIENCE = 5.0  # seconds
# Of the bytes that a socket's path can have, less our folders' names, and what Ray appends:
# /session_2026-11-28_10-00-00_000000_1234567/sockets/plasma_store.
_LONGEST_BASE = (103 if sys.platform == "darwin" else 107) - 26 - 64


@dataclass(frozen=True, slots=True)
class Resources:
    """What a machine of a cluster has."""

    cpus: float
    gpus: float

    def fits(self, cpus: float, gpus: float) -> int:
        """Return how many workers of this size find room."""
        rooms = [self.cpus / cpus, *([self.gpus / gpus] if gpus else [])]
        return int(min(rooms) + 1e-9)  # three thirds are one


@dataclass(frozen=True, slots=True)
class Pool:
    """How many workers there are, and what each gets.

    Args:
        workers: At most.
        cpus: Of each, as Ray counts them: a fraction where workers outnumber processors.
        threads: Of each, for its model.
        gpus: Of each: a fraction where workers share one.
    """

    workers: int
    cpus: float
    threads: int
    gpus: float


@contextmanager
def connected(address: str | None) -> Iterator[list[Resources]]:
    """Connect to a cluster, or start a local one that ends with the block.

    Raises:
        ProjectorError: The cluster can't be reached.
        ConfigurationError: Ray is not installed.
    """
    if importlib.util.find_spec("ray") is None:
        raise missing_package("ray", "jobs", "projector jobs run")
    if address is not None:
        _knock(address)
    for key, value in _QUIET.items():
        os.environ.setdefault(key, value)
    if address is not None and "RAY_AUTH_MODE" not in os.environ and _wants_token(address):
        os.environ["RAY_AUTH_MODE"] = "token"
    with ExitStack() as stack:
        if address is None:
            stack.enter_context(kept_local())
        yield from _nodes(address)


def _nodes(address: str | None) -> Iterator[list[Resources]]:
    """Start or connect, yield the nodes once, and end it."""
    import ray

    terminated = signal.getsignal(signal.SIGTERM)
    stack = ExitStack()
    options: dict[str, Any] = {}
    if address is None:
        options = {**OPTIONS, **stack.enter_context(_own_session())}
    try:
        # "local" and not None, which would mean whatever RAY_ADDRESS or another user started.
        ray.init(
            address or "local",
            log_to_driver=False,
            logging_level=logging.ERROR,
            **options,
        )
    except Exception as error:  # of its own kinds, and bare ones where a node is long in starting
        stack.close()
        told = str(error).strip() or type(error).__name__
        raise _unreachable(address, told.splitlines()[0]) from error
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, terminated)  # Ray has put its own in its place
    try:
        nodes: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]
        found = [node["Resources"] for node in nodes if node["Alive"]]
        if not found:
            raise ProjectorError(
                f"{address or 'the local cluster'}: no node of it is alive; look at `ray status` "
                "there, and run it again"
            )
        yield [Resources(node.get("CPU", 0.0), node.get("GPU", 0.0)) for node in found]
    finally:
        ray.shutdown()
        stack.close()


@contextmanager
def _own_session() -> Iterator[dict[str, Any]]:
    """Give the options of a local Ray that keeps its logs and sockets where only we look.

    They are gone at the end; those of a driver that was killed, and what still runs of its Ray, go
    when the next one starts. Where the path would be too long for a socket, they lie where Ray
    puts them.

    Raises:
        OutputError: The folder can't be made.
    """
    base = Path(os.environ.get("RAY_TMPDIR") or _user_folder())
    if len(os.fsencode(base)) > _LONGEST_BASE:
        yield {}
        return
    with ExitStack() as stack:
        with writing(base):
            folder = stack.enter_context(private_folder(base))
        end_orphans(base)
        yield {"_temp_dir": str(folder / "r")}  # in it, for Ray opens its own to everybody


def _user_folder() -> str:
    """Return where Ray puts its folder; on macOS others are too long for a socket's path."""
    return "/tmp" if sys.platform == "darwin" else tempfile.gettempdir()


def _wants_token(address: str) -> bool:
    """Tell whether a cluster only talks to those that show its token.

    `ray start` asks for the token as soon as its user has one (and any local Ray makes one), but
    `ray.init` shows it only when told; where it is told and the cluster doesn't ask, actors fail.
    """
    if address.startswith("ray://"):
        return False  # its server can't be asked
    checked = subprocess.run(
        [sys.executable, "-m", "ray.scripts.scripts", "health-check", "--address", address],
        env={**os.environ, "RAY_AUTH_MODE": "disabled"},
        capture_output=True,
        check=False,
    )
    return b"InvalidAuthToken" in checked.stdout + checked.stderr


def _knock(address: str) -> None:
    """Refuse an address that nobody answers at: Ray itself takes minutes to say so.

    Raises:
        ProjectorError: Nobody does.
    """
    host, colon, port = address.rpartition("://")[2].rpartition(":")
    if not colon or not port.isdigit():
        return  # "auto", or something that only Ray understands
    try:
        socket.create_connection((host, int(port)), timeout=_PATIENCE).close()
    except OSError as error:
        raise _unreachable(address, str(error)) from error


def _unreachable(address: str | None, reason: str) -> ProjectorError:
    if address is None:
        return ProjectorError(
            f"no Ray could be started on this machine ({reason}); expected one within its "
            "patience. If the machine is busy or short of memory, run the same command again when "
            "it is less so"
        )
    return ProjectorError(
        f"{address}: no Ray cluster could be reached ({reason}); expected an address "
        "like ray://head:10001 or head:6379 of a cluster of the same Ray version. If the cluster "
        "asks for a token, set RAY_AUTH_MODE=token"
    )


def share(
    nodes: Sequence[Resources],
    *,
    shards: int,
    workers: int | None,
    gpus_per_worker: float,
    threads_per_worker: int | None = None,
) -> Pool:
    """Divide a cluster among workers.

    Args:
        nodes: What there is.
        shards: How many shards there are to do: more workers than that are of no use.
        workers: How many are wanted; None: one a processor, or as many as the GPUs allow.
        gpus_per_worker: 0 for the CPU.
        threads_per_worker: How many are wanted; None: as many processors as there are for each.

    Raises:
        ConfigurationError: There is no GPU, or not enough of one.
    """
    all_cpus, most_gpus = sum(node.cpus for node in nodes), max(node.gpus for node in nodes)
    if gpus_per_worker > most_gpus:
        raise ConfigurationError(
            f"a worker is to have {gpus_per_worker:g} GPUs, and Ray finds at most {most_gpus:g} on "
            "a machine; give --gpus-per-worker 0 to run on the CPU"
        )
    if gpus_per_worker:
        most = sum(int(node.gpus / gpus_per_worker + 1e-9) for node in nodes)
        wanted = min(workers or most, most)
    else:
        wanted = workers or int(all_cpus / (threads_per_worker or 1))
    number = max(1, min(wanted, shards))
    most_threads = threads_per_worker or max(1, int(all_cpus))
    for threads in range(most_threads, 0, -1):
        if sum(node.fits(threads, gpus_per_worker) for node in nodes) >= number:
            return Pool(number, threads, threads_per_worker or threads, gpus_per_worker)
    # More workers than processors: Ray takes parts of one, small enough to fit everywhere.
    part = math.floor(min(node.cpus for node in nodes if node.cpus) / number * 1e4) / 1e4
    return Pool(number, max(part, 1e-4), threads_per_worker or 1, gpus_per_worker)

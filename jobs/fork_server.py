"""Have shards worked on by forks of one process that holds the model: its memory is theirs, too.

Most of what a worker has in memory never changes: torch's code and tables, modules, the model, its
tokenizer. Loaded once on a machine and forked, it is there once, however many workers there are,
and all but the first begin at once. Ray's own processes can't be forked, for they have threads; so
a worker, an actor of Ray, hands its shards to a fork of the server that the first of a run's
workers on a machine starts. When a fork dies, its actor dies with it, when an actor dies, its fork
does; the server ends when it has no forks any more.

Linux only, and a processor only: a device that is in use doesn't survive a fork.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import secrets
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import NoReturn

from jobs.portable_error import portable
from jobs.shard_file import ShardFacts
from jobs.worker import ShardWorker
from projector.models.memory import give_back_memory

_TICK = 0.02  # seconds until a server is looked for again
_IDLE = 1.0  # seconds without forks after which a server ends
_CREDENTIALS = "3i"  # of a socket's other end: process, user, group


def new_address() -> str:
    """Return where the servers of a run listen: a name that nobody guesses, and no file."""
    return f"\0projector-{secrets.token_hex(16)}"


class ForkedWorker:
    """Have a fork do what a `ShardWorker` does, in this machine's memory of the run's model.

    Args:
        path, threads: As `ShardWorker` takes them.
        address: Where the run's servers listen, the same for all its workers.
    """

    def __init__(self, path: str, threads: int, address: str) -> None:
        self._path = path
        self._threads = threads
        self._address = address
        self._fork: Connection | None = None

    def load(self) -> None:
        """Wait for the model, see `ShardWorker.load`."""
        self._fork = _connected(self._address, self._path)
        self._asked(self._threads)

    def run(self, shard: int, attempt: int, fatal: Mapping[int, str]) -> ShardFacts:
        """Have a shard worked on, see `ShardWorker.run`."""
        facts = self._asked((shard, attempt, dict(fatal)))
        assert facts is not None
        return facts

    def _asked(self, request: object) -> ShardFacts | None:
        """Return what the fork answers, or raise what it raised."""
        assert self._fork is not None
        try:
            self._fork.send(request)
            facts, error = self._fork.recv()
        except (EOFError, OSError):
            os._exit(1)  # the fork is dead: Ray tells the driver that a worker is
        if error is not None:
            raise error
        answer: ShardFacts | None = facts
        return answer


def _connected(address: str, path: str) -> Connection:
    """Return a connection to a new fork of this machine's server, started if there is none."""
    while True:
        with suppress(ConnectionRefusedError), socket.socket(socket.AF_UNIX) as client:
            client.connect(address)
            _check_user(client)
            return Connection(client.detach())
        with suppress(OSError), socket.socket(socket.AF_UNIX) as listening:
            listening.bind(address)  # which one worker alone can
            listening.listen()
            _start(listening, path)
        time.sleep(_TICK)


def _start(listening: socket.socket, path: str) -> None:
    """Start a server at a socket; whoever asks it while it loads will wait."""
    number = listening.fileno()
    subprocess.Popen(
        [sys.executable, "-P", "-m", "jobs.fork_server", str(number), path],
        pass_fds=[number],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


def _check_user(peer: socket.socket) -> None:
    """Refuse to talk to another user's process: what it sends could have any code run.

    Raises:
        PermissionError: It is another user's.
    """
    size = struct.calcsize(_CREDENTIALS)
    said = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    _, user, _ = struct.unpack(_CREDENTIALS, said)
    if user != os.getuid():
        raise PermissionError(f"user {user} is at a socket of ours")


def serve(listening: socket.socket, path: str) -> None:
    """Load a run's model and fork for each worker that asks, until there are no forks any more.

    Args:
        listening: Where workers ask.
        path: The run's folder.
    """
    worker = ShardWorker(path, threads=1)  # more, once started, would be missing in a fork
    failure = None
    try:
        worker.load()
        worker.get_ready()
    except Exception as error:  # whatever it is, each worker is to raise it
        failure = portable(error)
    give_back_memory()
    gc.collect()
    gc.freeze()  # else a collection in a fork would write to all objects
    listening.settimeout(_IDLE)
    fork = multiprocessing.get_context("fork")
    while True:
        try:
            peer, _ = listening.accept()
        except TimeoutError:
            if not multiprocessing.active_children():
                return
            continue
        with peer, suppress(PermissionError):
            _check_user(peer)
            fork.Process(target=_work, args=(listening, peer, worker, failure)).start()


def _work(
    listening: socket.socket, peer: socket.socket, worker: ShardWorker, failure: Exception | None
) -> NoReturn:
    """Work on the shards that an actor sends, in a fork, for as long as it lives."""
    import torch

    listening.close()
    actor = Connection(peer.detach())
    threading.Thread(target=_end_with, args=(actor.fileno(),), daemon=True).start()
    torch.set_num_threads(actor.recv())
    actor.send((None, failure))
    while True:
        shard, attempt, fatal = actor.recv()
        facts, error = None, None
        try:
            facts = worker.run(shard, attempt, fatal)
        except Exception as raised:
            error = portable(raised)
        actor.send((facts, error))


def _end_with(peer: int) -> NoReturn:
    """End this process as soon as nobody is at the other end of its connection."""
    hangup = select.poll()
    hangup.register(peer, select.POLLRDHUP)
    hangup.poll()
    os._exit(1)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the driver gets it too, and decides
    with socket.socket(fileno=int(sys.argv[1])) as listening:
        serve(listening, sys.argv[2])

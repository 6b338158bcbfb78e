"""Hold that forks work as the worker that they are forked from, and end when they should."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from job_runs import PATIENCE, wait_for

from jobs import fork_server
from jobs.folder import RunFolder
from jobs.fork_server import new_address
from jobs.plan import read_plan
from jobs.planning import Planning
from jobs.shard_file import read_outcomes
from projector.run.configure import configure
from schemas.collection import Collection
from schemas.seal import sealed_json

pytestmark = [
    pytest.mark.usefixtures("planning_here"),
    pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux alone"),
]


@pytest.fixture
def planned(tmp_path, monkeypatch) -> RunFolder:
    monkeypatch.chdir(tmp_path)
    for language in ("es", "en"):
        (tmp_path / language).mkdir()
        for name in ("a", "b"):
            (tmp_path / language / f"{name}.txt").write_text("paciente", encoding="utf-8")
    folder = RunFolder(tmp_path / "run")
    folder.prepare()
    run = configure("es", ["en"], model="tiny", on_error="skip")
    collection = Collection(run=run, jobs={"shard_size": 1})
    Planning(folder, collection, tmp_path, "cpu").result()
    return folder


ACTOR = """
import sys
from jobs.fork_server import ForkedWorker
from projector.errors import ProjectorError

def tell(call, *arguments):
    try:
        answer = call(*arguments)
        print("loaded" if answer is None else answer.documents, flush=True)
    except ProjectorError as error:
        print(f"{type(error).__name__}: {error}", flush=True)

worker = ForkedWorker(sys.argv[1], 1, "\\0" + sys.argv[2])
tell(worker.load)
for shard in sys.stdin:
    tell(worker.run, int(shard), 1, {})
"""


class Actor:
    """A worker in a process of its own, as an actor of Ray is, which tells what is answered."""

    def __init__(self, folder: RunFolder, address: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", ACTOR, str(folder.path), address[1:]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.loaded = self.process.stdout.readline()

    def give(self, shard: int) -> None:
        self.process.stdin.write(f"{shard}\n")
        self.process.stdin.flush()

    def run(self, shard: int) -> str:
        self.give(shard)
        return self.process.stdout.readline()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(BrokenPipeError):
                pipe.close()


@pytest.fixture
def hire(planned):
    """Start a worker; they all end with the test, and so does what they started."""
    address, actors = new_address(), []

    def hired() -> Actor:
        actors.append(Actor(planned, address))
        return actors[-1]

    yield hired
    for actor in actors:
        actor.end()
    wait_for(lambda: not processes(planned), seconds=60)


def processes(folder: RunFolder) -> list[int]:
    """Return a run's server and forks, oldest first."""
    line = ["pgrep", "-f", f"jobs.fork_server [0-9]+ {folder.path}$"]
    return [int(pid) for pid in subprocess.run(line, capture_output=True, text=True).stdout.split()]


def test_workers_of_a_machine_share_a_server_that_ends_with_the_last(planned, hire):
    first, second = hire(), hire()
    server, *forks = processes(planned)
    parents = {Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1] for pid in forks}
    assert len(forks) == 2 and parents == {str(server)}
    assert (first.run(0), second.run(1)) == ("1\n", "1\n")
    assert [[one.source for one in read_outcomes(planned.shard(shard))] for shard in (0, 1)] == [
        ["a"],
        ["b"],
    ]
    first.end()
    wait_for(lambda: len(processes(planned)) == 2)
    assert second.run(0) == "1\n"


def test_a_worker_dies_with_its_fork_and_another_is_forked(planned, hire):
    worker, other = hire(), hire()
    os.kill(processes(planned)[1], signal.SIGKILL)
    worker.give(0)
    assert worker.process.wait(PATIENCE) == 1
    replaced = hire()
    assert (replaced.run(0), other.run(1)) == ("1\n", "1\n")


def test_forks_outlive_their_server_and_a_new_worker_starts_another(planned, hire):
    worker = hire()
    server, fork = processes(planned)
    os.kill(server, signal.SIGKILL)
    new = hire()
    assert (worker.run(0), new.run(1)) == ("1\n", "1\n")
    assert fork in processes(planned) and len(processes(planned)) == 3


def test_what_a_fork_raises_its_worker_raises(planned, hire):
    worker = hire()
    assert worker.loaded == "loaded\n"
    (planned.plan / "shards.parquet").unlink()
    told = worker.run(0)
    assert told.startswith("CorpusError: ") and "shards.parquet: can't be read" in told


def test_a_model_that_cant_be_loaded_is_told_to_each_worker(planned, hire):
    plan = read_plan(planned)
    other = plan.model.model_copy(update={"fingerprint": "other"})
    told = sealed_json(plan.model_copy(update={"model": other}))
    (planned.plan / "plan.json").write_text(told, encoding="utf-8")
    for worker in (hire(), hire()):
        assert worker.loaded.startswith("ModelError: tiny: on ")
        assert "another model than the plan's" in worker.loaded


def test_nobody_talks_to_another_users_process(monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: -1)
    here, there = socket.socketpair()
    with here, there, pytest.raises(PermissionError, match="at a socket of ours"):
        fork_server._check_user(here)

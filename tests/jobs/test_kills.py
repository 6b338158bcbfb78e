"""Kill whatever can be killed: the next run's result must be as if nothing had happened."""

import os
import random
import signal
import sys
import textwrap
import time
from contextlib import suppress

import pytest
from job_runs import (
    PATIENCE,
    arguments,
    attempt,
    contents,
    done,
    finish,
    ray_processes,
    run,
    start,
    start_command,
    told_done,
    wait_for,
)

from projector.cli import run as projector

SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 10))]


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def workers() -> list[int]:
    return ray_processes("ray::ShardWorker|ray::ForkedWorker|jobs.fork_server")


@pytest.fixture(autouse=True)
def no_workers(ray_folder):
    """Let those of the run before be gone."""
    wait_for(lambda: not workers())


@pytest.mark.slow
@pytest.mark.promise("the same inputs give the same bytes", "other shards, workers, nodes")
def test_nothing_about_the_work_changes_the_result(collection, undisturbed, cluster, tmp_path):
    """Neither shards nor workers do; and it is what `projector project` writes."""
    inputs = [str(collection / language) for language in ("es", "en", "ro")]
    options = ["--model", "tiny", "--precision", "fp32", "--on-error", "skip", "--accept-losses"]
    assert projector(["project", *inputs, "-o", str(tmp_path / "out"), *options]) == 0
    assert contents(undisturbed / "result") == contents(tmp_path / "out")
    other = ("--shard-size", "9", "--workers", "1", "--address", cluster.address)
    run(collection, tmp_path / "run", *other)
    assert len(done(tmp_path / "run")) != len(done(undisturbed))
    assert contents(tmp_path / "run" / "result") == contents(tmp_path / "out")


@pytest.mark.promise("resumed to the same bytes", "SIGKILL of workers", trials=4)
@pytest.mark.parametrize("seed", SEEDS)
def test_worker_processes_are_killed(collection, undisturbed, cluster, tmp_path, seed):
    chance = random.Random(seed)
    process = start(collection, tmp_path / "run", "--workers", "2", "--address", cluster.address)
    for _ in range(4):
        wait_for(lambda: workers() or process.poll() is not None)
        time.sleep(chance.uniform(0.05, 0.8))
        for pid in workers()[: chance.randint(1, 2)]:
            kill(pid)
    finish(process)
    assert contents(tmp_path / "run" / "result") == contents(undisturbed / "result")


@pytest.mark.slow
@pytest.mark.promise("resumed to the same bytes", "SIGKILL of workers", trials=2)
def test_an_actor_is_killed(collection, undisturbed, cluster, tmp_path):
    script = textwrap.dedent("""
        import sys
        from jobs.driver import Driver
        from projector.cli import main

        settle, seen = Driver._settle, []

        def killing(self, finished):
            settle(self, finished)
            seen.append(finished)
            if len(seen) in (4, 7) and self._working:
                self._ray.kill(next(iter(self._working.values()))[0])

        Driver._settle = killing
        main()
    """)
    line = arguments(collection, tmp_path / "run", "--address", cluster.address)
    finish(start_command([sys.executable, "-c", script, *line]))
    logs = "".join(path.read_text() for path in (tmp_path / "run" / "logs").glob("0*.log"))
    assert "the worker failed" in logs
    assert contents(tmp_path / "run" / "result") == contents(undisturbed / "result")


@pytest.mark.promise("resumed to the same bytes", "SIGKILL of the driver", trials=3)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_driver_is_killed(collection, undisturbed, cluster, tmp_path, seed):
    """With a local Ray, which must go with its driver."""
    chance, out = random.Random(seed), tmp_path / "run"
    kept: list[str] = []
    for least in (0, chance.randint(1, 4), chance.randint(5, 12)):
        process = start(collection, out)
        wait_for(lambda least=least: len(done(out)) >= least)
        time.sleep(chance.uniform(0, 1.5))
        process.kill()
        process.communicate()
        assert set(kept) <= set(done(out))
        wait_for(lambda: not workers())
        kept = done(out)  # by now: those in work when their driver died were still committed
    said = run(collection, out, "--address", cluster.address)
    assert told_done(len(kept)) in said or "finished already" in said
    assert contents(out / "result") == contents(undisturbed / "result")


@pytest.mark.slow
@pytest.mark.promise("resumed to the same bytes", "SIGTERM")
def test_an_interrupted_run_ends_cleanly_and_goes_on(collection, undisturbed, cluster, tmp_path):
    out = tmp_path / "run"
    process = start(collection, out)
    wait_for(lambda: len(done(out)) > 1)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "finished shards are kept" in errors and "Traceback" not in errors
    assert not workers()
    assert not (out / "result").exists()
    kept = len(done(out))
    assert told_done(kept) in run(collection, out, "--address", cluster.address)
    assert contents(out / "result") == contents(undisturbed / "result")


@pytest.mark.slow
@pytest.mark.promise("resumed to the same bytes", "documents that kill their worker", trials=2)
def test_a_document_that_kills_its_worker_fails_alone(collection, cluster, tmp_path):
    script = textwrap.dedent("""
        import os, signal
        import jobs.worker
        from projector.cli import main

        class Deadly:
            def __init__(self, encoder):
                self._encoder = encoder

            def __getattr__(self, name):
                return getattr(self._encoder, name)

            def encode(self, texts):
                if any("Fiebre mortal" in text.text for text in texts):
                    os.kill(os.getpid(), signal.SIGKILL)
                if any("Memoria" in text.text for text in texts):
                    raise MemoryError
                return self._encoder.encode(texts)

        class Doomed(jobs.worker.ShardWorker):
            def load(self):
                super().load()
                self._encoder = Deadly(self._encoder)

        jobs.worker.ShardWorker = Doomed
        main()
    """)
    small = tmp_path / "small"
    for language in ("es", "en", "ro"):
        (small / language).mkdir(parents=True)
        for name in ("a", "b", "c", "d"):
            (small / language / f"{name}.txt").write_text(f"Tos {name}.", encoding="utf-8")
    for name, text in (("b", "Fiebre mortal."), ("c", "Memoria.")):
        (small / "es" / f"{name}.txt").write_text(text, encoding="utf-8")
    for name in ("a", "b", "c"):
        words = (small / "es" / f"{name}.txt").read_text(encoding="utf-8").split()[0].strip(".")
        line = f"T1\tSYMPTOM 0 {len(words)}\t{words}\n"
        (small / "es" / f"{name}.ann").write_text(line, encoding="utf-8")
    line = arguments(small, tmp_path / "run", "--address", cluster.address, "--workers", "1")
    line.remove("--accept-losses")
    done = attempt([sys.executable, "-c", script, *line])
    assert done.returncode == 3, done.stderr
    failed = (tmp_path / "run/result/failed.tsv").read_text(encoding="utf-8").splitlines()[1:]
    assert [line.split("\t")[:2] for line in failed] == [
        ["en", "b"], ["en", "c"], ["ro", "b"], ["ro", "c"],
    ]  # fmt: skip
    assert "died 3 times at it" in failed[0] and "not enough memory" in failed[1]
    assert "2 documents failed" not in done.stdout and "4 documents failed" in done.stdout


@pytest.mark.slow
@pytest.mark.promise("resumed to the same bytes", "SIGKILL of a node")
def test_a_node_is_killed(collection, undisturbed, cluster, tmp_path):
    cluster.add_second()
    process = start(collection, tmp_path / "run", "--workers", "3", "--address", cluster.address)
    wait_for(lambda: len(done(tmp_path / "run")) > 2)
    cluster.kill_second()
    finish(process)
    assert contents(tmp_path / "run" / "result") == contents(undisturbed / "result")

"""Run a collection: plan it, drive workers through its shards, merge what they committed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from jobs.cluster import Pool, Resources, connected, share
from jobs.drive import Driver
from jobs.folder import RunFolder, driving
from jobs.merge import finished_shards, merge_shards
from jobs.plan import CollectionPlan, Device, ensure_plan, read_shards
from jobs.shard_file import ShardFacts
from jobs.status import RunStatus, status_of
from projector.errors import CorpusError, OutputError, ProjectorError
from projector.run import RunSummary
from projector.run_read import is_run, read_run
from schemas.collection import Collection

# Workers that share a GPU overlap: while one aligns and decodes on the CPU, another encodes.
_SHARE_OF_GPU = 0.25
_ROUNDS = 3  # of looking whether all shards are done


@dataclass(frozen=True, slots=True)
class FinishedCollection:
    """What came of a collection's run.

    Args:
        folder: The run's.
        plan: What was to be done.
        summary: The result's counts.
        redone: How many shards were worked on this time.
    """

    folder: RunFolder
    plan: CollectionPlan
    summary: RunSummary
    redone: int


def run_collection(
    collection: Collection,
    output: Path,
    *,
    directory: Path,
    overwrite: bool = False,
    command: Sequence[str] = (),
    say: Callable[[str], None] | None = None,
    tick: Callable[[RunStatus], None] | None = None,
) -> FinishedCollection:
    """Run a collection, or go on with a run that was begun.

    Args:
        collection: What is projected and how the work is shared.
        output: The run's folder; every machine that takes part must see it under this path.
        directory: What relative paths in the collection are relative to.
        overwrite: Begin anew where a run is there already.
        command: The command line, for the log.
        say: Is told in words what happens.
        tick: Is told about every second how far the run is.

    Raises:
        ProjectorError: A corpus, the model or the cluster can't be had; the folder holds the run
            of another plan; too many documents failed; or something can't be written.
    """
    folder = RunFolder(output.absolute())
    folder.check()
    jobs = collection.jobs
    clock = _Clock()
    with ExitStack() as stack:
        stack.enter_context(driving(folder))
        if overwrite:
            folder.clear()
        folder.prepare()
        say = _logged(folder, say)
        # An existing cluster decides what it runs on; a local one is started when it is needed.
        nodes = None if jobs.address is None else stack.enter_context(connected(jobs.address))
        plan = ensure_plan(folder, collection, directory.absolute(), _device(collection, nodes))
        shards = read_shards(folder)
        clock.stop("plan")
        if is_run(folder.result):
            say("the run is finished already: nothing is left to do")
            manifest = read_run(folder.result).manifest
            return FinishedCollection(
                folder, plan, RunSummary(manifest.languages, manifest.counts), 0
            )
        for target, names in plan.unused.items():
            say(f"{len(names)} documents of {target} translate nothing; the first is {names[0]}")
        finished = finished_shards(folder, plan, shards)
        say(
            f"{plan.documents} documents, {plan.tasks} with their languages, in {plan.shards} "
            f"shards, of which {len(finished)} are done"
        )
        worked = 0
        # Again, should the worker of a killed driver, alive for some seconds more, have put the
        # shard of an earlier plan in the place of one of these.
        for _ in range(_ROUNDS):
            _check_failures(folder, finished, jobs.max_failures)
            todo = [shard.shard for shard in shards if shard.shard not in finished]
            if not todo:
                break
            if nodes is None:
                nodes = stack.enter_context(connected(None))
            gpus = _gpus(collection, plan)
            pool = share(
                nodes,
                shards=len(todo),
                workers=jobs.workers,
                gpus_per_worker=gpus,
                threads_per_worker=jobs.threads_per_worker,
            )
            say(_told(pool))
            _work(folder, plan, pool, todo, finished, jobs.max_failures, tick)
            worked += len(todo)
            finished = finished_shards(folder, plan, shards)
        clock.stop("project")
        _check_inputs(plan)
        say("all shards are done; merging them")
        summary = merge_shards(folder, plan, finished, stages=clock.seconds, command=command)
        say(f"the result is in {folder.result}")
        return FinishedCollection(folder, plan, summary, worked)


def _work(
    folder: RunFolder,
    plan: CollectionPlan,
    pool: Pool,
    todo: Sequence[int],
    finished: dict[int, ShardFacts],
    max_failures: int | None,
    tick: Callable[[RunStatus], None] | None,
) -> None:
    """Work on shards; each that is done joins `finished`."""

    def done(facts: ShardFacts) -> None:
        finished[facts.shard] = facts
        _check_failures(folder, finished, max_failures)

    def waiting() -> None:
        if tick:
            tick(status_of(folder, plan, finished))

    Driver(folder, plan, pool, done=done, waiting=waiting).run(todo)


def _check_failures(
    folder: RunFolder, finished: Mapping[int, ShardFacts], most: int | None
) -> None:
    failures = sum(facts.failed for facts in finished.values())
    if most is not None and failures > most:
        raise ProjectorError(
            f"{folder.path}: {failures} documents failed, and more than {most} are too many; the "
            "reasons are in its logs (`projector jobs logs`). Mend the documents, or raise "
            "--max-failures, and run it again"
        )


def _device(collection: Collection, nodes: Sequence[Resources] | None) -> Device | None:
    """Return where the model runs, None where planning finds out on this machine."""
    gpus = collection.jobs.gpus_per_worker
    if gpus is None:
        if nodes is None:
            return None
        gpus = max(node.gpus for node in nodes)
    return "cuda" if gpus else "cpu"


def _gpus(collection: Collection, plan: CollectionPlan) -> float:
    gpus = collection.jobs.gpus_per_worker
    if gpus is None:
        gpus = _SHARE_OF_GPU
    return gpus if plan.device == "cuda" else 0.0


def _told(pool: Pool) -> str:
    gpus = f" and {pool.gpus:g} GPUs" if pool.gpus else ""
    return f"{pool.workers} workers, each with {pool.threads} threads{gpus}"


def _check_inputs(plan: CollectionPlan) -> None:
    """Refuse a result that its inputs no longer stand for."""
    from projector.run_facts import stamp_input

    for one in plan.inputs:
        path = Path(plan.directory) / one.files.path
        try:
            changed = stamp_input(path) != one.stamp
        except CorpusError:
            changed = True
        if changed:
            raise OutputError(
                f"{path}: its files were changed while the run was at work on them; run it again: "
                "if the contents are the same, what is done counts"
            )


def _logged(folder: RunFolder, say: Callable[[str], None] | None) -> Callable[[str], None]:
    """Return what tells both the log and the caller."""

    def told(text: str) -> None:
        with folder.driver_log.open("a", encoding="utf-8") as log:
            log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")
        if say:
            say(text)

    return told


class _Clock:
    """Take the seconds of one stage after the other."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.monotonic()

    def stop(self, stage: str) -> None:
        """End a stage, begin the next."""
        now = time.monotonic()
        self.seconds[stage] = now - self._last
        self._last = now

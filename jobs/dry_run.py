"""Tell what a collection's run would do, how long it would take and need; write nothing.

As planning does, it reads and computes in a process of its own; Ray is not started.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.cluster import Pool, Resources, connected
from jobs.collection import chosen_device, pool_of, tell_plan
from jobs.folder import PLAN_FILE, RunFolder, refuse_driven
from jobs.merge import finished_shards
from jobs.pace import last_end
from jobs.plan import CollectionPlan, Device, read_plan
from jobs.planning import check_same_plan, holds, made_from_of, plan_of, shards_of
from jobs.planning_process import Child
from jobs.shard_work import read_shards
from projector.coding.load import check_configured
from projector.errors import ConfigurationError
from projector.run.dry_run import (
    Estimate,
    LanguageWork,
    Room,
    SkippedDocument,
    Trial,
    check_room,
    language_works,
    skipped_documents,
    tried,
    written_files,
)
from projector.run.planned_tasks import PlannedTask, planned_tasks
from projector.run.reader import is_run
from projector.run.reporter import SILENT, Reporter
from projector.storage.clock import Clock
from schemas.collection import Collection

if TYPE_CHECKING:
    from projector.run.plan import Plan, Task

_START = 6.0  # seconds until Ray and its workers' processes are there, models left out
_BESIDE = 400.0  # MiB of the driver and of Ray's own processes
_MERGING = 2.0  # shards are read and checked before they are written as one result


@dataclass(frozen=True, slots=True)
class CollectionDryRun:
    """What a collection's run would do, and need.

    Args:
        plan: What is to be done in all.
        languages: The same by language.
        skipped: The documents of which nothing would come.
        shards_done: How many shards are done already.
        finished: Whether the result is there already.
        pool: The workers that there would be.
        files: What would be written, within the result's folder; a folder of many ends in `/`.
        estimate: What the shards that are left would take; None where it can't be measured here.
    """

    plan: CollectionPlan
    languages: tuple[LanguageWork, ...]
    skipped: tuple[SkippedDocument, ...]
    shards_done: int
    finished: bool
    pool: Pool | None
    files: tuple[str, ...]
    estimate: Estimate | None

    @property
    def lossy(self) -> bool:
        """Tell whether it is known already that the run would end with losses."""
        return bool(self.skipped or self.plan.problems)


def dry_run_collection(
    collection: Collection,
    output: Path,
    *,
    directory: Path,
    overwrite: bool = False,
    reporter: Reporter = SILENT,
) -> CollectionDryRun:
    """Plan a collection's run, try some of its documents, and say what all would take.

    Args:
        collection, output, directory, overwrite: As `run_collection` takes them.
        reporter: Is told what happens.

    Raises:
        ProjectorError: Whatever the run itself would raise before its workers start.
    """
    folder = RunFolder(output.absolute())
    folder.check()
    if collection.coding is not None:
        check_configured(collection.coding, directory)
    refuse_driven(folder)
    room = check_room(folder.path)
    address = collection.jobs.address
    with ExitStack() as stack:
        nodes = None if address is None else stack.enter_context(connected(address))
        child = Child(_tried, folder, collection, directory.absolute(), nodes, overwrite, room)
        stack.callback(child.end)
        found = child.result()
    tell_plan(found.plan, collection, reporter)
    return found


def _tried(
    folder: RunFolder,
    collection: Collection,
    directory: Path,
    nodes: Sequence[Resources] | None,
    overwrite: bool,
    room: Room,
) -> CollectionDryRun:
    """Do what a dry run does, in a process of its own."""
    from projector.run.plan import plan_run

    os.chdir(directory)
    begun = (folder.plan / PLAN_FILE).is_file() and not overwrite
    earlier = read_plan(folder) if begun else None
    clock = Clock()
    made_from, shared = made_from_of(collection, directory, chosen_device(collection, nodes))
    plan = plan_run(collection.run, keep=0)
    if earlier is not None and holds(earlier, made_from):
        planned_run = earlier
    else:
        planned_run = plan_of(plan, collection, made_from, shared, None)
        check_same_plan(folder, planned_run, earlier)
    clock.stop("plan")
    planned = planned_tasks(plan, max_characters=collection.run.max_characters)
    done = set() if earlier is None else _done(folder, planned_run)
    shards = list(shards_of(plan, collection.jobs.shard_size))
    left = _left(planned, [tasks for number, tasks in enumerate(shards) if number not in done])
    pool = _pool(nodes, planned_run.device, collection, len(left)) if left else None
    finished = earlier is not None and is_run(folder.result)
    trial = None if finished else _trial(planned, left, plan, planned_run, pool, room)
    return CollectionDryRun(
        planned_run,
        language_works(planned, plan),
        skipped_documents(planned),
        len(done),
        finished,
        pool,
        () if trial is None else written_files(trial[0].size, planned),
        None if trial is None else _estimate(*trial, left, clock.seconds["plan"], pool, room),
    )


def _done(folder: RunFolder, plan: CollectionPlan) -> set[int]:
    return {*finished_shards(folder, plan, read_shards(folder, plan))}


def _left(
    planned: Sequence[PlannedTask], shards: Sequence[Sequence[Task]]
) -> list[list[PlannedTask]]:
    """Return the tasks of shards with what is known of each."""
    known = {(one.task.source, one.task.target): one for one in planned}
    return [[known[task.source, task.target] for task in tasks] for tasks in shards]


def _pool(
    nodes: Sequence[Resources] | None, device: Device, collection: Collection, shards: int
) -> Pool:
    """Return the workers that there would be; without a cluster, on this machine."""
    if nodes is None:
        gpus = 0.0
        if device == "cuda":
            import torch

            gpus = float(torch.cuda.device_count())
        nodes = [Resources(float(os.cpu_count() or 1), gpus)]
    return pool_of(nodes, device, collection.jobs, shards=shards)


def _trial(
    planned: Sequence[PlannedTask],
    left: Sequence[Sequence[PlannedTask]],
    plan: Plan,
    planned_run: CollectionPlan,
    pool: Pool | None,
    room: Room,
) -> tuple[Trial, float] | None:
    """Return what some of the documents that are left take, and the seconds to load the models.

    None where workers compute on a device that this machine hasn't.
    """
    import torch

    from projector.models.devices import resolve_device
    from projector.run.models import load_models, with_precision

    try:
        resolve_device(planned_run.device)
    except ConfigurationError:
        return None
    if pool is not None:
        torch.set_num_threads(pool.threads)
    clock = Clock()
    run = with_precision(planned_run.run, planned_run.precision)
    encoder, tagger = load_models(run, planned_run.device)
    clock.stop("load")
    waiting = {id(one) for shard in left for one in shard}
    some = [one for one in planned if id(one) in waiting] or planned
    trial = tried(some, planned, plan, run, encoder, tagger, block=room.block)
    return trial, clock.seconds["load"]


def _estimate(
    trial: Trial,
    loading: float,
    left: Sequence[Sequence[PlannedTask]],
    planning: float,
    pool: Pool | None,
    room: Room,
) -> Estimate:
    sample, size = trial.sample, trial.size
    workers = 1 if pool is None else pool.workers
    seconds = [sample.each * sum(one.work for one in shard) for shard in left]
    project = last_end([], seconds, workers=workers)
    start = _START + loading + sample.first if left else 0.0
    fixed = planning + start + _MERGING * size.seconds
    result = size.tables + size.reviewed
    return Estimate(
        seconds=fixed + project,
        least=fixed + project * max(0.0, 1 - sample.error),
        most=fixed + project * (1 + sample.error),
        project=project,
        sampled=sample.texts,
        texts=sample.of,
        measured=sample.seconds,
        memory=None if trial.memory is None else _BESIDE + workers * trial.memory,
        longest=sample.with_longest,
        disk=result + size.tables,  # shards hold about what the tables do
        disk_at_work=result + size.tables + size.spool,
        free=room.free,
    )

"""Run a collection: plan it, drive workers through its shards, merge what they committed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.cluster import Pool, Resources, connected, share
from jobs.code_result import CodedResult, code_result
from jobs.driver import Driver
from jobs.folder import RunFolder, driving
from jobs.merge import finished_shards, merge_shards
from jobs.plan import CollectionPlan, Device
from jobs.planning import Planning
from jobs.shard_file import ShardFacts
from jobs.shard_work import read_shards
from jobs.status import RunStatus, status_of
from projector.coding.load import check_configured
from projector.corpus.labels import unused_names
from projector.errors import (
    CorpusError,
    OutputError,
    ProjectorError,
    counted,
    summaries,
)
from projector.run.reader import is_run, read_run
from projector.run.reporter import SILENT, Progress, Reporter
from projector.run.summary import RunSummary
from projector.storage.clock import Clock
from projector.storage.run_files import check_whole
from projector.tagging.tagger_folder import describe_tagger
from schemas.coding import CodingConfiguration
from schemas.collection import Collection, JobOptions
from schemas.run import RunConfiguration, TaggingConfiguration

if TYPE_CHECKING:
    from projector.run.plan import Plan

# Workers that share a GPU overlap: while one aligns and decodes on the CPU, another encodes.
_SHARE_OF_GPU = 0.25
_ROUNDS = 3  # of looking whether all shards are done
_AT_ONCE = 2.0  # seconds: mistakes of the user's show in less, before Ray is started


@dataclass(frozen=True, slots=True)
class FinishedCollection:
    """What came of a collection's run.

    Args:
        folder: The run's.
        plan: What was to be done.
        summary: The result's counts.
        redone: How many shards were worked on this time; all of them in a first run.
        coded: What codes its mentions got, and what is said of them; None where none were asked
            for.
    """

    folder: RunFolder
    plan: CollectionPlan
    summary: RunSummary
    redone: int
    coded: CodedResult | None = None


def run_collection(
    collection: Collection,
    output: Path,
    *,
    directory: Path,
    overwrite: bool = False,
    command: Sequence[str] = (),
    reporter: Reporter = SILENT,
) -> FinishedCollection:
    """Run a collection, or go on with a run that was begun.

    Args:
        collection: What is projected and how the work is shared.
        output: The run's folder; every machine that takes part must see it under this path.
        directory: What relative paths in the collection are relative to.
        overwrite: Begin anew where a run is there already.
        command: The command line, for the log.
        reporter: Is told what happens, and about every second how far the run is.

    Raises:
        ProjectorError: A corpus, the model or the cluster can't be had; the folder holds the run
            of another plan, or a result that is not as it was written; too many documents failed;
            or something can't be written.
    """
    folder = RunFolder(output.absolute())
    folder.check()
    clock = Clock()
    coding = collection.coding
    if coding is not None:
        check_configured(coding, directory)
    with ExitStack() as stack:
        stack.enter_context(driving(folder))
        folder.prepare()
        reporter = _LoggingReporter(folder, reporter)
        plan, nodes = _planned(folder, collection, directory.absolute(), stack, overwrite=overwrite)
        clock.stop("plan")
        check_whole(folder.result)
        if is_run(folder.result):
            reporter.told("the run is finished already: nothing is left to do")
            return _coded(_finished(folder, plan), coding, directory, reporter)
        tell_plan(plan, collection, reporter)
        work = _Work(folder, plan, collection.jobs, reporter)
        if work.left and nodes is None:
            nodes = stack.enter_context(connected(None))
        worked = work.finish(nodes or ())
        clock.stop("project")
        _check_inputs(plan)
        reporter.told("all shards are done; merging them")
        summary = merge_shards(folder, plan, work.done, stages=clock.seconds, command=command)
        reporter.told(f"the result is in {folder.result}")
        done = FinishedCollection(folder, plan, summary, worked)
        return _coded(done, coding, directory, reporter)


def tell_plan(plan: CollectionPlan, collection: Collection, reporter: Reporter) -> None:
    """Tell what a user should know of a plan before the long work begins."""
    if plan.shared is not None and isinstance(collection.run, RunConfiguration):
        reporter.told(describe_tagger(collection.run, plan.shared))
    for line in summaries(plan.notices):
        reporter.told(f"note: {line}")
    for target, names in plan.unused.items():
        first = f"the first is {names[0]}"
        translate = f"document of {target} translates", f"documents of {target} translate"
        reporter.told(f"{counted(len(names), *translate)} nothing; {first}")
    if isinstance(collection.run, RunConfiguration):
        for remark in unused_names(collection.run.labels or {}, plan.labels):
            reporter.told(remark)


def _coded(
    done: FinishedCollection,
    coding: CodingConfiguration | None,
    directory: Path,
    reporter: Reporter,
) -> FinishedCollection:
    """Code the mentions of a finished run, where that is asked for."""
    if coding is None:
        return done
    coded = code_result(done.folder, coding, directory, reporter=reporter)
    return replace(done, coded=coded)


def _planned(
    folder: RunFolder,
    collection: Collection,
    directory: Path,
    stack: ExitStack,
    *,
    overwrite: bool,
) -> tuple[CollectionPlan, list[Resources] | None]:
    """Return the plan, and what the cluster offers if it is there already.

    An existing cluster comes first, for what it offers decides where the model runs. A local one
    starts while the plan is being made, unless that ends at once or there is nothing to do.
    """
    address = collection.jobs.address
    nodes = None if address is None else stack.enter_context(connected(address))
    device = chosen_device(collection, nodes)
    planning = Planning(folder, collection, directory, device, overwrite=overwrite)
    stack.callback(planning.end)
    if not (nodes is not None or is_run(folder.result) or planning.is_over(within=_AT_ONCE)):
        nodes = stack.enter_context(connected(None))
    return planning.result(), nodes


def _finished(folder: RunFolder, plan: CollectionPlan) -> FinishedCollection:
    manifest = read_run(folder.result).manifest
    summary = RunSummary(manifest.languages, manifest.counts, manifest.findings)
    return FinishedCollection(folder, plan, summary, 0)


class _Work:
    """The shards of a plan, and what is known of them.

    Args:
        folder: The run's.
        plan: The run's.
        jobs: How the work is shared.
        reporter: Is told what happens, and about every second how far the run is.
    """

    def __init__(
        self, folder: RunFolder, plan: CollectionPlan, jobs: JobOptions, reporter: Reporter
    ) -> None:
        self._folder = folder
        self._plan = plan
        self._jobs = jobs
        self._reporter = reporter
        self.shards = read_shards(folder, plan)
        self.done = self._finished()

    @property
    def left(self) -> list[int]:
        """Return the shards that are not done, in order."""
        return [one.shard for one in self.shards if one.shard not in self.done]

    def finish(self, nodes: Sequence[Resources]) -> int:
        """Drive workers until every shard is done; return how many they worked on.

        Args:
            nodes: What the cluster offers; of no matter when nothing is left.

        Raises:
            ProjectorError: Too many documents failed; or shards are gone again as soon as they
                are done.
        """
        self._reporter.told(
            f"{_told_work(self._plan)} in {counted(self._plan.shards, 'shard')}, "
            f"of which {counted(len(self.done), 'is', 'are')} done"
        )
        worked: set[int] = set()
        # Again, should the worker of a killed driver, alive for some seconds more, have put the
        # shard of an earlier plan in the place of one of these.
        for _ in range(_ROUNDS):
            self._check_failures()
            todo = self.left
            if not todo:
                return len(worked)
            pool = self._pool(nodes, len(todo))
            self._reporter.told(_told(pool))
            driver = Driver(
                self._folder, self._plan, pool, done=self._take, waiting=self._tell_status
            )
            driver.run(todo)
            worked |= set(todo)
            self.done = self._finished()
        if self.left:
            raise ProjectorError(
                f"{self._folder.shards}: {counted(len(self.left), 'shard is', 'shards are')} not "
                f"there though committed {_ROUNDS} times, {self.left[0]:05} among them; does "
                "something else write there, or remove files? Run it again when it has ended"
            )
        self._check_failures()
        return len(worked)

    def _finished(self) -> dict[int, ShardFacts]:
        return finished_shards(self._folder, self._plan, self.shards, damaged=self._tell_damaged)

    def _tell_damaged(self, shard: int, error: CorpusError) -> None:
        self._reporter.told(f"shard {shard:05} is damaged, it is done again: {error}")

    def _pool(self, nodes: Sequence[Resources], shards: int) -> Pool:
        return pool_of(nodes, self._plan.device, self._jobs, shards=shards)

    def _take(self, facts: ShardFacts) -> None:
        self.done[facts.shard] = facts
        self._check_failures()

    def _tell_status(self) -> None:
        self._reporter.progressed(self._status().progress)

    def _status(self) -> RunStatus:
        return status_of(self._folder, self._plan, self.shards, self.done)

    def _check_failures(self) -> None:
        most = self._jobs.max_failures
        failures = sum(facts.failed for facts in self.done.values())
        if most is not None and failures > most:
            raise ProjectorError(
                f"{self._folder.path}: {counted(failures, 'document')} failed, and more than "
                f"{most} are too many; the reasons are in its logs (`projector jobs logs RUN`). "
                "Mend the documents, or raise --max-failures, and run it again"
            )


def pool_of(nodes: Sequence[Resources], device: Device, jobs: JobOptions, *, shards: int) -> Pool:
    """Return how many workers there are for so many shards, and what each gets.

    Raises:
        ConfigurationError: There is no GPU, or not enough of one.
    """
    gpus = _SHARE_OF_GPU if jobs.gpus_per_worker is None else jobs.gpus_per_worker
    return share(
        nodes,
        shards=shards,
        workers=jobs.workers,
        gpus_per_worker=gpus if device == "cuda" else 0.0,
        threads_per_worker=jobs.threads_per_worker,
    )


def chosen_device(collection: Collection, nodes: Sequence[Resources] | None) -> Device | None:
    """Return where the model runs, None where planning finds out on this machine."""
    gpus = collection.jobs.gpus_per_worker
    if gpus is None:
        if nodes is None:
            return None
        gpus = max(node.gpus for node in nodes)
    return "cuda" if gpus else "cpu"


def _told_work(plan: CollectionPlan) -> str:
    if isinstance(plan.run, TaggingConfiguration):
        return f"{counted(plan.documents, 'document')} to tag"
    return f"{counted(plan.documents, 'document')} onto {counted(plan.tasks, 'translation')}"


def _told(pool: Pool) -> str:
    gpus = f" and {pool.gpus:g} GPUs" if pool.gpus else ""
    workers = counted(pool.workers, "worker, with", "workers, each with")
    return f"{workers} {counted(pool.threads, 'thread')}{gpus}"


def _check_inputs(plan: CollectionPlan) -> None:
    """Refuse a result that its inputs no longer stand for."""
    from projector.storage.provenance import stamp_input

    for planned in plan.inputs:
        path = Path(plan.directory) / planned.files.path
        try:
            changed = stamp_input(path) != planned.stamp
        except CorpusError:
            changed = True
        if changed:
            raise OutputError(
                f"{path}: its files were changed while the run was at work on them; run it again: "
                "if the contents are the same, what is done counts"
            )


@dataclass(frozen=True, slots=True)
class _LoggingReporter:
    """Write what a reporter is told to the run's log, too."""

    folder: RunFolder
    reporter: Reporter

    def planned(self, plan: Plan) -> None:
        """See `Reporter`."""
        self.reporter.planned(plan)

    def told(self, text: str) -> None:
        """See `Reporter`."""
        with self.folder.driver_log.open("a", encoding="utf-8") as log:
            log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")
        self.reporter.told(text)

    def progressed(self, progress: Progress) -> None:
        """See `Reporter`."""
        self.reporter.progressed(progress)

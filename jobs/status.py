"""Tell from a run's folder alone how far the run is."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from jobs.folder import RunFolder, driven_since, task_told
from jobs.merge import finished_shards
from jobs.plan import CollectionPlan, read_plan
from jobs.shard_file import ShardFacts
from jobs.shard_work import read_shards
from projector.run.reader import is_run
from projector.run.reporter import Progress


@dataclass(frozen=True, slots=True)
class RunStatus:
    """How far a run is. A document counts once for each language.

    Args:
        shards, documents: How many there are.
        shards_done, documents_done: How many are committed.
        running: The shards that a worker is on, each with the documents it is done with.
        failed: Committed documents that could not be processed.
        mentions: Committed mentions by status.
        rate: Documents a second since the driver started; None before the first.
        seconds_left: At that rate; None where there is none.
        finished: Whether the result is there.
        driven: Whether a driver is at work.
    """

    shards: int
    shards_done: int
    documents: int
    documents_done: int
    running: Mapping[int, int]
    failed: int
    mentions: Mapping[str, int] = field(default_factory=dict)
    rate: float | None = None
    seconds_left: float | None = None
    finished: bool = False
    driven: bool = False

    @property
    def progress(self) -> Progress:
        """Return as much of it as a reporter is told."""
        return Progress(
            done=self.documents_done,
            total=self.documents,
            running=sum(self.running.values()),
            failed=self.failed,
            shards_done=self.shards_done,
            shards=self.shards,
            rate=self.rate,
            seconds_left=self.seconds_left,
        )


def read_status(folder: RunFolder) -> RunStatus:
    """Read how far a run is from its folder, at a glance: shards are not held against their hashes.

    Raises:
        CorpusError: No run is there.
    """
    plan = read_plan(folder)
    shards = read_shards(folder, plan)
    return status_of(folder, plan, finished_shards(folder, plan, shards, whole=False))


def status_of(
    folder: RunFolder, plan: CollectionPlan, finished: Mapping[int, ShardFacts]
) -> RunStatus:
    """Return how far a run is, its finished shards being known."""
    since = driven_since(folder)
    running = _running(folder, finished) if since is not None else {}
    done = sum(facts.documents for facts in finished.values())
    mentions: Counter[str] = Counter()
    for facts in finished.values():
        for count in facts.counts:
            mentions[count.status] += count.mentions
    rate = None
    if since is not None:
        fresh = sum(
            facts.documents
            for number, facts in finished.items()
            if folder.shard(number).stat().st_mtime >= since
        )
        worked, seconds = fresh + sum(running.values()), time.time() - since
        rate = worked / seconds if worked and seconds > 0 else None  # a clock may be set back
    left = plan.tasks - done - sum(running.values())
    return RunStatus(
        shards=plan.shards,
        shards_done=len(finished),
        documents=plan.tasks,
        documents_done=done,
        running=running,
        failed=sum(facts.failed for facts in finished.values()),
        mentions=dict(sorted(mentions.items())),
        rate=rate,
        seconds_left=left / rate if rate else None,
        finished=is_run(folder.result),
        driven=since is not None,
    )


def _running(folder: RunFolder, finished: Mapping[int, ShardFacts]) -> dict[int, int]:
    found = {}
    for path in sorted(folder.progress(0).parent.glob("*.json")):
        task = task_told(path)
        if task is None or not path.stem.isdecimal():  # just being replaced, or gone
            continue
        if int(path.stem) not in finished:
            found[int(path.stem)] = task
    return found

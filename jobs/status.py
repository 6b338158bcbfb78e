"""Tell from a run's folder alone how far the run is."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jobs.folder import RunFolder, driven_since
from jobs.merge import finished_shards
from jobs.pace import Forecast, ShardProgress, forecast, read_pace, read_progress
from jobs.plan import CollectionPlan, ShardPlan, read_plan
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
        rate: Documents a second of all workers, while they are at work; None before the first.
        seconds_left: Until the last shard is done, by the characters that are left; None where
            there is no rate.
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
    return status_of(folder, plan, shards, finished_shards(folder, plan, shards, whole=False))


def status_of(
    folder: RunFolder,
    plan: CollectionPlan,
    shards: Sequence[ShardPlan],
    finished: Mapping[int, ShardFacts],
) -> RunStatus:
    """Return how far a run is, its finished shards being known."""
    driven = driven_since(folder) is not None
    running = _running(folder, finished) if driven else {}
    told = _forecast(folder, shards, finished, running) if driven else Forecast()
    done = sum(facts.documents for facts in finished.values())
    mentions: Counter[str] = Counter()
    for facts in finished.values():
        for count in facts.counts:
            mentions[count.status] += count.mentions
    return RunStatus(
        shards=plan.shards,
        shards_done=len(finished),
        documents=plan.tasks,
        documents_done=done,
        running={shard: progress.tasks for shard, progress in running.items()},
        failed=sum(facts.failed for facts in finished.values()),
        mentions=dict(sorted(mentions.items())),
        rate=told.rate,
        seconds_left=told.seconds_left,
        finished=is_run(folder.result),
        driven=driven,
    )


def _forecast(
    folder: RunFolder,
    shards: Sequence[ShardPlan],
    finished: Mapping[int, ShardFacts],
    running: Mapping[int, ShardProgress],
) -> Forecast:
    characters = {shard.shard: shard.characters for shard in shards}
    tasks = {shard.shard: shard.tasks for shard in shards}
    return forecast(characters, tasks, finished, running, read_pace(folder.pace))


def _running(folder: RunFolder, finished: Mapping[int, ShardFacts]) -> dict[int, ShardProgress]:
    found = {}
    now = time.time()
    for path in sorted(folder.progress(0).parent.glob("*.json")):
        progress = read_progress(path, now) if path.stem.isdecimal() else None
        if progress is None:  # just being replaced, or gone
            continue
        if int(path.stem) not in finished:
            found[int(path.stem)] = progress
    return found

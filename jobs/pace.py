"""Estimate how long the shards of a run that is at work will take yet.

Work is counted in characters of source texts, once for each language: documents differ a thousand
times in length. What is measured is the speed of a worker while it is on shards, so that its start
and the loading of its model are none of it; what is left is shared out among the workers as the
driver does it.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_Faulty = (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError, AttributeError)


@dataclass(frozen=True, slots=True)
class Pace:
    """What a driver tells of its workers, beside what they tell themselves.

    Args:
        workers: How many there are to be.
        seconds: By shard that was done since it started, how long a worker was on it.
    """

    workers: int = 1
    seconds: Mapping[int, float] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """Write it; that it can't be is of no consequence."""
        temporary = path.with_suffix(".driver")
        with suppress(OSError):
            content = {"workers": self.workers, "seconds": self.seconds}
            temporary.write_text(json.dumps(content), encoding="utf-8")
            temporary.replace(path)


def read_pace(path: Path) -> Pace:
    """Return what a driver told; nothing of it where that can't be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        seconds = {int(shard): float(took) for shard, took in content["seconds"].items()}
        return Pace(max(1, int(content["workers"])), seconds)
    except _Faulty:
        return Pace()


@dataclass(frozen=True, slots=True)
class ShardProgress:
    """How far a worker is on a shard.

    Args:
        tasks: How many it is done with.
        characters: Of these.
        seconds: That it took for them.
        current: Characters of the task that it is at.
        waited: Seconds that it is at it.
    """

    tasks: int
    characters: int = 0
    seconds: float = 0.0
    current: int = 0
    waited: float = 0.0


def shard_progress(content: Mapping[str, Any], now: float) -> ShardProgress:
    """Return what a worker told in its file.

    Args:
        content: The file's.
        now: Seconds of the epoch.

    Raises:
        Exception: It is not what a worker writes.
    """
    seconds = float(content.get("seconds", 0.0))
    since = now - float(content.get("started", now)) - seconds
    return ShardProgress(
        tasks=int(content["task"]),
        characters=int(content.get("characters", 0)),
        seconds=seconds,
        current=int(content.get("current", 0)),
        waited=max(0.0, since),  # clocks of machines differ, and may be set back
    )


def read_progress(path: Path, now: float) -> ShardProgress | None:
    """Return how far a worker is; None where its file can't be read."""
    try:
        return shard_progress(json.loads(path.read_text(encoding="utf-8")), now)
    except _Faulty:
        return None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is known of the time.

    Args:
        rate: Tasks a second, of all workers together; None before the first is done.
        seconds_left: Until the last shard is done; None where there is no rate.
    """

    rate: float | None = None
    seconds_left: float | None = None


def forecast(
    characters: Mapping[int, int],
    tasks: Mapping[int, int],
    done: Iterable[int],
    running: Mapping[int, ShardProgress],
    pace: Pace,
) -> Forecast:
    """Return how fast a run is and what time it takes yet.

    Args:
        characters: Of each shard of the plan.
        tasks: Of each.
        done: The shards that are committed.
        running: Those that workers are on.
        pace: What the driver tells.
    """
    timed = pace.seconds.keys() & characters.keys()
    seconds = sum(pace.seconds[shard] for shard in timed)
    seconds += sum(progress.seconds for progress in running.values())
    work = sum(characters[shard] for shard in timed)
    work += sum(progress.characters for progress in running.values())
    worked = sum(tasks[shard] for shard in timed)
    worked += sum(progress.tasks for progress in running.values())
    if not worked or seconds <= 0:
        return Forecast()
    left = characters.keys() - set(done)
    # Texts without a character take their time, too: one each.
    each = seconds / (work + worked)
    begun = [
        _seconds_left(characters[shard] + tasks[shard], progress, each)
        for shard, progress in running.items()
        if shard in left
    ]
    waiting = [
        each * (characters[shard] + tasks[shard])
        for shard in sorted(left - running.keys(), key=lambda shard: (-characters[shard], shard))
    ]
    active = min(max(pace.workers, len(begun)), max(1, len(left)))
    return Forecast(active * worked / seconds, last_end(begun, waiting, workers=pace.workers))


def _seconds_left(work: int, progress: ShardProgress, each: float) -> float:
    """Return how long a worker is on its shard yet; `each` are the seconds of a unit of work."""
    at_current = max(0.0, each * (progress.current + 1) - progress.waited)
    behind = work - progress.characters - progress.tasks - progress.current - 1
    return at_current + each * max(0, behind)


def last_end(begun: Sequence[float], waiting: Sequence[float], *, workers: int) -> float:
    """Return when the last of several pieces of work ends, each given to the first who is free.

    Args:
        begun: Seconds that are left of those that somebody is at.
        waiting: Seconds of the others, in their order.
        workers: How many there are; more, if more are at work.
    """
    ends = [*begun, *[0.0] * (workers - len(begun))]
    heapq.heapify(ends)
    for seconds in waiting:
        heapq.heappush(ends, heapq.heappop(ends) + seconds)
    return max(ends, default=0.0)

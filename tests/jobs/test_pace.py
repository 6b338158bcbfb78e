"""Hold the time that is left against runs of made-up documents, by a clock that only tests move."""

import heapq
import json
import random
from dataclasses import dataclass, field

import pytest

from jobs.balance import balance
from jobs.pace import (
    Forecast,
    Pace,
    ShardProgress,
    forecast,
    last_end,
    read_pace,
    read_progress,
    shard_progress,
)

PER_CHARACTER = 1e-3  # seconds that a worker takes


@dataclass
class SlowRun:
    """A run of shards by workers, as a clock would see it; nobody works.

    Args:
        lengths: Of each shard's documents.
        starts: When each worker has its model.
    """

    lengths: list[list[int]]
    starts: list[float]
    jitter: random.Random = field(default_factory=lambda: random.Random(3))
    given: dict[int, tuple[float, list[float]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        free = list(self.starts)
        heapq.heapify(free)
        for shard, documents in enumerate(self.lengths):
            begun = heapq.heappop(free)
            seconds = [PER_CHARACTER * n * self.jitter.uniform(0.8, 1.2) for n in documents]
            self.given[shard] = begun, seconds
            heapq.heappush(free, begun + sum(seconds))

    @property
    def end(self) -> float:
        return max(begun + sum(seconds) for begun, seconds in self.given.values())

    def forecast(self, now: float) -> Forecast:
        done, running = {}, {}
        for shard, (begun, seconds) in self.given.items():
            if begun + sum(seconds) <= now:
                done[shard] = sum(seconds)
            elif begun <= now:
                running[shard] = self._progress(shard, now)
        characters = {shard: sum(documents) for shard, documents in enumerate(self.lengths)}
        tasks = {shard: len(documents) for shard, documents in enumerate(self.lengths)}
        return forecast(characters, tasks, done, running, Pace(len(self.starts), done))

    def _progress(self, shard: int, now: float) -> ShardProgress:
        begun, seconds = self.given[shard]
        number = 0
        while begun + sum(seconds[: number + 1]) <= now:
            number += 1
        lengths, took = self.lengths[shard], sum(seconds[:number])
        content = {
            "task": number,
            "characters": sum(lengths[:number]),
            "current": lengths[number],
            "seconds": took,
            "started": begun,
        }
        return shard_progress(content, now)


def shards_of(lengths: list[int], count: int) -> list[list[int]]:
    return [[lengths[item] for item in shard] for shard in balance(lengths, count)]


def even() -> list[int]:
    return [2000] * 640


def uneven() -> list[int]:
    drawn = random.Random(5)
    return [int(drawn.lognormvariate(7, 1.2)) + 1 for _ in range(640)]


def with_giants() -> list[int]:
    return [*uneven(), *[100_000] * 3]


@pytest.mark.parametrize("workers", [1, 2, 8])
@pytest.mark.parametrize("documents", [even, uneven, with_giants])
def test_from_a_tenth_of_a_run_on_the_time_left_is_right_within_a_quarter(documents, workers):
    slow_start = 30.0  # the workers' own, which says nothing of their speed
    starts = [slow_start + 3 * number for number in range(workers)]
    run = SlowRun(shards_of(documents(), 40), starts)
    worked = run.end - slow_start
    for step in range(10, 100):
        now = slow_start + worked * step / 100
        left = run.end - now
        told = run.forecast(now).seconds_left
        assert told == pytest.approx(left, rel=0.25, abs=0.02 * worked), step


def test_before_anything_is_done_nothing_is_said_of_the_time():
    assert forecast({0: 10}, {0: 1}, (), {}, Pace(2)) == Forecast()
    assert forecast({0: 10}, {0: 1}, (), {0: ShardProgress(0, current=10)}, Pace(2)) == Forecast()


def test_a_run_that_goes_on_is_measured_by_what_is_done_now():
    done = {0, 1}  # 0 by a driver before, whose pace nobody told
    told = forecast({0: 999, 1: 99, 2: 99}, {0: 1, 1: 1, 2: 1}, done, {}, Pace(1, {1: 10.0}))
    assert told.seconds_left == pytest.approx(10) and told.rate == pytest.approx(0.1)


def test_texts_without_characters_take_time_too():
    told = forecast({0: 0, 1: 0}, {0: 4, 1: 8}, {0}, {}, Pace(1, {0: 2.0}))
    assert told.seconds_left == pytest.approx(4)


def test_a_worker_without_a_shard_shortens_nothing():
    characters, tasks = {0: 99, 1: 999}, {0: 1, 1: 1}
    running = {1: ShardProgress(0, 0, 0.0, 999, 40.0)}
    told = forecast(characters, tasks, {0}, running, Pace(8, {0: 10.0}))
    assert told.seconds_left == pytest.approx(60)
    assert told.rate == pytest.approx(0.1)  # of the one that is at work


def test_pieces_go_to_the_first_who_is_free():
    assert last_end([5.0], [4.0, 4.0], workers=2) == 8.0
    assert last_end([5.0, 1.0], [], workers=1) == 5.0
    assert last_end([], [], workers=2) == 0.0


def test_a_pace_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "pace.json"
    assert read_pace(path) == Pace()
    Pace(3, {12: 1.5}).write(path)
    assert read_pace(path) == Pace(3, {12: 1.5})
    assert [one.name for one in tmp_path.iterdir()] == ["pace.json"]
    Pace(3).write(tmp_path / "absent" / "pace.json")  # of no consequence


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"workers": 1, "seconds": []}', '{"workers": "x", "seconds": {}}']
)
def test_a_pace_that_cannot_be_read_is_none(tmp_path, content):
    (tmp_path / "pace.json").write_text(content)
    assert read_pace(tmp_path / "pace.json") == Pace()


def test_a_clock_that_is_set_back_makes_no_time_negative(tmp_path):
    path = tmp_path / "00003.json"
    path.write_text(json.dumps({"task": 1, "characters": 5, "seconds": 2.0, "started": 1000.0}))
    progress = read_progress(path, now=0.0)
    assert progress == ShardProgress(1, 5, 2.0, 0, 0.0)

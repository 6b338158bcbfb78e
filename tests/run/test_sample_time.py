"""Hold an estimate from some documents against what all of them take, by a made-up clock."""

import random

import pytest

from projector.run.plan import Task
from projector.run.planned_tasks import PlannedTask
from projector.run.sample_time import relative_error, timed_sample

EACH = 1e-4  # seconds a character


class SlowWork:
    """Tasks that take time by a clock of their own."""

    def __init__(self, works: dict[str, int], *, spread: float = 0.2) -> None:
        drawn = random.Random(1)
        self.seconds = {
            name: EACH * work * drawn.uniform(1 - spread, 1 + spread)
            for name, work in works.items()
        }
        self.now = 0.0
        self.done: list[str] = []

    def carry(self, tasks):
        for task in tasks:
            self.now += self.seconds[task.source]
            self.done.append(task.source)
        return []

    def clock(self) -> float:
        return self.now


def texts(works: dict[str, int]) -> list[list[PlannedTask]]:
    return [
        [PlannedTask(Task(name, 0, name), name, "en", work, work, 1)]
        for name, work in works.items()
    ]


def uneven(number: int) -> dict[str, int]:
    drawn = random.Random(2)
    return {str(one): int(drawn.lognormvariate(7, 1)) + 1 for one in range(number)}


def test_the_total_lies_between_what_a_few_seconds_tell():
    works = uneven(2000)
    slow = SlowWork(works)
    sample = timed_sample(texts(works), slow.carry, budget=5.0, clock=slow.clock)
    total, told = sum(slow.seconds.values()), sample.each * sum(works.values())
    assert 5.0 <= sample.seconds < 8.0 and sample.of == 2000
    assert told * (1 - sample.error) <= total <= told * (1 + sample.error)
    assert 0.1 <= sample.error < 0.3


def test_a_small_run_is_tried_whole():
    works = {"a": 100, "b": 200}
    slow = SlowWork(works)
    sample = timed_sample(texts(works), slow.carry, clock=slow.clock)
    assert (sample.texts, sample.of, sample.with_longest) == (2, 2, True)
    assert sample.each * 300 == pytest.approx(sum(slow.seconds.values()))
    assert slow.done[0] == "a"  # once more, to warm up


def test_the_longest_is_tried_where_that_is_no_long_wait():
    works = uneven(500)
    slow = SlowWork(works)
    sample = timed_sample(texts(works), slow.carry, budget=3.0, clock=slow.clock)
    assert sample.texts < 50 and sample.with_longest and max(works, key=works.get) in slow.done
    works["giant"] = 10_000_000
    slow = SlowWork(works)
    sample = timed_sample(texts(works), slow.carry, budget=1.0, clock=slow.clock)
    assert ("giant" in slow.done) == sample.with_longest


def test_what_is_no_work_is_not_tried():
    slow = SlowWork({"a": 0})
    sample = timed_sample(texts({"a": 0}), slow.carry, clock=slow.clock)
    assert (sample.texts, sample.each, slow.done) == (0, 0.0, [])


def test_the_error_follows_from_how_unlike_documents_are():
    alike = relative_error([1, 2, 3], [1, 2, 3], of=1000)
    unlike = relative_error([1, 1, 1], [1, 2, 6], of=1000)
    assert alike == 0.1 < unlike  # no machine is quieter
    assert relative_error([1, 1, 1], [1, 2, 6], of=3) == 0.1  # all is known
    assert relative_error([1], [1], of=2) == 0.5

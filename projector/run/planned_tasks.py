"""Tell of each of a plan's tasks how much work it is, or why nothing will come of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from projector.document import Status
from projector.errors import CorpusError
from projector.run.failures import ComesToNothing, check_lengths
from projector.run.plan import Plan, Task


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A task, and what can be known of it before it is done.

    Args:
        task: The plan's.
        leader: The first source document with the same text.
        language: Of what it writes.
        work: Characters that are encoded for it: of the translation, and of the source where no
            task before has the same. 0 where nothing will come of it.
        written: Characters of the text that it writes.
        mentions: Of the source.
        status: `unpaired` or `failed`, or `projected` where it will be tried.
        reason: Why nothing will come of it.
    """

    task: Task
    leader: str
    language: str
    work: int
    written: int
    mentions: int
    status: Status = Status.PROJECTED
    reason: str = ""


def planned_tasks(plan: Plan, *, max_characters: int | None) -> list[PlannedTask]:
    """Return all tasks of a plan in their order; translations are read for it, one at a time."""
    encoded: set[str] = set()
    planned = []
    for task in plan.tasks:
        facts = plan.facts[task.source]
        try:
            written = _length_written(task, plan, max_characters)
            source = 0 if facts.leader in encoded else facts.characters
            work = written if task.target is None else written + source
            status, reason = Status.PROJECTED, ""
            encoded.add(facts.leader)
        except ComesToNothing as nothing:
            work = written = 0
            status, reason = nothing.status, nothing.reason
        planned.append(
            PlannedTask(
                *(task, facts.leader, plan.language(task), work, written),
                *(facts.mentions, status, reason),
            )
        )
    return planned


def by_text(planned: Sequence[PlannedTask]) -> Iterator[list[PlannedTask]]:
    """Yield those tasks together that share a source text, as they are done."""
    for _, same in groupby(planned, key=lambda one: one.leader):
        yield list(same)


def _length_written(task: Task, plan: Plan, most: int | None) -> int:
    """Return the characters of the text that a task writes.

    Raises:
        ComesToNothing: It will write none.
    """
    source = plan.facts[task.source].characters
    if not source:
        _check_readable(task, plan)
    if task.target is None:
        check_lengths((source,), most)
        return source
    corpus = plan.target(task)
    if task.translation is None:
        raise ComesToNothing(Status.UNPAIRED, f"{corpus.path} has no translation of {task.source}")
    try:
        target = len(corpus.text(task.translation))
    except CorpusError as error:
        raise ComesToNothing(Status.FAILED, str(error)) from error
    check_lengths((source, target), most)
    return target


def _check_readable(task: Task, plan: Plan) -> None:
    """Tell a source document that is empty from one that can't be read.

    Raises:
        ComesToNothing: It can't.
    """
    reading = plan.readings.get(task.source) or plan.source.read(task.source)
    if reading.document is None:
        raise ComesToNothing(Status.FAILED, "; ".join(map(str, reading.problems)))

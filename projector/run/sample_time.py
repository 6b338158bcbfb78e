"""Measure the time of a run by some of its own documents, drawn at random, for a few seconds.

The total is a ratio estimate (Cochran, Sampling Techniques, 1977, chapter 6): seconds a character
of the sample, times the characters of all; its error follows from how unlike the documents of the
sample were in that.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from projector.run.outcome import DocumentOutcome
from projector.run.plan import Task
from projector.run.planned_tasks import PlannedTask

BUDGET = 5.0  # seconds
_NOISE = 0.1  # of a machine: the least that is owned to as the error of a total
_UNKNOWN = 0.5  # where there is one document to go by
_FEW = 3  # documents, whatever they take

Carry = Callable[[Sequence[Task]], Sequence[DocumentOutcome]]


@dataclass(frozen=True, slots=True)
class TimedSample:
    """What was measured.

    Args:
        texts: Source texts that were tried, each in all languages.
        of: How many there are.
        seconds: That they took.
        first: Seconds of the first text of all, with what is loaded only then.
        each: Seconds a character of work.
        error: Of a total, relative: two standard errors.
        with_longest: Whether the one with the most work was tried.
        tried: What was tried.
        outcomes: What came of it.
    """

    texts: int
    of: int
    seconds: float
    first: float
    each: float
    error: float
    with_longest: bool
    tried: tuple[PlannedTask, ...] = field(default=(), repr=False)
    outcomes: tuple[DocumentOutcome, ...] = field(default=(), repr=False)


def timed_sample(
    texts: Sequence[Sequence[PlannedTask]],
    carry: Carry,
    *,
    budget: float = BUDGET,
    clock: Callable[[], float] = time.perf_counter,
) -> TimedSample:
    """Do some of a run's work and time it; nothing is written.

    Args:
        texts: The tasks of each source text; those without work are passed over.
        carry: Does tasks.
        budget: Seconds to measure for: the first text, which warms the model up, and the longest,
            which shows its need of memory, come on top where they take no longer.
        clock: In seconds.
    """
    worked = [text for text in texts if _work(text)]
    if not worked:
        return TimedSample(0, 0, 0.0, 0.0, 0.0, 0.0, with_longest=True)
    drawn = random.Random(0).sample(worked, len(worked))
    first, _ = _timed(min(drawn, key=_work), carry, clock)
    tried: list[Sequence[PlannedTask]] = []
    outcomes: list[DocumentOutcome] = []
    seconds: list[float] = []
    for text in drawn:
        took, made = _timed(text, carry, clock)
        tried.append(text)
        outcomes += made
        seconds.append(took)
        if sum(seconds) >= budget and len(tried) >= _FEW:
            break
    works = [_work(text) for text in tried]
    each = sum(seconds) / sum(works)
    longest = max(worked, key=_work)
    with_longest = longest in tried
    if not with_longest and each * _work(longest) <= budget:
        _timed(longest, carry, clock)
        with_longest = True
    return TimedSample(
        *(len(tried), len(worked), sum(seconds), first, each),
        relative_error(works, seconds, of=len(worked)),
        with_longest=with_longest,
        tried=tuple(one for text in tried for one in text if one.work),
        outcomes=tuple(outcomes),
    )


def relative_error(works: Sequence[float], seconds: Sequence[float], *, of: int) -> float:
    """Return two standard errors of a ratio estimate, as a share of it.

    Args:
        works, seconds: Of the sample.
        of: How many there are in all.
    """
    n = len(works)
    if n == of:
        return _NOISE
    if n < 2:
        return _UNKNOWN
    ratio = sum(seconds) / sum(works)
    residuals = sum((took - ratio * work) ** 2 for work, took in zip(works, seconds, strict=True))
    error = math.sqrt((1 - n / of) / n * residuals / (n - 1))
    mean = sum(seconds) / n
    return max(_NOISE, 2 * error / mean) if mean else _UNKNOWN


def _work(text: Sequence[PlannedTask]) -> int:
    return sum(planned.work for planned in text)


def _timed(
    text: Sequence[PlannedTask], carry: Carry, clock: Callable[[], float]
) -> tuple[float, Sequence[DocumentOutcome]]:
    started = clock()
    outcomes = carry([planned.task for planned in text if planned.work])
    return clock() - started, outcomes

"""Tell the loops of failing machine translation: the same words over and over."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from projector.audit.findings import Finding, Kind, Severity
from projector.document import Document, Fragment

_WORD = re.compile(r"\w+")
_LONGEST_PERIOD = 20  # words that come again and again
_FEWEST_TIMES = 4
_FEWEST_WORDS = 8  # in all of a loop


def loop_findings(source: Document, target: Document) -> Iterator[Finding]:
    """Yield the loops of a translation that are none in the source.

    A loop is a run of up to twenty words that follows itself at least four times, numbers apart;
    texts have some of their own (tables, lists), so the source is asked whether it has as long a
    one.
    """
    loops = _loops(target.text)
    if not loops:  # hardly any text has one: the source isn't asked
        return
    in_source = max((times for _, times in _loops(source.text)), default=0)
    for place, times in loops:
        if times > max(in_source, _FEWEST_TIMES - 1):
            begin = target.text[place.start : min(place.end, place.start + 40)]
            message = f"{begin!r} … repeats {times} times"
            yield Finding(Kind.LOOP, Severity.ERROR, None, place, message, 0.95)


def _loops(text: str) -> list[tuple[Fragment, int]]:
    """Return where runs of words follow themselves, and how often, without overlaps."""
    matches = list(_WORD.finditer(text))
    words = [match.group().casefold() for match in matches]
    number_of: dict[str, int] = {}
    numbers = np.array([number_of.setdefault(word, len(number_of)) for word in words], np.int64)
    runs = [run for period in range(1, _LONGEST_PERIOD + 1) for run in _runs(numbers, period)]
    loops: list[tuple[Fragment, int]] = []
    behind = 0
    # Of those that begin at one word the longest, and among these the shortest period.
    for first, last, period in sorted(runs, key=lambda run: (run[0], -run[1], run[2])):
        if first < behind or all(word.isdecimal() for word in words[first : first + period]):
            continue  # also a table of one number is none
        times = (last - first) // period
        end = first + period * times - 1
        loops.append((Fragment(matches[first].start(), matches[end].end()), times))
        behind = last
    return loops


def _runs(numbers: NDArray[np.int64], period: int) -> Iterator[tuple[int, int, int]]:
    """Yield stretches of words that are the same as those a period before, often enough."""
    same = np.concatenate(([False], numbers[period:] == numbers[:-period], [False]))
    edges = np.flatnonzero(same[1:] != same[:-1]).reshape(-1, 2)
    for first, last in edges.tolist():  # words first to last + period - 1
        times = (last - first) // period + 1
        if times >= _FEWEST_TIMES and period * times >= _FEWEST_WORDS:
            yield first, last + period, period

"""Tell the loops of failing machine translation: the same words over and over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

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
    own = max((times for _, times in _loops(source.text)), default=0)
    for place, times in _loops(target.text):
        if times > max(own, _FEWEST_TIMES - 1):
            begin = target.text[place.start : min(place.end, place.start + 40)]
            message = f"{begin!r} … repeats {times} times"
            yield Finding(Kind.LOOP, Severity.ERROR, None, place, message, 0.95)


def _loops(text: str) -> list[tuple[Fragment, int]]:
    """Return where runs of words follow themselves, and how often, without overlaps."""
    matches = list(_WORD.finditer(text))
    words = [match.group().casefold() for match in matches]
    loops: list[tuple[Fragment, int]] = []
    first = 0
    while first < len(words):
        period, times = _longest_loop(words, first)
        if times >= _FEWEST_TIMES and period * times >= _FEWEST_WORDS:
            last = first + period * times - 1
            if any(not word.isdecimal() for word in words[first : first + period]):
                loops.append((Fragment(matches[first].start(), matches[last].end()), times))
            first = last  # also behind numbers: a table of them is gone through once
        first += 1
    return loops


def _longest_loop(words: Sequence[str], first: int) -> tuple[int, int]:
    """Return the period and the times of the loop that covers most words from one on."""
    best = (0, 0)
    for period in range(1, _LONGEST_PERIOD + 1):
        behind = first + period
        if behind >= len(words) or words[behind] != words[first]:
            continue
        while behind < len(words) and words[behind] == words[behind - period]:
            behind += 1
        times = (behind - first) // period
        if period * times > best[0] * best[1] and times > 1:
            best = (period, times)
    return best

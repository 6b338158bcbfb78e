"""Tell sentences that are left out, added, repeated or moved, and translations cut short."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from projector.audit.findings import Finding, Kind, Severity
from projector.audit.sentence_links import MOST_ABSENT, SentenceLinks
from projector.document import Document, Fragment

_WEAKLY = 0.05  # probability of having no counterpart that what stands in a cut-off end has
_FEWEST_WORDS = 4  # of a sentence whose second copy is told
_WORD = re.compile(r"\w+")
_UNFINISHED = re.compile(r"[\w,;(-]\s*$")


def sentence_findings(
    source: Document, target: Document, links: SentenceLinks
) -> Iterator[Finding]:
    """Yield what is wrong with whole sentences of a pair that is one."""
    repeated = _repeated(target, links)
    absence = links.source_absence, links.target_absence
    missing, added = (np.flatnonzero(side > MOST_ABSENT) for side in absence)
    cut = _cut_from(source, target, absence[0], missing.tolist())
    if cut < len(links.sources):
        rest = Fragment(links.sources[cut].start, links.sources[-1].end)
        count = len(links.sources) - cut
        message = f"the translation ends before the last {count} sentences of the source"
        if count == 1:
            message = "the translation ends before the last sentence of the source"
        yield Finding(Kind.TRUNCATED, Severity.ERROR, rest, None, message, 0.9)
    for number in missing[missing < cut].tolist():
        score, place = round(float(absence[0][number]), 4), links.sources[number]
        message = "the sentence has no counterpart in the translation"
        yield Finding(Kind.OMISSION, Severity.ERROR, place, None, message, score)
    for number in sorted({*added.tolist(), *repeated}):
        kind, place = Kind.ADDITION, links.targets[number]
        score = round(float(absence[1][number]), 4)
        message = "the sentence has no counterpart in the source"
        if number in repeated:
            kind, score = Kind.REPETITION, 0.9
            message = "the sentence is in the translation more often than in the source"
        yield Finding(kind, Severity.ERROR, None, place, message, score)
    for row, column in _moved(links, repeated):
        places = links.sources[row], links.targets[column]
        message = "the sentence stands elsewhere than in the source"
        yield Finding(Kind.ORDER, Severity.WARNING, *places, message, 0.8)


def _cut_from(
    source: Document, target: Document, absence: NDArray[np.float64], missing: list[int]
) -> int:
    """Return the first source sentence behind a translation's end; how many there are if none."""
    # One of the rest may be linked by chance with what is not the rest.
    weak = set(np.flatnonzero(absence > _WEAKLY).tolist())
    cut = len(absence)
    while cut and cut - 1 in weak:
        cut -= 1
    while cut < len(absence) and cut not in missing:
        cut += 1
    count = len(absence) - cut
    count = min(count, sum(number >= cut for number in missing))
    unfinished = _UNFINISHED.search(target.text) and not _UNFINISHED.search(source.text)
    if cut == 0 or not (count >= 2 or (count and unfinished)):
        return len(absence)
    return cut


def _repeated(target: Document, links: SentenceLinks) -> set[int]:
    """Return the target sentences that are there more often than what they translate."""
    copies: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, sentence in enumerate(links.targets):
        words = _WORD.findall(target.text[sentence.start : sentence.end].casefold())
        if len(words) >= _FEWEST_WORDS:
            copies[tuple(words)].append(number)
    counterparts, repeated = links.counterparts(), set()
    for numbers in copies.values():
        if len(numbers) > 1:
            known = len({row for row, column in counterparts if column in numbers})
            repeated |= set(numbers[max(known, 1) :])
    return repeated


def _moved(links: SentenceLinks, repeated: set[int]) -> list[tuple[int, int]]:
    """Return the linked sentences that are out of order."""
    absent = links.source_absence > MOST_ABSENT
    pairs = {
        row: column
        for places in (links.chain, links.moved)
        for row, column in zip(places.rows.tolist(), places.columns.tolist(), strict=True)
        if not absent[row] and column not in repeated
    }
    rows = sorted(pairs)
    columns = [pairs[row] for row in rows]
    kept = _longest_rising(columns)
    return [(rows[k], columns[k]) for k in range(len(rows)) if k not in kept]


def _longest_rising(values: list[int]) -> set[int]:
    """Return the places of a longest subsequence that never falls."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for place, value in enumerate(values):
        step = bisect_left(tails, value + 1)
        before.append(ends[step - 1] if step else -1)
        if step == len(tails):
            tails.append(value)
            ends.append(place)
        else:
            tails[step], ends[step] = value, place
    kept: set[int] = set()
    place = ends[-1] if ends else -1
    while place >= 0:
        kept.add(place)
        place = before[place]
    return kept

"""Compare the numbers and units of sentences with those of their translation."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator

from projector.audit.findings import Finding, Kind, Severity
from projector.audit.number_matching import NumberMatch, match_numbers
from projector.audit.quantities import Quantity, find_quantities
from projector.document import Document, Fragment

_SURE, _LIKELY = 0.95, 0.7


def number_findings(
    source: Document,
    target: Document,
    sources: tuple[Fragment, ...],
    targets: tuple[Fragment, ...],
) -> Iterator[Finding]:
    """Yield the numbers that differ between sentences and their translation.

    Numbers are compared as multisets: translations change their order. One that is written as a
    word, Roman, or as a month's name may stand for one in digits; missing without such a need it
    is not told.
    """
    matching = match_numbers(_quantities(source, sources), _quantities(target, targets))
    for one, other in matching.units:
        message = f"{_told(source, one)} became {_told(target, other)}"
        yield Finding(Kind.UNIT, Severity.ERROR, one.place, other.place, message, _SURE)
    yield from _unmatched(source, target, matching)


def _quantities(document: Document, stretches: tuple[Fragment, ...]) -> list[Quantity]:
    return [
        quantity
        for stretch in stretches
        for quantity in find_quantities(document.text, stretch, document.language)
    ]


def _unmatched(source: Document, target: Document, left: NumberMatch) -> Iterator[Finding]:
    """Yield what has no counterpart: pairs of what became what, then what is lost or gained."""
    lost, gained = _told_first(left.sources), _told_first(left.targets)
    pairs = _became(lost, gained)
    for quantity, other in pairs:
        message = f"{_told(source, quantity)} became {_told(target, other)}"
        yield Finding(Kind.NUMBER, Severity.ERROR, quantity.place, other.place, message, _SURE)
    paired = {one.place for one, _ in pairs}, {other.place for _, other in pairs}
    for quantity in lost:
        if quantity.is_sure and quantity.place not in paired[0]:
            message = f"{_told(source, quantity)} is not in the translation"
            yield Finding(Kind.NUMBER, Severity.ERROR, quantity.place, None, message, _LIKELY)
    for other in gained:
        if other.is_sure and other.place not in paired[1]:
            message = f"{_told(target, other)} is not in the source"
            yield Finding(Kind.NUMBER, Severity.ERROR, None, other.place, message, _LIKELY)


def _became(lost: list[Quantity], gained: list[Quantity]) -> list[tuple[Quantity, Quantity]]:
    """Pair numbers that are lost with gained ones: of the same unit, else the first that is left.

    A number that is told as a word became another such word, or digits.
    """
    shelves: defaultdict[str | None, deque[int]] = defaultdict(deque)
    for k, quantity in enumerate(gained):
        if quantity.is_sure:
            shelves[quantity.unit].append(k)
    taken: set[int] = set()
    first, pairs = 0, []
    for quantity in lost:
        while first in taken:
            first += 1
        if first == len(gained):
            break
        shelf = shelves[quantity.unit]
        while shelf and shelf[0] in taken:
            shelf.popleft()
        number = shelf[0] if shelf else first
        taken.add(number)
        pairs.append((quantity, gained[number]))
    return pairs


def _told_first(quantities: list[Quantity]) -> list[Quantity]:
    """Return those in digits, then cardinals from two on; what else there is says nothing."""
    sure = [one for one in quantities if one.is_sure]
    return sure + [one for one in quantities if _is_counting(one)]


def _is_counting(quantity: Quantity) -> bool:
    return quantity.written == "word" and quantity.parts[0] > 2


def _told(document: Document, quantity: Quantity) -> str:
    written = document.text[quantity.place.start : quantity.place.end]
    return f"{written} {quantity.unit}" if quantity.unit else written

"""Compare the numbers and units of sentences with those of their translation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from projector.audit.findings import Finding, Kind, Severity
from projector.audit.quantities import Quantity, find_quantities
from projector.audit.units import are_compatible, in_base
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
    matching = _Matching(_quantities(source, sources), _quantities(target, targets))
    units = list(matching.pair_all())
    for one, other in units:
        message = f"{_told(source, one)} became {_told(target, other)}"
        yield Finding(Kind.UNIT, Severity.ERROR, _whole(one), _whole(other), message, _SURE)
    yield from _unmatched(source, target, matching)


def _quantities(document: Document, stretches: tuple[Fragment, ...]) -> list[Quantity]:
    return [
        quantity
        for stretch in stretches
        for quantity in find_quantities(document.text, stretch, document.language)
    ]


_Test = Callable[[Quantity, Quantity], bool]


@dataclass
class _Matching:
    """What has no counterpart yet, on both sides."""

    sources: list[Quantity]
    targets: list[Quantity]
    _units: list[tuple[Quantity, Quantity]] = field(default_factory=list)

    def pair_all(self) -> Iterator[tuple[Quantity, Quantity]]:
        """Take away what has a counterpart, the surest first; yield pairs whose units differ."""
        self._pair(lambda a, b: _same(a, b) and a.unit == b.unit and a.unit is not None)
        self._pair(lambda a, b: _same(a, b) and are_compatible(a.unit, b.unit))
        self._pair(_equal_converted)
        yield from self._pair(lambda a, b: _same(a, b) and a.is_sure and b.is_sure)
        self._pair(_same, words=True)
        self._pair(_equal_converted, words=True)
        self._match_parts()

    def _pair(self, test: _Test, *, words: bool = False) -> list[tuple[Quantity, Quantity]]:
        """Take away pairs that pass a test; without `words` none in which both are words."""
        pairs = []
        for one in list(self.sources):
            other = next(
                (
                    candidate
                    for candidate in self.targets
                    if (one.is_sure or candidate.is_sure or words) and test(one, candidate)
                ),
                None,
            )
            if other is not None:
                self.sources.remove(one)
                self.targets.remove(other)
                pairs.append((one, other))
        return pairs

    def _match_parts(self) -> None:
        """Take away what is the same digits parted otherwise: dates, times, lists of numbers."""
        sources = [part for one in self.sources for part in one.parts]
        targets = [part for one in self.targets for part in one.parts]
        self.sources = [one for one in self.sources if not _covered(one, targets)]
        self.targets = [one for one in self.targets if not _covered(one, sources)]


def _covered(quantity: Quantity, parts: list[int]) -> bool:
    """Tell whether all its runs of digits are among `parts`, noughts apart, and take them away."""
    left = list(parts)
    for part in quantity.parts:
        if part in left:
            left.remove(part)
        elif part or len(quantity.parts) == 1:
            return False
    parts[:] = left
    return True


def _same(one: Quantity, other: Quantity) -> bool:
    return bool(one.readings & other.readings)


def _equal_converted(one: Quantity, other: Quantity) -> bool:
    """Tell whether two numbers are one amount in different units."""
    first = {in_base(reading, one.unit) for reading in one.readings} - {None}
    return bool(first & {in_base(reading, other.unit) for reading in other.readings})


def _unmatched(source: Document, target: Document, left: _Matching) -> Iterator[Finding]:
    """Yield what has no counterpart: pairs of what became what, then what is lost or gained."""
    lost, gained = _told_first(left.sources), _told_first(left.targets)
    while lost and gained and (lost[0].is_sure or gained[0].is_sure or _counts(lost, gained)):
        one = lost.pop(0)
        other = next((q for q in gained if q.unit == one.unit and q.is_sure), gained[0])
        gained.remove(other)
        message = f"{_told(source, one)} became {_told(target, other)}"
        yield Finding(Kind.NUMBER, Severity.ERROR, _whole(one), _whole(other), message, _SURE)
    for one in lost:
        if one.is_sure:
            message = f"{_told(source, one)} is not in the translation"
            yield Finding(Kind.NUMBER, Severity.ERROR, _whole(one), None, message, _LIKELY)
    for other in gained:
        if other.is_sure:
            message = f"{_told(target, other)} is not in the source"
            yield Finding(Kind.NUMBER, Severity.ERROR, None, _whole(other), message, _LIKELY)


def _told_first(quantities: list[Quantity]) -> list[Quantity]:
    """Return those in digits, then cardinals from two on; what else there is says nothing."""
    sure = [one for one in quantities if one.is_sure]
    return sure + [one for one in quantities if _is_counting(one)]


def _is_counting(quantity: Quantity) -> bool:
    return quantity.written == "word" and quantity.parts[0] > 2


def _counts(lost: list[Quantity], gained: list[Quantity]) -> bool:
    return _is_counting(lost[0]) and _is_counting(gained[0])


def _whole(quantity: Quantity) -> Fragment:
    return quantity.place


def _told(document: Document, quantity: Quantity) -> str:
    written = document.text[quantity.place.start : quantity.place.end]
    return f"{written} {quantity.unit}" if quantity.unit else written

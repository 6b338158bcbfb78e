"""Match the numbers of sentences with those of their translation, in time that grows with both."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from projector.audit.quantities import Quantity
from projector.audit.units import in_base

_Keys = Callable[[Quantity], Iterable[Hashable]]
_Pair = tuple[Quantity, Quantity]


@dataclass(frozen=True, slots=True)
class NumberMatch:
    """What numbers have a counterpart, and what is left.

    Args:
        units: Pairs of the same number with different units.
        sources: Without a counterpart, in the order they were given.
        targets: Likewise.
    """

    units: list[_Pair]
    sources: list[Quantity]
    targets: list[Quantity]


def match_numbers(sources: Sequence[Quantity], targets: Sequence[Quantity]) -> NumberMatch:
    """Take away what has a counterpart, the surest first.

    Two words that may be numbers are no pair until all that is in digits has had its turn.
    """
    left = _Left(list(sources), list(targets))
    left.pair(_with_unit, _with_unit)
    left.pair(_compatible_asked, _compatible_offered)
    left.pair(_converted, _converted)
    units = left.pair(_sure_readings, _sure_readings)
    left.pair(_readings, _readings, words=True)
    left.pair(_converted, _converted, words=True)
    source_parts = Counter(part for one in left.sources for part in one.parts)
    target_parts = Counter(part for one in left.targets for part in one.parts)
    lone = [one for one in left.sources if not _covered(one, target_parts)]
    others = [one for one in left.targets if not _covered(one, source_parts)]
    lone, others = _without_parted(lone, others)
    others, lone = _without_parted(others, lone)
    return NumberMatch(units, lone, others)


def _without_parted(
    numbers: list[Quantity], others: list[Quantity]
) -> tuple[list[Quantity], list[Quantity]]:
    """Return both without numbers that the other text parts in two: `180880`, `180 and 880`."""
    parted = {
        _digits(first) + _digits(second): (first, second) for first, second in pairwise(others)
    }
    pairs = [(number, parted.pop(_digits(number), None)) for number in numbers]
    taken = {part.place for _, parts in pairs if parts for part in parts}
    return (
        [number for number, parts in pairs if parts is None],
        [one for one in others if one.place not in taken],
    )


def _digits(quantity: Quantity) -> str:
    return "".join(map(str, quantity.parts))


@dataclass
class _Left:
    """What has no counterpart yet, on both sides."""

    sources: list[Quantity]
    targets: list[Quantity]

    def pair(self, asked: _Keys, offered: _Keys, *, words: bool = False) -> list[_Pair]:
        """Take away pairs that share a key; without `words` none in which both are words.

        Args:
            asked: Gives the keys under which a source number looks for its counterpart.
            offered: Gives those under which a number of the translation is found.
            words: Whether two words may be a pair.
        """
        shelves: defaultdict[Hashable, deque[int]] = defaultdict(deque)
        for number, quantity in enumerate(self.targets):
            for key in offered(quantity):
                shelves[key, quantity.is_sure].append(number)
        taken: dict[int, Quantity] = {}
        lone: list[Quantity] = []
        pairs: list[_Pair] = []
        for quantity in self.sources:
            sure = (True, False) if quantity.is_sure or words else (True,)
            shelf = [shelves.get((key, flag)) for key in asked(quantity) for flag in sure]
            number = _first_left(shelf, taken)
            if number < 0:
                lone.append(quantity)
            else:
                taken[number] = quantity
                pairs.append((quantity, self.targets[number]))
        self.sources = lone
        self.targets = [one for number, one in enumerate(self.targets) if number not in taken]
        return pairs


def _first_left(shelves: Iterable[deque[int] | None], taken: dict[int, Quantity]) -> int:
    """Return the first number on any shelf that is not taken; -1: there is none."""
    first = -1
    for shelf in shelves:
        while shelf and shelf[0] in taken:
            shelf.popleft()
        if shelf and (first < 0 or shelf[0] < first):
            first = shelf[0]
    return first


def _readings(quantity: Quantity) -> Iterable[Hashable]:
    return quantity.readings


def _sure_readings(quantity: Quantity) -> Iterable[Hashable]:
    return quantity.readings if quantity.is_sure else ()


def _with_unit(quantity: Quantity) -> Iterator[Hashable]:
    if quantity.unit is not None:
        for reading in quantity.readings:
            yield reading, quantity.unit


def _compatible_offered(quantity: Quantity) -> Iterator[Hashable]:
    """Yield a number's keys: any unit, its unit, and that without what it is told per."""
    unit, per, _ = (quantity.unit or "").partition("/")
    for reading in quantity.readings:
        yield reading, "any"
        yield reading, "unit", quantity.unit
        if per:
            yield reading, "per", unit


def _compatible_asked(quantity: Quantity) -> Iterator[Hashable]:
    """Yield what may be the same number: one unit isn't told, or only what it is told per."""
    unit, per, _ = (quantity.unit or "").partition("/")
    for reading in quantity.readings:
        if quantity.unit is None:
            yield reading, "any"
            continue
        yield reading, "unit", None
        yield reading, "unit", quantity.unit
        yield (reading, "unit", unit) if per else (reading, "per", unit)


def _converted(quantity: Quantity) -> Iterator[Hashable]:
    """Yield a number's amounts in the base of its unit."""
    for reading in quantity.readings:
        amount = in_base(reading, quantity.unit)
        if amount is not None:
            yield amount


def _covered(quantity: Quantity, parts: Counter[int]) -> bool:
    """Tell whether all its runs of digits are among `parts`, noughts apart, and take them away.

    What is the same digits parted otherwise: dates, times, lists of numbers.
    """
    for part in quantity.parts:
        if parts[part] > 0:
            parts[part] -= 1
        elif part or len(quantity.parts) == 1:
            return False
    return True

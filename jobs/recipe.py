"""Recombine units to documents: a document depends on the seed and its number alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from jobs.units import Unit, join
from projector.document import Document

_TRIES = 8  # to find a paragraph that a document does not have yet


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the documents of a collection are made of.

    Args:
        units: To draw from; at least one has a mention in its source.
        languages: The source's, then the targets'.
        seed: Together with its number it decides a document.
        paragraphs: How many units a document has, at least and at most.
    """

    units: tuple[Unit, ...]
    languages: tuple[str, ...]
    seed: int = 7
    paragraphs: tuple[int, int] = (1, 4)
    _bearing: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Find the units with mentions."""
        every = range(len(self.units))
        bearing = tuple(number for number in every if self.units[number].parts[0].mentions)
        if not bearing:
            raise ValueError("no unit has a mention in its source")
        object.__setattr__(self, "_bearing", bearing)

    def document(self, number: int) -> tuple[Document, ...]:
        """Make a document in all languages; nothing but the recipe and its number matter."""
        draw = self._dice(number)
        fewest, most = self.paragraphs
        count = fewest + draw(most - fewest + 1)
        bearer = draw(count)  # every document has a mention
        chosen: list[int] = []
        for turn in range(count):
            chosen.append(self._unit(draw, chosen, bearing=turn == bearer))
        return self._join(chosen, number)

    def long_document(self, number: int, size: int) -> tuple[Document, ...]:
        """Make a document whose source has at least so many bytes of paragraphs with mentions."""
        draw = self._dice(number)
        chosen: list[int] = []
        while size > 0:
            chosen.append(self._unit(draw, (), bearing=True))
            size -= len(self.units[chosen[-1]].parts[0].text.encode())
        return self._join(chosen, number)

    def empty_document(self, number: int) -> tuple[Document, ...]:
        """Make a document without a text."""
        return tuple(Document(_name(number), language, "") for language in self.languages)

    def _dice(self, number: int) -> Callable[[int], int]:
        # Python promises that `random()` stays what it is, and nothing else of `Random`.
        random = Random(f"{self.seed}:{number}").random
        return lambda sides: int(random() * sides)

    def _unit(self, draw: Callable[[int], int], taken: Sequence[int], *, bearing: bool) -> int:
        pool = self._bearing if bearing else range(len(self.units))
        for _ in range(_TRIES):
            one = pool[draw(len(pool))]
            if one not in taken:
                break
        return one

    def _join(self, chosen: Sequence[int], number: int) -> tuple[Document, ...]:
        units = (self.units[one] for one in chosen)
        return join(units, name=_name(number), languages=self.languages)


def _name(number: int) -> str:
    return f"document-{number:06}"

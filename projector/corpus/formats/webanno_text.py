"""Rebuild the text of a WebAnno TSV 3 file of its sentences, where its tokens' offsets say.

The format says that offsets count UTF-16 units; some writers count code points. What explains all
tokens is taken, code points first. A `.txt` beside is the text where every token stands in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from projector.corpus.formats.utf16 import UNITS, beyond, unit_positions
from projector.corpus.formats.webanno_lines import Sentence, Unit, unescaped

_LARGEST_GAP = 100_000  # characters between two sentences: more is a wrong offset


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A text and where the offsets of the file's units are in it.

    Args:
        text: The document's.
        positions: True offsets by stated ones; None where they are the same.
        misfit: The first token that isn't where it should be, None when all are.
        fitting: How many tokens are where they should be.
    """

    text: str
    positions: Mapping[int, int] | None
    misfit: Unit | None
    fitting: int
    convention: str = "code points"

    def true(self, offset: int) -> int:
        """Return the true offset of a stated one; -1 where there is none."""
        return offset if self.positions is None else self.positions.get(offset, -1)


def placed_text(sentences: Sequence[Sentence]) -> PlacedText:
    """Return the text of sentences, in the convention that explains most tokens."""
    points = _checked(_text(sentences, units=False), sentences, None)
    if points.misfit is None or not beyond(points.text):
        return points
    text = _text(sentences, units=True)
    units = _checked(text, sentences, unit_positions(text), UNITS)
    return units if units.fitting > points.fitting else points


def placed_in(text: str, sentences: Sequence[Sentence]) -> PlacedText | None:
    """Return a given text, in the convention that explains all tokens; None where none does."""
    points = _checked(text, sentences, None)
    if points.misfit is None:
        return points
    units = _checked(text, sentences, unit_positions(text), UNITS) if beyond(text) else points
    return units if units.misfit is None else None


def _text(sentences: Iterable[Sentence], *, units: bool) -> str:
    """Return the sentences, each where its first token's offset says; gaps are blanks."""
    parts: list[str] = []
    length = 0  # as the file counts

    def add(part: str) -> None:
        nonlocal length
        parts.append(part)
        length += len(part) + (sum(one > "\uffff" for one in part) if units else 0)

    for sentence in sentences:
        start = sentence.units[0].start if sentence.units else length
        if parts and start > length:
            add("\n")
        add(" " * min(max(start - length, 0), _LARGEST_GAP))
        add(_written(sentence))
    return "".join(parts)


def _written(sentence: Sentence) -> str:
    """Return a sentence's text: unescaped, unless only as it is written it holds its tokens."""
    raw = "\n".join(sentence.texts)
    plain = unescaped(raw)
    if plain == raw or all(unescaped(unit.token) in plain for unit in sentence.units):
        return plain
    return raw if all(unit.token in raw for unit in sentence.units) else plain


def _checked(
    text: str,
    sentences: Iterable[Sentence],
    positions: Mapping[int, int] | None,
    convention: str = "code points",
) -> PlacedText:
    misfit, fitting = None, 0
    placed = PlacedText(text, positions, None, 0, convention)
    for unit in (unit for sentence in sentences for unit in sentence.units):
        start, end = placed.true(unit.start), placed.true(unit.end)
        if 0 <= start <= end and text[start:end] in (unescaped(unit.token), unit.token):
            fitting += 1
        elif misfit is None:
            misfit = unit
    return PlacedText(text, positions, misfit, fitting, convention)

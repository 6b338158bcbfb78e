"""Cut parallel documents into units that can be put together anew: paragraphs, where that is sure.

A unit holds the same passage in every language, with the mentions that lie in it on each side;
equal ids are the same mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from projector.document import Document, Fragment, Mention

_LINE_ENDS = re.compile(r"[\r\n]+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A unit in one language; offsets are within its own text."""

    text: str
    mentions: tuple[Mention, ...]


Unit = Mapping[str, Passage]  # by language


def cut(documents: Mapping[str, Document]) -> list[Unit]:
    """Cut a document and its translations into units.

    They are paragraphs where every language has as many and every mention lies in one paragraph,
    the same on all sides that have it; otherwise the documents are one unit.

    Args:
        documents: The document in each language.

    Returns:
        Units without empty texts; every mention is in exactly one of them.
    """
    paragraphs = {language: _paragraphs(one.text) for language, one in documents.items()}
    places: dict[str, int] = {}
    sure = len({len(found) for found in paragraphs.values()}) == 1
    for language, document in documents.items():
        for mention in document.mentions:
            place = _place(mention, paragraphs[language])
            sure = sure and place is not None and places.setdefault(mention.id, place) == place
    if not sure:
        return [{language: _passage(one, 0, len(one.text)) for language, one in documents.items()}]
    count = len(next(iter(paragraphs.values())))
    return [
        {
            language: _passage(one, *paragraphs[language][number])
            for language, one in documents.items()
        }
        for number in range(count)
    ]


def _paragraphs(text: str) -> list[tuple[int, int]]:
    """Return where the stretches between line ends begin and end; none is blank."""
    borders = [0, *(at for match in _LINE_ENDS.finditer(text) for at in match.span()), len(text)]
    found = zip(borders[::2], borders[1::2], strict=True)
    return [(start, end) for start, end in found if text[start:end].strip()]


def _place(mention: Mention, paragraphs: Sequence[tuple[int, int]]) -> int | None:
    for number, (start, end) in enumerate(paragraphs):
        if start <= mention.start and mention.end <= end:
            return number
    return None


def _passage(document: Document, start: int, end: int) -> Passage:
    inside = (one for one in document.mentions if start <= one.start and one.end <= end)
    return Passage(document.text[start:end], tuple(_moved(one, one.id, -start) for one in inside))


def _moved(mention: Mention, id_: str, by: int) -> Mention:
    fragments = tuple(Fragment(part.start + by, part.end + by) for part in mention.fragments)
    return Mention(id_, mention.label, fragments)


def join(units: Sequence[Unit], name: str, source: str) -> dict[str, Document]:
    """Put units together as one document in each language, a line end between two.

    Args:
        units: At least one, all in the same languages.
        name: The document's.
        source: The language whose mentions are numbered, T1 and on, in their order; the others'
            get the number of the source mention that they translate, or are left out.
    """
    numbers: dict[tuple[int, str], str] = {}
    for place, unit in enumerate(units):
        for mention in unit[source].mentions:
            numbers[place, mention.id] = f"T{len(numbers) + 1}"
    return {language: _joined(units, name, language, numbers) for language in units[0]}


def _joined(
    units: Sequence[Unit], name: str, language: str, numbers: Mapping[tuple[int, str], str]
) -> Document:
    text = ""
    mentions: list[Mention] = []
    for place, unit in enumerate(units):
        passage = unit[language]
        text += "\n" if place else ""
        mentions += _numbered(passage, place, len(text), numbers)
        text += passage.text
    return Document(name, language, text, tuple(mentions))


def _numbered(
    passage: Passage, place: int, start: int, numbers: Mapping[tuple[int, str], str]
) -> Iterator[Mention]:
    for mention in passage.mentions:
        id_ = numbers.get((place, mention.id))
        if id_ is not None:
            yield _moved(mention, id_, start)

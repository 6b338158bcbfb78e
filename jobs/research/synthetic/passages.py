"""Cut parallel documents into passages that can be put together anew: paragraphs, if that is sure.

A parallel passage is the same stretch in every language, with the mentions that lie in it on each
side; equal ids are the same mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from projector.document import Document, Fragment, Mention

_LINE_ENDS = re.compile(r"[\r\n]+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage in one language; offsets are within its own text."""

    text: str
    mentions: tuple[Mention, ...]


ParallelPassage = Mapping[str, Passage]  # by language


def cut_passages(documents: Mapping[str, Document]) -> list[ParallelPassage]:
    """Cut a document and its translations into parallel passages.

    They are paragraphs where every language has as many and every mention lies in one paragraph,
    the same on all sides that have it; otherwise the documents are one passage.

    Args:
        documents: The document in each language.

    Returns:
        Passages without empty texts; every mention is in exactly one of them.
    """
    paragraphs = {language: _paragraphs(document.text) for language, document in documents.items()}
    if not _are_parallel(documents, paragraphs):
        paragraphs = {language: [(0, len(one.text))] for language, one in documents.items()}
    count = len(next(iter(paragraphs.values())))
    return [
        {
            language: _passage(document, *paragraphs[language][number])
            for language, document in documents.items()
        }
        for number in range(count)
    ]


def _are_parallel(
    documents: Mapping[str, Document], paragraphs: Mapping[str, Sequence[tuple[int, int]]]
) -> bool:
    """Tell whether paragraphs are as many, and every mention is in the same one on all sides."""
    if len({len(stretches) for stretches in paragraphs.values()}) != 1:
        return False
    paragraph_of_mention: dict[str, int] = {}
    for language, document in documents.items():
        for mention in document.mentions:
            number = _paragraph_number(mention, paragraphs[language])
            if number is None or paragraph_of_mention.setdefault(mention.id, number) != number:
                return False
    return True


def _paragraphs(text: str) -> list[tuple[int, int]]:
    """Return where the stretches between line ends begin and end; none is blank."""
    borders = [
        0,
        *(border for match in _LINE_ENDS.finditer(text) for border in match.span()),
        len(text),
    ]
    stretches = zip(borders[::2], borders[1::2], strict=True)
    return [(start, end) for start, end in stretches if text[start:end].strip()]


def _paragraph_number(mention: Mention, paragraphs: Sequence[tuple[int, int]]) -> int | None:
    for number, (start, end) in enumerate(paragraphs):
        if start <= mention.start and mention.end <= end:
            return number
    return None


def _passage(document: Document, start: int, end: int) -> Passage:
    mentions = (one for one in document.mentions if start <= one.start and one.end <= end)
    return Passage(
        document.text[start:end], tuple(_shifted(one, one.id, -start) for one in mentions)
    )


def _shifted(mention: Mention, id_: str, by: int) -> Mention:
    fragments = tuple(Fragment(part.start + by, part.end + by) for part in mention.fragments)
    return Mention(id_, mention.label, fragments)


def join_passages(
    passages: Sequence[ParallelPassage], name: str, source: str
) -> dict[str, Document]:
    """Put passages together as one document in each language, a line end between two.

    Args:
        passages: At least one, all in the same languages.
        name: The document's.
        source: The language whose mentions are numbered, T1 and on, in their order; the others'
            get the number of the source mention that they translate, or are left out.
    """
    numbers: dict[tuple[int, str], str] = {}
    for passage_number, parallel in enumerate(passages):
        for mention in parallel[source].mentions:
            numbers[passage_number, mention.id] = f"T{len(numbers) + 1}"
    return {language: _joined(passages, name, language, numbers) for language in passages[0]}


def _joined(
    passages: Sequence[ParallelPassage],
    name: str,
    language: str,
    numbers: Mapping[tuple[int, str], str],
) -> Document:
    text = ""
    mentions: list[Mention] = []
    for passage_number, parallel in enumerate(passages):
        passage = parallel[language]
        text += "\n" if passage_number else ""
        mentions += _numbered(passage, passage_number, len(text), numbers)
        text += passage.text
    return Document(name, language, text, tuple(mentions))


def _numbered(
    passage: Passage, passage_number: int, start: int, numbers: Mapping[tuple[int, str], str]
) -> Iterator[Mention]:
    for mention in passage.mentions:
        id_ = numbers.get((passage_number, mention.id))
        if id_ is not None:
            yield _shifted(mention, id_, start)

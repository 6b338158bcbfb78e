"""Cut parallel documents into units that correspond, and join units to new documents.

A unit is a paragraph in all languages, or a whole document where its paragraphs can't be told to
correspond. A mention, and whatever is said about mentions, lies in one unit as a whole.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from projector.document import Annotation, Document, Fragment, Mention

# Lines of white space alone belong to what separates paragraphs.
_LINE_END = re.compile(r"\r?\n(?:[^\S\r\n]*\r?\n)*")
_BLANK_LINE = re.compile(r"\r?\n(?:[^\S\r\n]*\r?\n)+")


@dataclass(frozen=True, slots=True)
class Part:
    """A unit in one language.

    Args:
        text: With the separator behind it, as it is in its document.
        joint: What has to stand between it and a following one; empty where it ends in a line end.
        mentions: Their offsets are within `text`.
        annotations: About these mentions only.
    """

    text: str
    joint: str
    mentions: tuple[Mention, ...]
    annotations: tuple[Annotation, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """The same stretch of a document in all languages.

    Args:
        parts: The source's first.
        ids: Of all mentions of its parts, the source's first; equal ids are one mention.
    """

    parts: tuple[Part, ...]
    ids: tuple[str, ...]


def cut(documents: Sequence[Document]) -> tuple[Unit, ...]:
    """Cut a document in all its languages into units, where that is certain.

    The paragraphs are those between blank lines if there are any in every language, else lines.
    They correspond if they are equally many, each mention lies within one of them, of the same
    number in each language, and no annotation ties two together; else the whole is one unit.

    Args:
        documents: One for each language; equal mention ids are the same mention.
    """
    borders = [starts(document.text, _BLANK_LINE) for document in documents]
    if any(len(found) == 1 for found in borders):
        borders = [starts(document.text, _LINE_END) for document in documents]
    homes = _homes(documents, borders)
    if homes is None:
        borders = [(0,) for _ in documents]
        homes = [_Homes.of_whole(document) for document in documents]
    parts = [
        _parts(document, found, home)
        for document, found, home in zip(documents, borders, homes, strict=True)
    ]
    return tuple(_unit(of_unit) for of_unit in zip(*parts, strict=True))


def starts(text: str, separator: re.Pattern[str] = _LINE_END) -> tuple[int, ...]:
    """Return where each paragraph starts; the first takes white space before it, the last after."""
    first, last = len(text) - len(text.lstrip()), len(text.rstrip())
    found = (match.span() for match in separator.finditer(text))
    return (0, *(end for start, end in found if start >= first and end < last))


def join(units: Iterable[Unit], *, name: str, languages: Sequence[str]) -> tuple[Document, ...]:
    """Make a new document of units, in all languages, its ids numbered anew.

    Args:
        units: At least one, in the document's order.
        name: The document's.
        languages: As many as the units have parts.
    """
    units = tuple(units)
    first = 1
    names: list[dict[str, str]] = []
    for unit in units:
        names.append({id_: f"T{number}" for number, id_ in enumerate(unit.ids, start=first)})
        first += len(unit.ids)
    return tuple(
        _joined([unit.parts[side] for unit in units], names, Document(name, language, ""))
        for side, language in enumerate(languages)
    )


@dataclass(frozen=True, slots=True)
class _Homes:
    """The numbers of the paragraphs in which a document's mentions and annotations lie."""

    of_mentions: Mapping[str, int]
    of_annotations: tuple[int, ...]

    @classmethod
    def of_whole(cls, document: Document) -> _Homes:
        """Return them where there is one paragraph."""
        mentions = dict.fromkeys((one.id for one in document.mentions), 0)
        return cls(mentions, (0,) * len(document.annotations))


def _homes(documents: Sequence[Document], borders: Sequence[Sequence[int]]) -> list[_Homes] | None:
    """Return each language's homes, None where paragraphs aren't sure to correspond."""
    if len({len(found) for found in borders}) > 1:
        return None
    together: dict[str, int] = {}
    homes = []
    for document, found in zip(documents, borders, strict=True):
        for mention in document.mentions:
            home = bisect_right(found, mention.start)
            if home != bisect_right(found, mention.end - 1):
                return None
            if together.setdefault(mention.id, home - 1) != home - 1:
                return None
        of_mentions = {one.id: together[one.id] for one in document.mentions}
        of_annotations = _annotation_homes(document.annotations, of_mentions)
        if of_annotations is None:
            return None
        homes.append(_Homes(of_mentions, of_annotations))
    return homes


def _annotation_homes(
    annotations: Sequence[Annotation], of_mentions: Mapping[str, int]
) -> tuple[int, ...] | None:
    """Return each annotation's paragraph, None where one is about two, or about itself."""
    known = dict(of_mentions)
    found: dict[int, int] = {}
    # One can be about another that stands behind it: as many rounds as such chains are long.
    while len(found) < len(annotations):
        before = len(found)
        for number, one in enumerate(annotations):
            if number in found or not all(target in known for target in one.targets):
                continue
            homes = {known[target] for target in one.targets}
            if len(homes) != 1:
                return None
            (home,) = homes
            found[number] = home
            if one.kind != "equivalence":  # they share the id *
                known[one.id] = home
        if len(found) == before:
            return None
    return tuple(found[number] for number in range(len(annotations)))


def _parts(document: Document, borders: Sequence[int], homes: _Homes) -> list[Part]:
    line_end = "\r\n" if "\r\n" in document.text else "\n"
    mentions: list[list[Mention]] = [[] for _ in borders]
    annotations: list[list[Annotation]] = [[] for _ in borders]
    for mention in document.mentions:
        home = homes.of_mentions[mention.id]
        mentions[home].append(_moved(mention, mention.id, -borders[home]))
    for one, home in zip(document.annotations, homes.of_annotations, strict=True):
        annotations[home].append(replace(one, line=None))
    texts = [document.text[start:end] for start, end in pairwise((*borders, len(document.text)))]
    return [
        Part(text, "" if text.endswith("\n") else line_end, tuple(of_text), tuple(about))
        for text, of_text, about in zip(texts, mentions, annotations, strict=True)
    ]


def _unit(parts: tuple[Part, ...]) -> Unit:
    ids = dict.fromkeys(mention.id for part in parts for mention in part.mentions)
    return Unit(parts, tuple(ids))


def _joined(parts: Sequence[Part], names: Sequence[Mapping[str, str]], empty: Document) -> Document:
    texts: list[str] = []
    mentions: list[Mention] = []
    annotations: list[Annotation] = []
    counts: Counter[str] = Counter()
    start = 0
    for number, (part, of_unit) in enumerate(zip(parts, names, strict=True), start=1):
        mentions += (_moved(mention, of_unit[mention.id], start) for mention in part.mentions)
        annotations += _numbered(part.annotations, of_unit, counts)
        text = part.text + part.joint if number < len(parts) else part.text
        texts.append(text)
        start += len(text)
    return replace(
        empty, text="".join(texts), mentions=tuple(mentions), annotations=tuple(annotations)
    )


def _moved(mention: Mention, id_: str, by: int) -> Mention:
    fragments = tuple(Fragment(one.start + by, one.end + by) for one in mention.fragments)
    return Mention(id_, mention.label, fragments)


def _numbered(
    annotations: Sequence[Annotation], mentions: Mapping[str, str], counts: Counter[str]
) -> list[Annotation]:
    """Give annotations ids that go on from `counts`, each letter by itself."""
    names = dict(mentions)
    for one in annotations:
        if one.kind != "equivalence":
            letter = one.id[0]
            counts[letter] += 1
            names[one.id] = f"{letter}{counts[letter]}"
    return [
        replace(
            one,
            id=names.get(one.id, one.id),
            arguments=tuple((role, names[target]) for role, target in one.arguments),
        )
        for one in annotations
    ]

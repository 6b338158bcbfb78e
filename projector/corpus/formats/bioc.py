"""Make documents of BioC's passages and annotations, whether XML or JSON held them.

A passage (or each of its sentences) has a text and an offset within the document; a document's
text is its passages, each at its offset. What annotations' offsets count isn't written down:
code points, UTF-16 units and bytes are in use, from the document's beginning or the passage's.
What explains all annotations' texts is taken, in this order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, product

from projector.corpus.formats.stated import StatedDocument
from projector.corpus.offsets import flatten
from projector.corpus.reading import Reading
from projector.errors import CorpusError, Problem

_LARGEST_GAP = 100_000  # characters between two passages: more is a wrong offset
_LABELS = ("type", "label", "class", "entity_type", "category")
_CODES = ("identifier", "cui", "concept_id", "code", "id", "database", "MESH", "MeSH", "OMIM")
_CODES_LIKE = ("NCBI", "UMLS", "SNOMED", "ICD", "HPO", "CHEBI", "ChEBI")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an annotation says that a part of it is."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class BiocAnnotation:
    """An annotation of a passage."""

    id: str
    infons: Mapping[str, str]
    places: tuple[Place, ...]
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class BiocRelation:
    """A relation: (role, id of an annotation or a relation) of each of its nodes."""

    id: str
    infons: Mapping[str, str]
    nodes: tuple[tuple[str, str], ...]
    line: int


@dataclass(slots=True)
class Passage:
    """A passage, or a sentence of one."""

    offset: int
    text: str
    line: int
    annotations: list[BiocAnnotation] = field(default_factory=list)


@dataclass(slots=True)
class BiocDocument:
    """What a BioC file says of a document; `left` are infons that a document has no room for."""

    passages: list[Passage] = field(default_factory=list)
    relations: list[BiocRelation] = field(default_factory=list)
    left: set[str] = field(default_factory=set)


_Width = Callable[[str], int]
_UNITS: Mapping[str, _Width] = {
    "code points": lambda character: 1,
    "UTF-16 units": lambda character: 2 if character > "\uffff" else 1,
    "UTF-8 bytes": lambda character: len(character.encode("utf-8", "replace")),
}
_ORIGINS = ("the document", "the passage")


@dataclass(frozen=True, slots=True)
class _Counted:
    """A passage as a convention counts it.

    Args:
        shift: Where its text begins in the document's.
        positions: Code points by what is counted, from the passage's beginning.
    """

    passage: Passage
    shift: int
    positions: Mapping[int, int]


def bioc_reading(stated: StatedDocument, bioc: BiocDocument, language: str) -> Reading:
    """Return a document of what a file says of it.

    Raises:
        CorpusError: An offset leaves a gap that no text has.
    """
    everything = "".join(passage.text for passage in bioc.passages)
    conventions = list(product(_ORIGINS, _UNITS)) if _tells(everything, bioc) else [_FIRST]
    tried = [(_fitting(bioc, convention, stated), convention) for convention in conventions]
    fitting, convention = max(tried, key=lambda item: item[0])
    text, counted = _placed(bioc.passages, convention[1], stated)
    if convention != _FIRST:
        origin, units = convention
        told = f"offsets count {units} from the beginning of {origin}, as the stated words show"
        stated.notice(f"{told}: they are converted", fitting)
    ids: dict[str, str] = {}
    for index, passage in enumerate(bioc.passages):
        for annotation in passage.annotations:
            ranges = _ranges(annotation, index, counted, convention[0])
            _add_annotation(stated, annotation, ranges, ids)
    _add_relations(stated, bioc.relations, ids)
    if bioc.left:
        stated.notice(
            f"infons of documents and passages can't be kept: {', '.join(sorted(bioc.left))}"
        )
    return stated.reading(language, text)


_FIRST = (_ORIGINS[0], "code points")


def _tells(text: str, bioc: BiocDocument) -> bool:
    """Tell whether conventions differ in a document: beyond ASCII, or passages at offsets."""
    shifted = any(passage.offset for passage in bioc.passages)
    return shifted or not text.isascii()


def _placed(
    passages: Sequence[Passage], units: str, stated: StatedDocument
) -> tuple[str, list[_Counted]]:
    """Return the text, each passage where its offset says, and the passages as they are counted."""
    parts: list[str] = []
    placed: list[_Counted] = []
    length = counted = 0
    for passage in passages:
        gap = passage.offset - counted
        if gap > _LARGEST_GAP:
            found = f"{stated.name}: the offset {passage.offset} leaves a gap of {gap} before it"
            expected = f"one near {counted}, where the passage before it ends"
            raise CorpusError(Problem(stated.path, passage.line, found, expected))
        if parts and gap <= 0 and (gap or not parts[-1].endswith("\n")) and passage.offset == 0:
            gap = 1
        filler = ("\n" + " " * (gap - 1) if parts else " " * gap) if gap > 0 else ""
        parts += [filler, passage.text]
        length += len(filler)
        widths = map(_UNITS[units], passage.text)
        positions = {unit: point for point, unit in enumerate(accumulate(widths, initial=0))}
        placed.append(_Counted(passage, length, positions))
        length += len(passage.text)
        counted = max(counted, passage.offset) + max(positions)
    return "".join(parts), placed


def _ranges(
    annotation: BiocAnnotation, index: int, counted: Sequence[_Counted], origin: str
) -> list[tuple[int, int]]:
    """Return true offsets of an annotation's places; -1 where there are none."""
    order = [counted[index], *counted[:index], *counted[index + 1 :]]
    ranges = []
    for place in annotation.places:
        found = (-1, -1)
        for number, passage in enumerate(order):
            local = place.offset - (0 if origin == "the passage" else passage.passage.offset)
            start = passage.positions.get(local)
            end = passage.positions.get(local + place.length)
            if start is not None and end is not None and (not number or origin != "the passage"):
                found = (passage.shift + start, passage.shift + end)
                break
        ranges.append(found)
    return ranges


def _fitting(bioc: BiocDocument, convention: tuple[str, str], stated: StatedDocument) -> int:
    """Return how many annotations fit their texts in a convention."""
    text, counted = _placed(bioc.passages, convention[1], stated)
    fitting = 0
    for index, passage in enumerate(bioc.passages):
        for annotation in passage.annotations:
            ranges = sorted(_ranges(annotation, index, counted, convention[0]))
            surface = " ".join(text[max(start, 0) : max(end, 0)] for start, end in ranges)
            fitting += bool(surface) and flatten(surface) == flatten(annotation.text)
    return fitting


def _add_annotation(
    stated: StatedDocument,
    annotation: BiocAnnotation,
    ranges: Sequence[tuple[int, int]],
    ids: dict[str, str],
) -> None:
    line = annotation.line
    key = next((name for name in _LABELS if annotation.infons.get(name)), None)
    if key is None or not ranges:
        missing = "type: an infon 'type'" if key is None else "location"
        found = f"the annotation {annotation.id!r} has no {missing}"
        stated.problem(line, found, mention=annotation.id or "?")
        return
    label = annotation.infons[key]
    if min(ranges)[0] < 0:
        place = annotation.places[0]
        found = f"the annotation {annotation.id!r} at {place.offset}, {place.length} long"
        stated.problem(line, found, "a stretch of a passage's text", mention=annotation.id or "?")
        return
    mention = stated.add_mention(annotation.id, label, ranges, annotation.text or None, line)
    ids.setdefault(annotation.id, mention)
    for name, value in annotation.infons.items():
        if name == key or not value:
            continue
        if name in _CODES or name.startswith(_CODES_LIKE):
            stated.add_code(name, value, mention, line)
        else:
            stated.about("attribute", name, mention, value, line)


def _add_relations(
    stated: StatedDocument, relations: Sequence[BiocRelation], ids: dict[str, str]
) -> None:
    """Add relations of two nodes each; those of another number can't be kept."""
    for relation in relations:
        line = relation.line
        label = next(filter(None, map(relation.infons.get, _LABELS)), None) or "relation"
        if len(relation.nodes) != 2:
            count = len(relation.nodes)
            stated.lose(line, f"{label} {relation.id!r} is of {count}, not of two")
            continue
        missing = [target for _, target in relation.nodes if target not in ids]
        if missing:
            found = f"{label} {relation.id!r} is about {', '.join(missing)}, which is not there"
            stated.problem(line, found, "ids of this document's annotations")
            continue
        roles = _roles([role for role, _ in relation.nodes])
        targets = [ids[target] for _, target in relation.nodes]
        added = stated.add("relation", label, list(zip(roles, targets, strict=True)), None, line)
        ids.setdefault(relation.id, added)
        for name, value in relation.infons.items():
            if name not in _LABELS and value:
                stated.about("attribute", name, added, value, line)


def _roles(stated: Sequence[str]) -> Iterator[str]:
    """Yield the roles of a relation's nodes, without what BRAT's roles can't have."""
    for number, role in enumerate(stated, start=1):
        yield "_".join(role.replace(":", "_").split()) or f"Arg{number}"

"""Read BioC as JSON: a collection, or PubTator's export of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from projector.corpus.formats.bioc import (
    BiocAnnotation,
    BiocDocument,
    BiocRelation,
    Passage,
    Place,
    bioc_reading,
)
from projector.corpus.formats.json_elements import (
    Element,
    elements,
    identifier,
    objects,
    read_element,
    whole_number,
)
from projector.corpus.formats.stated import StatedDocument
from projector.corpus.formats.stretch import RecordFiles, Stretch, whole_file
from projector.corpus.reading import Reading
from projector.errors import CorpusError, Problem
from projector.settings import ReadingRules
from projector.storage.strict_json import WrongFieldError, brief, string

MEMBERS = ("documents", "PubTator3")  # what holds the documents of a file that is one object


def is_bioc_document(value: Mapping[str, Any]) -> bool:
    """Tell whether an object is a document of BioC."""
    return isinstance(value.get("passages"), list)


def is_bioc_collection(value: Mapping[str, Any]) -> bool:
    """Tell whether an object is a collection of BioC."""
    for member in MEMBERS:
        documents = value.get(member)
        if isinstance(documents, list) and documents:
            return isinstance(documents[0], dict) and is_bioc_document(documents[0])
    return False


def index_bioc_json(path: Path) -> Iterator[tuple[str, Stretch]]:
    """Yield the ids of a file's documents and where they lie.

    Raises:
        CorpusError: It is no JSON, or a document has no id.
    """
    for element in _documents(path):
        name = identifier(element.value.get("id"))
        if not name:
            found = f"{element.where} has the id {brief(element.value.get('id'))}"
            raise CorpusError(Problem(path, element.stretch.line, found.strip(), "a document's id"))
        yield name, element.stretch


def _documents(path: Path) -> Iterator[Element]:
    first = next(elements(path), None)
    if first is None or is_bioc_document(first.value):
        yield from elements(path)
        return
    for member in MEMBERS:
        if member in first.value:
            if whole_file(path).text().lstrip().startswith("["):
                found = "an array of collections"
                raise CorpusError(Problem(path, 1, found, "one collection", "Put each in a file"))
            yield from elements(path, member)
            return


def read_bioc_json(
    name: str, files: RecordFiles, language: str, labels: Mapping[str, str], rules: ReadingRules
) -> Reading:
    """Read a document; see `Reading`.

    Raises:
        CorpusError: It can't be read, or its passages can't.
    """
    (stretch,) = files.parts
    value = read_element(stretch)
    stated = StatedDocument(name, stretch.path, labels, rules)
    bioc = BiocDocument(left={*_infons(value)})
    try:
        for where, passage in objects(value.get("passages"), "passages"):
            _add_passage(bioc, passage, where, stated, stretch.line)
    except WrongFieldError as error:
        raise CorpusError(Problem(stretch.path, stretch.line, f"{name}: {error}")) from error
    _add_relations(bioc, value, "", stated, stretch.line)
    return bioc_reading(stated, bioc, language)


def _infons(value: Mapping[str, Any]) -> dict[str, str]:
    infons = value.get("infons")
    if not isinstance(infons, dict):
        return {}
    return {
        name: item if isinstance(item, str) else brief(item)
        for name, item in infons.items()
        if item is not None
    }


def _add_passage(
    bioc: BiocDocument, passage: Mapping[str, Any], where: str, stated: StatedDocument, line: int
) -> None:
    """Add a passage, or its sentences where they have the text."""
    bioc.left |= {*_infons(passage)} if where.startswith("passages[") else set()
    sentences = list(objects(passage.get("sentences"), f"{where}.sentences"))
    if passage.get("text") is None and sentences:
        for name, sentence in sentences:
            _add_passage(bioc, sentence, name, stated, line)
        _add_relations(bioc, passage, f"{where}.", stated, line)
        _add_annotations(bioc.passages[-1], passage, where, stated, line)
        return
    offset = whole_number(passage.get("offset"), f"{where}: the offset")
    text = string(passage.get("text") or "", f"{where}: the text")
    bioc.passages.append(Passage(offset, text, line))
    for name, part in [(where, passage), *sentences]:
        _add_annotations(bioc.passages[-1], part, name, stated, line)
        _add_relations(bioc, part, f"{name}.", stated, line)


def _add_annotations(
    passage: Passage, value: Mapping[str, Any], where: str, stated: StatedDocument, line: int
) -> None:
    for name, annotation in objects(value.get("annotations"), f"{where}.annotations"):
        id_ = identifier(annotation.get("id"))
        try:
            places = tuple(
                Place(
                    whole_number(place.get("offset"), f"{part}: the offset"),
                    whole_number(place.get("length"), f"{part}: the length"),
                )
                for part, place in objects(annotation.get("locations"), f"{name}.locations")
            )
            text = string(annotation.get("text") or "", f"{name}: the text")
        except WrongFieldError as error:
            stated.problem(line, str(error), mention=id_ or name)
            continue
        passage.annotations.append(BiocAnnotation(id_, _infons(annotation), places, text, line))


def _add_relations(
    bioc: BiocDocument, value: Mapping[str, Any], where: str, stated: StatedDocument, line: int
) -> None:
    try:
        for name, relation in objects(value.get("relations"), f"{where}relations"):
            nodes = tuple(
                (identifier(node.get("role")), identifier(node.get("refid")))
                for _, node in objects(relation.get("nodes"), f"{name}.nodes")
            )
            id_ = identifier(relation.get("id"))
            bioc.relations.append(BiocRelation(id_, _infons(relation), nodes, line))
    except WrongFieldError as error:
        stated.problem(line, str(error))

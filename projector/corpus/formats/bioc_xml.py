"""Read BioC as XML, strictly: no entity is declared, nothing outside the file is fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from projector.corpus.formats.bioc import (
    BiocAnnotation,
    BiocDocument,
    BiocRelation,
    Passage,
    Place,
    bioc_reading,
)
from projector.corpus.formats.stated import StatedDocument
from projector.corpus.formats.stretch import RecordFiles, Stretch, whole_file
from projector.corpus.reading import Reading
from projector.errors import CorpusError, Problem
from projector.settings import ReadingRules

ROOT = "collection"
_DEEPEST = 40  # elements within each other; BioC needs six
_ENCODINGS = ("UTF-8", "US-ASCII", "ASCII")


@dataclass(slots=True)
class _Element:
    name: str
    attributes: Mapping[str, str]
    line: int
    children: list[_Element] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the characters that stand in it directly."""
        return "".join(self.parts)

    def all(self, name: str) -> Iterator[_Element]:
        """Yield its children of a name."""
        return (child for child in self.children if child.name == name)

    def first(self, name: str) -> _Element | None:
        """Return its first child of a name."""
        return next(self.all(name), None)


class _Parser:
    """Parse XML with expat; what BioC has no need of is refused."""

    def __init__(self, path: Path, line: int = 1) -> None:
        self.path, self.first_line = path, line
        self.expat = expat.ParserCreate("UTF-8")
        self.expat.buffer_text = True
        self.expat.EntityDeclHandler = lambda *_: self.fail("an entity is declared")
        self.expat.SkippedEntityHandler = lambda name, _: self.fail(f"&{name}; is not defined")
        self.expat.StartDoctypeDeclHandler = self._doctype
        self.expat.XmlDeclHandler = self._declaration

    def _doctype(
        self, _name: str, _system: str | None, _public: str | None, internal: bool
    ) -> None:
        if internal:
            self.fail("the document type has declarations of its own")

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.upper() not in _ENCODINGS:
            self.fail(
                f"its encoding is {encoding}", "UTF-8", f"Convert it: iconv -f {encoding} -t UTF-8"
            )

    @property
    def line(self) -> int:
        """Return the line of the file that is being parsed."""
        return self.expat.CurrentLineNumber + self.first_line - 1

    def fail(self, found: str, expected: str = "", hint: str = "") -> NoReturn:
        """Raise what is wrong where it is."""
        raise CorpusError(Problem(self.path, self.line, found, expected or "plain BioC XML", hint))

    def parse(self, data: bytes) -> None:
        """Parse all."""
        try:
            self.expat.Parse(data, True)
        except expat.ExpatError as error:
            said = expat.ErrorString(error.code)
            found = f"no XML: {said} at column {error.offset + 1}"
            line = error.lineno + self.first_line - 1
            raise CorpusError(Problem(self.path, line, found, "well-formed XML")) from error


def index_bioc_xml(path: Path) -> Iterator[tuple[str, Stretch]]:
    """Yield the ids of a file's documents and where they lie.

    Raises:
        CorpusError: It is no XML, no BioC, or a document has no id.
    """
    data = whole_file(path).data()
    parser, open_elements = _Parser(path), list[str]()
    found: list[tuple[str, Stretch]] = []
    begins, id_ = (0, 0), list[str]()

    def start(name: str, _attributes: Mapping[str, str]) -> None:
        nonlocal begins
        open_elements.append(name)
        if len(open_elements) > _DEEPEST:
            parser.fail(f"{len(open_elements)} elements within each other")
        if len(open_elements) == 1 and name != ROOT:
            parser.fail(f"the root is <{name}>", f"<{ROOT}>, as BioC has it")
        if open_elements == [ROOT, "document"]:
            begins = (parser.expat.CurrentByteIndex, parser.line)
            id_.clear()

    def characters(text: str) -> None:
        if open_elements == [ROOT, "document", "id"]:
            id_.append(text)

    def end(_name: str) -> None:
        if open_elements == [ROOT, "document"]:
            name = "".join(id_).strip()
            if not name:
                parser.fail("a document without an id", "<id>…</id>")
            last = data.find(b">", parser.expat.CurrentByteIndex) + 1
            first, line = begins
            found.append((name, Stretch(path, line, first, last - first)))
        open_elements.pop()

    parser.expat.StartElementHandler = start
    parser.expat.CharacterDataHandler = characters
    parser.expat.EndElementHandler = end
    parser.parse(data)
    yield from found


def _tree(stretch: Stretch) -> _Element:
    """Return the element that lies in a stretch."""
    parser = _Parser(stretch.path, stretch.line)
    root = _Element("", {}, stretch.line)
    stack = [root]

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if len(stack) > _DEEPEST:
            parser.fail(f"{len(stack)} elements within each other")
        element = _Element(name, attributes, parser.line)
        stack[-1].children.append(element)
        stack.append(element)

    parser.expat.StartElementHandler = start
    parser.expat.EndElementHandler = lambda _name: stack.pop()
    parser.expat.CharacterDataHandler = lambda text: stack[-1].parts.append(text)
    parser.parse(stretch.data())
    return root.children[0]


def read_bioc_xml(
    name: str, files: RecordFiles, language: str, labels: Mapping[str, str], rules: ReadingRules
) -> Reading:
    """Read a document; see `Reading`.

    Raises:
        CorpusError: It can't be read, or a passage has no offset.
    """
    (stretch,) = files.parts
    document = _tree(stretch)
    stated = StatedDocument(name, stretch.path, labels, rules)
    bioc = BiocDocument(left={*_infons(document)})
    for passage in document.all("passage"):
        bioc.left |= {*_infons(passage)}
        _add_passage(bioc, passage, stated)
        bioc.relations += map(_relation, passage.all("relation"))
    bioc.relations += map(_relation, document.all("relation"))
    loose = [*document.all("annotation")]
    if bioc.passages:
        _add_annotations(bioc.passages[-1], loose, stated)
    return bioc_reading(stated, bioc, language)


def _infons(element: _Element) -> dict[str, str]:
    return {infon.attributes.get("key", ""): infon.text.strip() for infon in element.all("infon")}


def _add_passage(bioc: BiocDocument, passage: _Element, stated: StatedDocument) -> None:
    """Add a passage, or its sentences where they have the text."""
    sentences = [*passage.all("sentence")]
    parts = sentences if sentences and passage.first("text") is None else [passage]
    for part in parts:
        offset, text = part.first("offset"), part.first("text")
        stated_offset = (offset.text if offset else "").strip()
        if not _is_offset(stated_offset):
            found = f"{stated.name}: a {part.name} with the offset {stated_offset[:40]!r}"
            raise CorpusError(Problem(stated.path, part.line, found, "a whole number from 0"))
        bioc.passages.append(Passage(int(stated_offset), text.text if text else "", part.line))
        _add_annotations(bioc.passages[-1], [*part.all("annotation")], stated)
        bioc.relations += map(_relation, part.all("relation") if part is not passage else ())
    others = [passage] if parts == sentences else sentences
    for other in others:
        _add_annotations(bioc.passages[-1], [*other.all("annotation")], stated)
        bioc.relations += map(_relation, other.all("relation") if other is not passage else ())


def _is_offset(stated: str) -> bool:
    return stated.isascii() and stated.isdigit() and len(stated) < 18


def _add_annotations(passage: Passage, annotations: list[_Element], stated: StatedDocument) -> None:
    for annotation in annotations:
        id_ = annotation.attributes.get("id", "").strip()
        places = []
        for place in annotation.all("location"):
            numbers = [place.attributes.get(key, "") for key in ("offset", "length")]
            if not all(map(_is_offset, numbers)):
                found = f"the annotation {id_!r} has the location {numbers[0]!r}, {numbers[1]!r}"
                stated.problem(place.line, found, "whole numbers from 0", mention=id_ or "?")
                break
            places.append(Place(int(numbers[0]), int(numbers[1])))
        else:
            text = annotation.first("text")
            passage.annotations.append(
                BiocAnnotation(
                    id_,
                    _infons(annotation),
                    tuple(places),
                    text.text if text else "",
                    annotation.line,
                )
            )


def _relation(relation: _Element) -> BiocRelation:
    nodes = tuple(
        (node.attributes.get("role", ""), node.attributes.get("refid", "").strip())
        for node in relation.all("node")
    )
    return BiocRelation(relation.attributes.get("id", ""), _infons(relation), nodes, relation.line)

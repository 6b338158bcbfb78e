r"""Read PubTator's format: titles and abstracts, and below them what is marked in both.

`1|t|Title` and `1|a|Abstract` are one text, a line end between them; `1\t6\t10\tasma\tDisease\tD1`
is a mention with a concept, `1\tCID\tD1\tD2` a relation of concepts. Blank lines part documents.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from projector.corpus.formats.stated import StatedDocument
from projector.corpus.formats.stretch import RecordFiles, Stretch, lines_of, numbered_lines
from projector.corpus.reading import Reading
from projector.errors import CorpusError, Problem
from projector.settings import ReadingRules

PASSAGE = re.compile(r"([^|\t]+)\|([a-z])\|(.*)", re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,18}")
_EXPECTED = (
    "id|t|title, id|a|abstract, id<tab>start<tab>end<tab>text<tab>type<tab>concept, "
    "or id<tab>relation<tab>concept<tab>concept"
)


def index_pubtator(path: Path) -> Iterator[tuple[str, Stretch]]:
    """Yield the ids of a file's documents and where they lie.

    Raises:
        CorpusError: It can't be read, or something stands before the first document.
    """
    name, first, start, end = "", 1, 0, 0
    for number, offset, line in lines_of(path):
        match = PASSAGE.fullmatch(line)
        if match and match[2] == "t":
            if name:
                yield name, Stretch(path, first, start, offset - start)
            name, first, start = match[1].strip(), number, offset
        elif not name and line.strip():
            raise CorpusError(Problem(path, number, f"{line[:80]!r} before a title", _EXPECTED))
        end = offset + len(line.encode("utf-8"))
    if name:
        yield name, Stretch(path, first, start, end - start)


def read_pubtator(
    name: str, files: RecordFiles, language: str, labels: Mapping[str, str], rules: ReadingRules
) -> Reading:
    """Read a document; see `Reading`.

    Raises:
        CorpusError: It can't be read.
    """
    (stretch,) = files.parts
    stated = StatedDocument(name, stretch.path, labels, rules)
    passages: list[str] = []
    concepts: dict[str, list[str]] = defaultdict(list)
    relations: list[tuple[int, list[str]]] = []
    for number, line in numbered_lines(stretch.text(), stretch.line):
        match, cells = PASSAGE.fullmatch(line), line.split("\t")
        if not line.strip():
            continue
        id_ = match[1].strip() if match else cells[0].strip()
        if id_ != name:
            stated.problem(number, f"a line of the document {id_!r}", f"one of {name!r}")
        elif match:
            passages.append(match[3])
        elif len(cells) >= 5 and all(map(_NUMBER.fullmatch, cells[1:3])):
            _add_mention(stated, cells, number, concepts)
        elif len(cells) in (4, 5) and not any(map(_NUMBER.fullmatch, cells[1:3])):
            relations.append((number, cells[1:]))
        else:
            stated.problem(number, f"{line[:80]!r} is not understood", _EXPECTED)
    _add_relations(stated, relations, concepts)
    return stated.reading(language, _text(passages, stated))


def _text(passages: list[str], stated: StatedDocument) -> str:
    """Return the passages, a line end between each two; none behind the last that holds any."""
    text = "\n".join(passages)
    shortest = text.rstrip("\n")
    reach = max((end for raw in stated.mentions for _, end in raw.ranges), default=0)
    return text if len(shortest) < reach <= len(text) else shortest


def _add_mention(
    stated: StatedDocument, cells: list[str], number: int, concepts: dict[str, list[str]]
) -> None:
    start, end, text, label = int(cells[1]), int(cells[2]), cells[3], cells[4].strip()
    if not label:
        stated.problem(number, "a mention without a type", _EXPECTED, mention=f"line {number}")
        return
    mention = stated.add_mention("", label, [(start, end)], text, number)
    concept = cells[5].strip() if len(cells) > 5 else ""
    stated.add_code("", concept, mention, number)
    if concept:
        concepts[concept].append(mention)
    for extra in filter(None, map(str.strip, cells[6:])):
        stated.about("attribute", "individual_mentions", mention, extra, number)


def _add_relations(
    stated: StatedDocument,
    relations: list[tuple[int, list[str]]],
    concepts: Mapping[str, list[str]],
) -> None:
    """Keep a relation of concepts that have one mention each; which of several isn't known."""
    for number, (label, *cells) in relations:
        ends, novelty = cells[:2], cells[2] if len(cells) > 2 else None
        mentions = [concepts.get(concept, []) for concept in ends]
        if label.strip() and all(len(ids) == 1 for ids in mentions):
            arguments = [("Arg1", mentions[0][0]), ("Arg2", mentions[1][0])]
            stated.add("relation", label.strip(), arguments, novelty, number)
            continue
        told = f"the relation {label} of {ends[0]} and {ends[1]} is of concepts"
        stated.lose(number, f"{told}, not of one mention each")

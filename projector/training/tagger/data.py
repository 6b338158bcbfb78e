"""Read what a tagger learns from: annotated documents, and which types they are annotated with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from projector.corpus import require_document
from projector.corpus.name_list import read_names
from projector.corpus.open import open_corpus
from projector.document import Document, Fragment, Mention
from projector.errors import CorpusError, Problem
from projector.storage.json_lines import identifier, objects, sequence, string
from projector.storage.strict_json import brief, whole
from projector.training.aligner.data import evenly, is_taken
from projector.training.gold import gold_pairs

if TYPE_CHECKING:
    from schemas.tagger_training import TaggerSourceConfiguration

_EXPECTED = "an object with id, text and spans, a span being [start, end, label, …]"


@dataclass(frozen=True, slots=True)
class Annotated:
    """A document and what is known of it.

    Args:
        origin: What it was made from; what must stay together when the data are split.
        document: With its mentions.
        types: The entity types it is annotated with; None: all that are asked for.
    """

    origin: str
    document: Document
    types: tuple[str, ...] | None


def read_annotated(source: TaggerSourceConfiguration) -> list[Annotated]:
    """Read one source of annotated documents.

    Raises:
        CorpusError: It can't be read, or nothing is left of it.
    """
    only, exclude = _names(source.only), _names(source.exclude)
    kept = [
        document
        for document in _all(source)
        if is_taken(document.origin, source)
        and fnmatchcase(document.origin, source.names)
        and (only is None or only.search(document.origin))
        and not (exclude and exclude.search(document.origin))
    ]
    where = source.corpus or source.lines or source.gold
    assert where is not None  # the configuration sees to it
    return evenly(kept, source.limit, where)


def _names(paths: Sequence[Path]) -> re.Pattern[str] | None:
    """Return what finds any of some files' names within a longer one, as whole words of it.

    Raises:
        CorpusError: A file can't be read, or holds no name.
    """
    names = [name for path in paths for name in read_names(path)]
    if not names:
        return None
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, names))})(?![^\W_])")


def _all(source: TaggerSourceConfiguration) -> Iterator[Annotated]:
    if source.gold is not None:
        for gold in gold_pairs(source.gold):
            document = getattr(gold.pair, source.side)
            yield Annotated(gold.document, document, source.annotated or gold.annotated)
    elif source.lines is not None:
        yield from _of_lines(source.lines, source.annotated)
    else:
        assert source.corpus is not None
        yield from _of_corpus(source.corpus, source.annotated)


def _of_corpus(path: Path, types: tuple[str, ...] | None) -> Iterator[Annotated]:
    corpus = open_corpus(path)
    for name in corpus.names:
        yield Annotated(name, require_document(corpus.read(name)), types)


def _of_lines(path: Path, types: tuple[str, ...] | None) -> Iterator[Annotated]:
    for number, row in objects(path, _EXPECTED):
        try:
            document = _document(row)
            stated = (string(row, "label"),) if row.get("label") else None
        except ValueError as error:
            problem = Problem(path, number, f"is none ({error})", _EXPECTED)
            raise CorpusError(problem) from error
        yield Annotated(document.name, document, types or stated)


def _document(row: Mapping[str, Any]) -> Document:
    """Return the document of an object; what is wrong with it is a ValueError."""
    name, text = identifier(row, "id"), string(row, "text")
    language = string(row, "lang") if row.get("lang") else ""
    spans = enumerate(sequence(row, "spans"), start=1)
    mentions = tuple(_mention(f"T{number}", span, len(text)) for number, span in spans)
    return Document(name, language, text, mentions)


def _mention(id_: str, span: object, length: int) -> Mention:
    """Return the mention of a span in a text of `length` characters."""
    if not isinstance(span, list) or len(span) < 3 or not isinstance(span[2], str):
        raise ValueError(f"the span {brief(span)}")
    start, end = (whole(offset, "an offset") for offset in span[:2])
    if not 0 <= start < end <= length:
        raise ValueError(f"the span {start}–{end} in a text of {length} characters")
    return Mention(id_, span[2], (Fragment(start, end),))

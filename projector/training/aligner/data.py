"""Read what an aligner learns from: tables of sentences, gold, pairs of annotated corpora.

A table of sentences is a TSV file without header or quoting, either of two columns (source,
target) or of four and more (languages, source, target, corpus, document).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from projector.corpus import open_corpus, pair_names, require_document
from projector.corpus.name_list import SUFFIX, read_names
from projector.corpus.reading import read_text
from projector.document import DocumentPair, Fragment
from projector.errors import CorpusError, Problem
from projector.text.sentences import split_sentences
from projector.training.gold import gold_pairs

if TYPE_CHECKING:
    from schemas.aligner_training import PartConfiguration, SourceConfiguration

_TABLE = "2 columns (source, target), or 4 and more (languages, source, target, corpus, document)"
_LEAST_NAME = 8  # characters from which a document's name is taken to tell it from others


@dataclass(frozen=True, slots=True)
class SpanPair:
    """A stretch of source characters and the stretch of target characters that means the same."""

    source: Fragment
    target: Fragment


@dataclass(frozen=True, slots=True)
class TextPair:
    """A text and its translation.

    Args:
        source, target: The texts.
        source_language, target_language: Plain codes.
        document: What it was made from; what must stay together when the data are split.
        spans: Gold spans that match; empty where nothing is known.
    """

    source: str
    target: str
    source_language: str
    target_language: str
    document: str = ""
    spans: tuple[SpanPair, ...] = ()


def read_source(source: SourceConfiguration) -> list[TextPair]:
    """Read one source of pairs, less what it leaves out.

    Raises:
        CorpusError: It can't be read, or nothing is left of it.
    """
    left_out = LeftOut.of(source.exclude)
    kept = [pair for pair in _pairs(source) if not left_out.holds(pair)]
    where = source.sentences or source.gold or source.source
    assert where is not None  # the configuration sees to it
    return evenly(kept, source.limit, where)


_Item = TypeVar("_Item")


def evenly(items: list[_Item], limit: int | None, where: Path) -> list[_Item]:
    """Return so many of the items of a file (None: all), from all over it: its parts can differ.

    Raises:
        CorpusError: There are none.
    """
    if not items:
        raise CorpusError(Problem(where, None, "nothing to learn from", "at least one text"))
    if limit is None or limit >= len(items):
        return items
    return [items[at * len(items) // limit] for at in range(limit)]


def _pairs(source: SourceConfiguration) -> Iterator[TextPair]:
    if source.sentences is not None:
        yield from read_table(source.sentences, languages=source.languages)
        return
    documents: Iterator[tuple[str, DocumentPair]]
    if source.gold is not None:
        documents = ((gold.document, gold.pair) for gold in gold_pairs(source.gold))
    else:
        assert source.source is not None and source.target is not None
        documents = _corpora(source.source, source.target)
    for name, pair in documents:
        if source.folds == 1 or fold_of(name, source.folds) != source.fold:
            yield TextPair(
                pair.source.text,
                pair.target.text,
                pair.source.language,
                pair.target.language,
                name,
                matching_spans(pair),
            )


def _corpora(source: Path, target: Path) -> Iterator[tuple[str, DocumentPair]]:
    corpora = open_corpus(source), open_corpus(target)
    for left, right in pair_names(corpora[0].names, corpora[1].names).pairs:
        yield (
            left,
            DocumentPair(
                require_document(corpora[0].read(left)), require_document(corpora[1].read(right))
            ),
        )


def read_table(path: Path, *, languages: tuple[str, str] | None = None) -> Iterator[TextPair]:
    """Yield the pairs of a table of sentences; those with an empty side teach nothing: left out.

    Args:
        path: The table.
        languages: Of a table of two columns.

    Raises:
        CorpusError: A line has another number of columns, or the file can't be read.
    """
    lines = read_text(path).removeprefix("\ufeff").split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        columns = line.removesuffix("\r").split("\t")
        if len(columns) == 2:
            columns = [*(languages or ("", "")), *columns]
        if len(columns) < 4:
            raise CorpusError(Problem(path, number, f"{len(columns)} columns", _TABLE))
        source, target = columns[2].strip(), columns[3].strip()
        if source and target:
            document = columns[5] if len(columns) > 5 else f"{path.stem}:{number}"
            yield TextPair(source, target, columns[0], columns[1], document)


def matching_spans(pair: DocumentPair) -> tuple[SpanPair, ...]:
    """Match the mentions of both sides by their ids, fragment with every fragment.

    Which fragments of a discontinuous mention mean the same nobody has said; within one mention
    any may.
    """
    counterparts = {mention.id: mention for mention in pair.target.mentions}
    return tuple(
        SpanPair(source, target)
        for mention in pair.source.mentions
        if mention.id in counterparts
        for source in mention.fragments
        for target in counterparts[mention.id].fragments
    )


def fold_of(document: str, folds: int) -> int:
    """Return which of `folds` parts a document belongs to: by its name alone, whatever the set."""
    return int.from_bytes(hashlib.sha256(document.encode()).digest()[:8], "big") % folds


def is_taken(document: str, part: PartConfiguration) -> bool:
    """Tell whether a document is in the part of a source that is taken."""
    return part.folds == 1 or (fold_of(document, part.folds) == part.fold) == part.only_fold


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Documents that must not be learned from, by their names and by their sentences.

    Args:
        names: Documents' names.
        sentences: Their source sentences.
    """

    names: frozenset[str]
    sentences: frozenset[str]

    @classmethod
    def of(cls, files: Sequence[Path]) -> LeftOut:
        """Collect what files of gold hold, or lists of documents' names (`.txt`)."""
        names: set[str] = set()
        sentences: set[str] = set()
        for file in files:
            if file.suffix == SUFFIX:
                names.update(read_names(file))
                continue
            for gold in gold_pairs(file):
                names.add(gold.document)
                text = gold.pair.source.text
                sentences |= {text[start:end] for start, end in split_sentences(text).tolist()}
        return cls(frozenset(names), frozenset(sentences))

    def holds(self, pair: TextPair) -> bool:
        """Tell whether a pair is from one of them; a name may stand within a longer one."""
        if pair.source in self.sentences or pair.document in self.names:
            return True
        long = len(pair.document) >= _LEAST_NAME
        return long and any(pair.document in name for name in self.names)

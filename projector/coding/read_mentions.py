"""Read the mentions to be coded, and the codes that they have, from whatever holds mentions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from projector.coding.mentions import CodedDocument, CodedMention, code_in_note, codes_in
from projector.coding.proposal_marks import (
    PROPOSED,
    proposed_ids,
    without_codes_proposed_in,
)
from projector.coding.read_json_lines import CODED_LINES, read_coded_lines
from projector.corpus.formats.tsv_read import read_spans
from projector.corpus.language_names import guess_language
from projector.corpus.name_list import SUFFIX, read_names
from projector.corpus.open_languages import open_languages
from projector.corpus.reading import require_document
from projector.corpus.references import split_reference
from projector.document import Document
from projector.errors import SKIP_ADVICE, CorpusError, Problem
from projector.settings import STRICT, ReadingRules

_EXTENSION = ".txt"


def read_mentions(
    path: Path,
    *,
    language: str | None = None,
    texts: Path | None = None,
    labels: Mapping[str, str] | None = None,
    rules: ReadingRules = STRICT,
    column: str = "code",
    skipped: list[Problem] | None = None,
    proposals: bool = False,
) -> Iterator[CodedDocument]:
    """Yield the documents of a run, a corpus, a folder of one for each language, or one file.

    A file is a bare table without texts, or JSON Lines of coded documents.

    Args:
        path: Where they are.
        language: Which to take where there are several; what it is in, where nothing says it.
        texts: The folder of the texts, if they lie elsewhere.
        labels: New names for labels.
        rules: How corpora and tables are read.
        column: Which field of JSON Lines' annotations holds their code.
        skipped: Takes what can't be read rightly; None: that is an error.
        proposals: Whether codes that are marked as proposals count, as where they are scored.

    Raises:
        CorpusError: Something can't be read rightly.
    """
    documents = _read(path, language, texts, labels, rules, column, skipped, proposals)
    yield from documents if proposals else without_codes_proposed_in(path, documents)


def _read(
    path: Path,
    language: str | None,
    texts: Path | None,
    labels: Mapping[str, str] | None,
    rules: ReadingRules,
    column: str,
    skipped: list[Problem] | None,
    proposals: bool,
) -> Iterator[CodedDocument]:
    if path.suffix == CODED_LINES:
        yield from read_coded_lines(
            path, language=language, column=column, labels=labels, skipped=skipped
        )
        return
    try:
        corpora = open_languages(path, language=language, texts=texts, labels=labels, rules=rules)
    except CorpusError:
        if not path.is_file() or texts is not None:
            raise
        yield from _table(path, language, labels or {}, rules, proposals)
        return
    if path.is_file() and texts is None and corpora[0].problems:  # other texts lie beside it
        yield from _table(path, language, labels or {}, rules, proposals)
        return
    for corpus in corpora:
        if skipped is None and corpus.problems:
            raise CorpusError(*corpus.problems, advice=SKIP_ADVICE)
        for name in corpus.names:
            reading = corpus.read(name)
            if skipped is None:
                yield _annotated(require_document(reading, advice=SKIP_ADVICE), proposals)
                continue
            skipped += reading.problems
            if reading.document is not None:
                yield _annotated(reading.document, proposals)
        if skipped is not None:
            skipped += corpus.problems


def documents_of(paths: Iterable[Path]) -> set[str]:
    """Return the names and texts of all documents in some files, to leave them out elsewhere.

    Args:
        paths: Of coded mentions, or lists of documents' names, one a line (`.txt`).

    Raises:
        CorpusError: One can't be opened.
    """
    known: set[str] = set()
    for path in paths:
        if path.suffix == SUFFIX:
            known.update(read_names(path))
        else:
            known.update(*(one.known_by() for one in read_mentions(path, skipped=[])))
    return known


def _annotated(document: Document, proposals: bool) -> CodedDocument:
    codes = _codes_by_mention(document, proposals)
    mentions = tuple(
        CodedMention(
            document.language,
            document.name,
            mention.id,
            mention.label,
            tuple((part.start, part.end) for part in mention.fragments),
            mention.surface(document.text),
            tuple(dict.fromkeys(codes.get(mention.id, ()))),
        )
        for mention in document.mentions
    )
    return CodedDocument(document.language, document.name, mentions, document)


def _codes_by_mention(document: Document, proposals: bool) -> dict[str, list[str]]:
    """Return the codes of each mention's normalisations, or where it has none, of its notes."""
    left_out = set() if proposals else proposed_ids(document.annotations)
    codes: dict[str, list[str]] = {}
    noted: dict[str, list[str]] = {}
    for annotation in document.annotations:
        if annotation.kind == "normalization":
            if left_out & {annotation.id, annotation.targets[0]}:
                continue
            reference = split_reference(annotation.value)
            codes.setdefault(annotation.targets[0], []).extend(codes_in(reference.code))
        code = code_in_note(annotation.value) if annotation.kind == "note" else None
        if code and annotation.targets:
            noted.setdefault(annotation.targets[0], []).append(code)
    return {**noted, **codes}


def _table(
    path: Path,
    language: str | None,
    labels: Mapping[str, str],
    rules: ReadingRules,
    proposals: bool,
) -> Iterator[CodedDocument]:
    """Yield the documents of a table without texts, in the order of their first rows."""
    code = language or guess_language(path, [path.stem])
    mentions_of: dict[str, list[CodedMention]] = {}
    for row in read_spans(path, rules):
        earlier = mentions_of.setdefault(row.filename.removesuffix(_EXTENSION), [])
        earlier.append(
            CodedMention(
                code,
                row.filename.removesuffix(_EXTENSION),
                f"T{len(earlier) + 1}",
                labels.get(row.label, row.label),
                ((row.start, row.end),),
                row.text,
                codes_in(row.code) if proposals or row.origin != PROPOSED else (),
            )
        )
    for name, mentions in mentions_of.items():
        yield CodedDocument(code, name, tuple(mentions))

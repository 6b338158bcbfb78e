"""Go through a run's documents in one language, with all that the page shows of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from projector.document import Document
from projector.errors import CorpusError, Problem
from projector.review.document_data import ReviewedDocument, Row, has_translation
from projector.review.run_parts import audit_findings, ranges, sentence_links, source_corpus

if TYPE_CHECKING:
    from projector.run.reader import FinishedRun


def reviewed_documents(run: FinishedRun, language: str) -> Iterator[ReviewedDocument]:
    """Yield the documents that have mentions and a translation, by their names.

    Raises:
        CorpusError: The run, or its source, can't be read or has changed.
    """
    corpus, source = run.corpus(language), source_corpus(run)
    links, findings = sentence_links(run, language), audit_findings(run, language)
    rows = run.projections([language]).iter_rows(named=True)
    for name, group in groupby(rows, key=itemgetter("source_document")):
        of_document = [row for row in group if has_translation(row)]
        if not of_document:
            continue
        if name not in source.names:
            continue  # all its annotations are invalid, for it can't be read itself
        document = source.read(name).document
        if document is None:
            continue
        target = of_document[0]["target_document"]
        yield ReviewedDocument(
            document,
            Document(target, language, corpus.text(target)),
            _in_order(of_document, document, run),
            [
                (ranges(row["source_fragments"]), ranges(row["target_fragments"]))
                for row in links.of(name)
            ],
            findings.of(name),
        )


def _in_order(rows: Sequence[Row], document: Document, run: FinishedRun) -> list[Row]:
    """Return rows as their mentions stand in the text, those that stand nowhere last.

    Raises:
        CorpusError: The source is not what the run read.
    """
    for row in rows:
        words = " ".join(document.text[a:b] for a, b in ranges(row["source_fragments"]))
        if words != row["source_text"]:
            found = f"{document.name} has {words!r} where the run read {row['source_text']!r}"
            hint = "The source has changed since: run it again"
            raise CorpusError(Problem(run.path, None, found, hint=hint))
    end = len(document.text)
    return sorted(
        rows,
        key=lambda row: (ranges(row["source_fragments"]) or [(end, end)], row["mention_id"]),
    )

"""Write a run's tables, all of them in one pass over its outcomes: here they become rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from projector.corpus.formats.parquet_write import (
    CorpusWriter,
    TableWriter,
    annotation_cells,
    corpus_writer,
    fragment_cells,
    table_writer,
)
from projector.corpus.formats.submission import write_submission
from projector.corpus.formats.tsv_write import format_row
from projector.document import Annotation, Document, Status
from projector.errors import Problem
from projector.run.audit_tables import AuditWriter, audit_writer
from projector.run.outcome import DocumentOutcome, MentionOutcome
from projector.run.spool import Spool
from projector.storage.atomic_file import FileOpener, atomic_file
from projector.storage.file_names import file_name
from schemas.manifest import SOURCE_FOLDER
from schemas.tables import LOST_ANNOTATIONS, PROJECTIONS

UNPROJECTED_COLUMNS = (
    "language",
    "document",
    "mention_id",
    "label",
    "start_span",
    "end_span",
    "text",
    "status",
    "reason",
)
PROBLEM_COLUMNS = ("file", "line", "mention_id", "found", "expected", "hint")
FAILED_COLUMNS = ("language", "document", "reason")
LOST_COLUMNS = ("language", "document", "id", "kind", "label", "about", "value")


def write_tables(
    folder: Path,
    spool: Spool,
    labels: Mapping[str, Collection[str]],
    facts: Mapping[str, str],
    *,
    with_source: bool = True,
    with_audit: bool = True,
    open_file: FileOpener = atomic_file,
    make_folders: bool = True,
) -> dict[str, dict[str, str]]:
    """Write every table of a run, sorted by language and source document.

    Args:
        folder: The run's.
        spool: What became of the documents.
        labels: Each language's.
        facts: Kept in the tables of projections.
        with_source: Write the source's own tables, too; a run that tags has none beside its output.
        with_audit: Write an audit's tables, too.
        open_file: Opens each table.
        make_folders: Make a language's folder of projections though it may stay empty.

    Returns:
        The submission tables' paths within `folder`, by language and entity.
    """
    tables: dict[str, dict[str, str]] = {}
    with ExitStack() as stack:
        losses = stack.enter_context(_loss_writer(folder, open_file))
        corpus = stack.enter_context(corpus_writer(folder, open_file))
        sources = None
        if with_source:
            sources = stack.enter_context(corpus_writer(folder / SOURCE_FOLDER, open_file))
        audits = stack.enter_context(audit_writer(folder, open_file)) if with_audit else None
        for language in sorted(labels):
            of_language = folder / "projections" / file_name(language, kind="language")
            if make_folders:
                of_language.mkdir(parents=True)
            with _projection_writer(of_language, facts, open_file) as projections:
                outcomes = spool.outcomes(language)
                told = _told_beside(outcomes, losses, sources, audits)
                translations = _written(told, projections, corpus)
                paths = write_submission(
                    translations,
                    folder / "tsv",
                    language=language,
                    labels=sorted(labels[language]),
                    open_file=open_file,
                )
            tables[language] = {
                entity: path.relative_to(folder).as_posix()
                for entity, path in sorted(paths.items())
            }
    return tables


def write_problems(
    path: Path, problems: Sequence[Problem], open_file: FileOpener = atomic_file
) -> None:
    """Write what was wrong with a source as a table, in the order that it was found."""
    with open_file(path) as file:
        file.write(format_row(PROBLEM_COLUMNS))
        for problem in problems:
            line = "" if problem.line is None else str(problem.line)
            place = (str(problem.path), line, problem.mention_id or "")
            file.write(format_row((*place, problem.found, problem.expected, problem.hint)))


def _written(
    outcomes: Iterator[DocumentOutcome], projections: _ProjectionWriter, corpus: CorpusWriter
) -> Iterator[Document]:
    """Pass the translations on, once they and their outcomes are written to the other tables."""
    for outcome in outcomes:
        projections.add(outcome)
        if outcome.target is not None:
            corpus.add(outcome.target)
            yield outcome.target


def _told_beside(
    outcomes: Iterator[DocumentOutcome],
    losses: _LossWriter,
    sources: CorpusWriter | None,
    audits: AuditWriter | None,
) -> Iterator[DocumentOutcome]:
    """Pass outcomes on, once what is told beside the translations is written."""
    for outcome in outcomes:
        losses.add(outcome)
        if sources is not None and outcome.original is not None:
            sources.add(outcome.original)
        if audits is not None and outcome.audit is not None and outcome.target is not None:
            audits.add(outcome.language, outcome.source, outcome.target.name, outcome.audit)
        yield outcome


class _ProjectionWriter:
    """Append what became of one language's mentions, to a table for each entity."""

    def __init__(
        self, folder: Path, facts: Mapping[str, str], open_file: FileOpener, stack: ExitStack
    ) -> None:
        self._folder = folder
        self._facts = facts
        self._open_file = open_file
        self._stack = stack
        self._tables: dict[str, TableWriter] = {}

    def add(self, outcome: DocumentOutcome) -> None:
        """Append a document's."""
        for mention in outcome.mentions:
            self._table(mention.label).add([_projection_row(outcome, mention)])

    def _table(self, label: str) -> TableWriter:
        # An annotation that can't be understood may not even tell its label.
        entity = label.lower() or "unknown"
        if entity not in self._tables:
            path = self._folder / file_name(entity, ".parquet", kind="label")
            opened = table_writer(
                path, PROJECTIONS, metadata=self._facts, open_file=self._open_file
            )
            self._tables[entity] = self._stack.enter_context(opened)
        return self._tables[entity]


@contextmanager
def _projection_writer(
    folder: Path, facts: Mapping[str, str], open_file: FileOpener
) -> Iterator[_ProjectionWriter]:
    with ExitStack() as stack:
        yield _ProjectionWriter(folder, facts, open_file, stack)


class _LossWriter:
    """Append what is not projected, lost or failed, in tables that people read too."""

    def __init__(
        self, lost: TableWriter, unprojected_rows: BinaryIO, lost_rows: BinaryIO, failed: BinaryIO
    ) -> None:
        self._lost = lost
        self._unprojected_rows = unprojected_rows
        self._lost_rows = lost_rows
        self._failed = failed

    def add(self, outcome: DocumentOutcome) -> None:
        """Append a document's."""
        self._unprojected_rows.writelines(map(format_row, _unprojected_rows(outcome)))
        if outcome.failed:
            self._failed.write(format_row((outcome.language, outcome.source, outcome.reason)))
        for annotation in outcome.lost:
            self._lost.add([_lost_row(outcome, annotation)])
            self._lost_rows.write(format_row(_lost_cells(outcome, annotation)))


@contextmanager
def _loss_writer(folder: Path, open_file: FileOpener) -> Iterator[_LossWriter]:
    lost_table = folder / "lost_annotations.parquet"
    with (
        table_writer(lost_table, LOST_ANNOTATIONS, open_file=open_file) as lost,
        open_file(folder / "unprojected.tsv") as unprojected_rows,
        open_file(folder / "lost_annotations.tsv") as lost_rows,
        open_file(folder / "failed.tsv") as failed,
    ):
        unprojected_rows.write(format_row(UNPROJECTED_COLUMNS))
        lost_rows.write(format_row(LOST_COLUMNS))
        failed.write(format_row(FAILED_COLUMNS))
        yield _LossWriter(lost, unprojected_rows, lost_rows, failed)


def _projection_row(outcome: DocumentOutcome, mention: MentionOutcome) -> tuple[object, ...]:
    """Return a row of `schemas.tables.PROJECTIONS`."""
    return (
        outcome.language,
        outcome.source,
        None if outcome.target is None else outcome.target.name,
        mention.mention_id,
        mention.label,
        mention.status.value,
        mention.reason,
        mention.score,
        fragment_cells(mention.fragments),
        mention.text,
        fragment_cells(mention.source_fragments),
        mention.source_text,
        list(mention.collapsed_with),
    )


def _unprojected_rows(outcome: DocumentOutcome) -> Iterator[tuple[str, ...]]:
    """Yield the cells of `UNPROJECTED_COLUMNS` for each mention that is not projected.

    A document that came to nothing and has no mentions to say so gets a row for itself.
    """
    for mention in outcome.mentions:
        if not mention.status.has_span:
            yield _unprojected_cells(outcome, mention)
    if outcome.status not in (Status.PROJECTED, Status.TAGGED) and not outcome.mentions:
        nothing = ("",) * 5
        yield (outcome.language, outcome.source, *nothing, outcome.status.value, outcome.reason)


def _unprojected_cells(outcome: DocumentOutcome, mention: MentionOutcome) -> tuple[str, ...]:
    fragments = mention.source_fragments
    return (
        outcome.language,
        outcome.source,
        mention.mention_id,
        mention.label,
        str(fragments[0].start) if fragments else "",
        str(fragments[-1].end) if fragments else "",
        mention.source_text,
        mention.status.value,
        mention.reason,
    )


def _lost_row(outcome: DocumentOutcome, annotation: Annotation) -> tuple[object, ...]:
    """Return a row of `schemas.tables.LOST_ANNOTATIONS`."""
    target = None if outcome.target is None else outcome.target.name
    return (outcome.language, outcome.source, target, *annotation_cells(annotation))


def _lost_cells(outcome: DocumentOutcome, annotation: Annotation) -> tuple[str, ...]:
    """Return the cells of `LOST_COLUMNS`."""
    return (
        outcome.language,
        outcome.source,
        annotation.id,
        annotation.kind,
        annotation.label,
        " ".join(annotation.targets),
        annotation.value or "",
    )

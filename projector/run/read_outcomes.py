"""Read a finished run back as what it was written from, a document at a time."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import merge
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from projector.corpus import require_document
from projector.corpus.formats.parquet_read import ParquetCorpus, open_parquet
from projector.corpus.pairing import pair_names
from projector.document import Document, Status, transferable_annotations
from projector.run.outcome import DocumentOutcome, MentionOutcome
from projector.run.outcome_rows import mention_outcome
from projector.run.reader import FinishedRun
from projector.storage.file_names import file_name
from projector.storage.parquet_file import reading_parquet
from schemas.manifest import PROJECTIONS_FOLDER
from schemas.tables import PROJECTIONS, check_rows, check_table

_ROWS = 1024  # of a table at once
_Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReadOutcome:
    """What became of a document, and the document.

    Args:
        outcome: As the run was written from it.
        source: The document with its mentions; None where it could not be read.
    """

    outcome: DocumentOutcome
    source: Document | None


@dataclass(slots=True)
class _Nothing:
    """Why documents of one language came to nothing, by name.

    Args:
        failed: Those that could not be processed.
        bare: Those without mentions to say so.
    """

    failed: dict[str, str] = field(default_factory=dict)
    bare: dict[str, tuple[Status, str]] = field(default_factory=dict)


def read_outcomes(
    run: FinishedRun, *, only: Collection[tuple[str, str]] | None = None
) -> Iterator[ReadOutcome]:
    """Yield what became of every document, sorted by language and source document.

    Memory is flat: no table is held whole.

    Args:
        run: It projects, and has its source; its tables are as they were written.
        only: Languages and source documents that are wanted; None: all.

    Raises:
        CorpusError: A table can't be read, or the run has no source.
    """
    source = run.source_corpus()
    for language in run.languages:
        wanted = None if only is None else {name for code, name in only if code == language}
        if wanted is None or wanted:
            for read in _of_language(run, language, source, wanted):
                leads = language == run.languages[0]  # the source is written once
                outcome = replace(read.outcome, original=read.source) if leads else read.outcome
                yield replace(read, outcome=outcome)


def _of_language(
    run: FinishedRun, language: str, source: ParquetCorpus, wanted: Collection[str] | None
) -> Iterator[ReadOutcome]:
    nothing = _nothing(run.path, language)
    translations = _translations(run, language)
    targets = _targets(run, source, translations)
    known = {*source.names}
    names = sorted(known.union(nothing.failed, nothing.bare))
    for name, rows in _rows_by_document(run.path, language, names, wanted):
        document = require_document(source.read(name)) if name in known else None
        yield _outcome(language, name, rows, document, nothing, translations, targets)


def _translations(run: FinishedRun, language: str) -> ParquetCorpus | None:
    (count,) = (one for one in run.manifest.languages if one.language == language)
    return open_parquet(run.path, language=language) if count.translated else None


def _targets(
    run: FinishedRun, source: ParquetCorpus, translations: ParquetCorpus | None
) -> dict[str, str]:
    """Return the translations by source document, as the run paired them."""
    pattern = run.manifest.configuration.get("pattern")
    names = () if translations is None else translations.names
    said = pattern if isinstance(pattern, str) else None
    return dict(pair_names(source.names, names, pattern=said).pairs)


def _nothing(path: Path, language: str) -> _Nothing:
    nothing = _Nothing()
    for row in _tsv_rows(path / "failed.tsv"):
        if row["language"] == language:
            nothing.failed[row["document"]] = row["reason"]
    for row in _tsv_rows(path / "unprojected.tsv"):
        if row["language"] == language and not row["mention_id"]:
            nothing.bare[row["document"]] = Status(row["status"]), row["reason"]
    return nothing


def _tsv_rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t")


def _rows_by_document(
    path: Path, language: str, names: Sequence[str], wanted: Collection[str] | None
) -> Iterator[tuple[str, list[_Row]]]:
    """Yield the rows of each document's mentions, of all entities; also where it has none."""
    folder = path / PROJECTIONS_FOLDER / file_name(language, kind="language")
    bare: Iterator[tuple[str, _Row | None]] = ((name, None) for name in names)
    tables = (_rows(table, wanted) for table in sorted(folder.glob("*.parquet")))
    # Each is sorted by document, as a run is written.
    merged = merge(bare, *tables, key=itemgetter(0))
    for name, some in groupby(merged, key=itemgetter(0)):
        if wanted is None or name in wanted:
            yield name, [row for _, row in some if row is not None]


def _rows(path: Path, wanted: Collection[str] | None) -> Iterator[tuple[str, _Row]]:
    import pyarrow.compute as pc

    with reading_parquet(path), pq.ParquetFile(path) as file:
        check_table(file.schema_arrow, PROJECTIONS, path)
        known = [name for name in PROJECTIONS.names if name in file.schema_arrow.names]
        for batch in file.iter_batches(batch_size=_ROWS, columns=known):
            table = pa.Table.from_batches([batch])
            check_rows(table, PROJECTIONS, path)
            if wanted is not None:
                names = pa.array(sorted(wanted), pa.string())
                table = table.filter(pc.is_in(table["source_document"], value_set=names))
            for row in table.to_pylist():
                yield row["source_document"], row


def _outcome(
    language: str,
    name: str,
    rows: Sequence[_Row],
    source: Document | None,
    nothing: _Nothing,
    translations: ParquetCorpus | None,
    targets: Mapping[str, str],
) -> ReadOutcome:
    mentions = tuple(map(mention_outcome, _in_order(rows, source)))
    target = _target(name, rows, nothing, translations, targets)
    status, reason = _came_to(name, target, mentions, nothing)
    lost = () if source is None else source.annotations
    if status is Status.PROJECTED:
        alive = {mention.mention_id for mention in mentions if mention.status.has_span}
        _, lost = transferable_annotations(lost, alive)
    outcome = DocumentOutcome(language, name, target, mentions, lost, status, reason)
    return ReadOutcome(outcome, source)


def _target(
    name: str,
    rows: Sequence[_Row],
    nothing: _Nothing,
    translations: ParquetCorpus | None,
    targets: Mapping[str, str],
) -> Document | None:
    if translations is None or name in nothing.failed:
        return None
    # One that turned out to be no translation is there, too.
    target = rows[0].get("target_document") if rows else targets.get(name)
    return None if target is None else require_document(translations.read(target))


def _in_order(rows: Sequence[_Row], source: Document | None) -> list[_Row]:
    """Return rows in the source's order, those of mentions that it can't have last."""
    mentions = () if source is None else source.mentions
    order = {mention.id: number for number, mention in enumerate(mentions)}
    return sorted(rows, key=lambda row: order.get(row["mention_id"], len(order)))


def _came_to(
    name: str, target: Document | None, mentions: Sequence[MentionOutcome], nothing: _Nothing
) -> tuple[Status, str]:
    """Return what became of a document as a whole, and why it has no translation."""
    if name in nothing.failed:
        return Status.FAILED, nothing.failed[name]
    if name in nothing.bare:
        return nothing.bare[name]
    for mention in mentions:
        if mention.status is Status.UNPAIRED:
            return Status.UNPAIRED, mention.reason
    return (Status.UNPAIRED if target is None else Status.PROJECTED), ""

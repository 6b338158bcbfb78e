"""Write what became of a shard's documents as one file, and read it back.

The file is its own completion marker: it appears under its name when it is whole and on disk, and
its footer says which plan it belongs to, how many rows it has, what came of the mentions, and the
hash that it must have to count, see `jobs.shard_seal`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from jobs.shard_seal import OPEN, SEAL, seal_file, sealed_content
from projector.audit.findings import Kind, Severity
from projector.corpus.formats.parquet_write import annotation_cells, fragment_cells
from projector.document import Annotation, Document, Fragment, Mention, Status
from projector.errors import CorpusError, Problem
from projector.run.audit_outcome import AuditOutcome, FindingOutcome, SentencePair
from projector.run.audit_tables import finding_cells
from projector.run.outcome import DocumentOutcome, MentionOutcome
from projector.run.outcome_rows import fragments_of, mention_outcome
from projector.storage.atomic_file import atomic_file
from projector.storage.written_files import HashingFile
from schemas.manifest import MentionCount, Record
from schemas.tables import AUDIT, OUTCOMES, check_table

_FACTS = b"projector.shard"
_MEASURES = ("source_covered", "target_covered", "intact", "faithfulness")
_KEY = ("language", "source_document")
_ROWS = 64  # a row group: few, because each holds a text


class ShardFacts(Record):
    """What a shard's file says of itself.

    `documents` are its rows, one for each document and language; `failed` are those that could not
    be processed.
    """

    fingerprint: str
    shard: int
    documents: int
    failed: int
    lost_annotations: int
    counts: tuple[MentionCount, ...]


def write_shard(
    path: Path, outcomes: Iterable[DocumentOutcome], *, fingerprint: str, shard: int
) -> ShardFacts:
    """Write a shard's outcomes as they come; the file appears when the last one is on disk.

    Args:
        path: The file.
        outcomes: In the plan's order, so that the same shard is the same bytes.
        fingerprint: The plan's.
        shard: Its number.

    Raises:
        OutputError: The file can't be written.
    """
    counts: Counter[tuple[str, str, str]] = Counter()
    documents = failed = lost = 0
    with (
        _sealed_file(path) as file,
        pq.ParquetWriter(file, OUTCOMES, compression="zstd", compression_level=3) as writer,
    ):
        rows: list[dict[str, Any]] = []
        for outcome in outcomes:
            rows.append(_row(outcome))
            for (label, status), number in outcome.counts().items():
                counts[outcome.language, label, status.value] += number
            documents += 1
            failed += outcome.failed
            lost += len(outcome.lost)
            if len(rows) == _ROWS:
                writer.write_table(pa.Table.from_pylist(rows, schema=OUTCOMES))
                rows = []
        if rows:
            writer.write_table(pa.Table.from_pylist(rows, schema=OUTCOMES))
        facts = ShardFacts(
            fingerprint=fingerprint,
            shard=shard,
            documents=documents,
            failed=failed,
            lost_annotations=lost,
            counts=tuple(
                MentionCount(language=language, label=label, status=status, mentions=number)
                for (language, label, status), number in sorted(counts.items())
            ),
        )
        writer.add_key_value_metadata({_FACTS: facts.model_dump_json().encode(), SEAL: OPEN})
    return facts


@contextmanager
def _sealed_file(path: Path) -> Iterator[BinaryIO]:
    with atomic_file(path) as file:
        hashing = HashingFile(file)
        yield hashing.stream
        seal_file(file, hashing.facts.sha256)


def read_facts(path: Path, *, whole: bool = False) -> ShardFacts:
    """Read what a shard's file says of itself, and hold it against its rows.

    Args:
        path: The file.
        whole: Read all of it, and hold it against its hash.

    Raises:
        CorpusError: It can't be read, or isn't whole.
    """
    try:
        metadata = pq.read_metadata(pa.BufferReader(sealed_content(path)) if whole else path)
        facts = ShardFacts.model_validate_json((metadata.metadata or {}).get(_FACTS, b""))
    except (OSError, pa.ArrowInvalid, ValidationError) as error:
        raise CorpusError(Problem(path, None, f"no finished shard: {error}")) from error
    if metadata.num_rows != facts.documents:
        found = f"it holds {metadata.num_rows} rows"
        raise CorpusError(Problem(path, None, found, f"{facts.documents}, as it says itself"))
    return facts


Key = tuple[str, str]  # an outcome's language and source document, by which results are sorted


def read_keys(path: Path) -> list[Key]:
    """Return language and source document of a shard's outcomes, in their order.

    Raises:
        CorpusError: It can't be read.
    """
    try:
        table = pq.read_table(path, columns=list(_KEY))
    except (OSError, pa.ArrowInvalid) as error:
        raise CorpusError(Problem(path, None, f"can't be read: {error}")) from error
    return list(zip(*(table.column(name).to_pylist() for name in _KEY), strict=True))


def read_outcomes(
    path: Path, *, between: tuple[Key, Key] | None = None
) -> Iterator[DocumentOutcome]:
    """Yield a shard's outcomes in their order, a row group at a time.

    Args:
        path: The file.
        between: The first and the last that are wanted; None: all.

    Raises:
        CorpusError: It can't be read, or was cut or changed.
    """
    content = pa.BufferReader(sealed_content(path))
    try:
        with pq.ParquetFile(content) as file:
            check_table(file.schema_arrow, OUTCOMES, path)
            for batch in file.iter_batches(batch_size=_ROWS):
                wanted = batch if between is None else batch.take(_places(batch, *between))
                yield from map(_outcome, wanted.to_pylist())
    except (OSError, pa.ArrowInvalid) as error:
        raise CorpusError(Problem(path, None, f"can't be read: {error}")) from error


def _places(batch: pa.RecordBatch, first: Key, last: Key) -> pa.Array:
    """Return the places of those rows that lie between two, these among them."""
    keys = zip(*(batch.column(name).to_pylist() for name in _KEY), strict=True)
    return pa.array([at for at, key in enumerate(keys) if first <= key <= last], pa.int64())


def _row(outcome: DocumentOutcome) -> dict[str, Any]:
    target = outcome.target
    projected = outcome.status is Status.PROJECTED
    return {
        "language": outcome.language,
        "source_document": outcome.source,
        "status": None if projected else outcome.status.value,
        "reason": None if projected else outcome.reason,
        "target_document": target and target.name,
        "target_text": target and target.text,
        "mentions": list(map(_mention_row, target.mentions)) if target else [],
        "annotations": list(map(_annotation_row, target.annotations)) if target else [],
        "projections": list(map(_projection_row, outcome.mentions)),
        "lost": list(map(_annotation_row, outcome.lost)),
        **_original_row(outcome.original),
        "audit": None if outcome.audit is None else _audit_row(outcome.audit),
    }


def _audit_row(audit: AuditOutcome) -> dict[str, Any]:
    names = AUDIT.names[2:]
    return {
        "findings": [dict(zip(names, finding_cells(one), strict=True)) for one in audit.findings],
        "sentences": [
            {
                "source_fragments": fragment_cells(pair.source),
                "target_fragments": fragment_cells(pair.target),
                "score": pair.score,
            }
            for pair in audit.sentences
        ],
        **{name: getattr(audit, name) for name in _MEASURES},
    }


def _original_row(original: Document | None) -> dict[str, Any]:
    if original is None:
        return {}
    return {
        "source_language": original.language,
        "source_text": original.text,
        "source_mentions": list(map(_mention_row, original.mentions)),
        "source_annotations": list(map(_annotation_row, original.annotations)),
    }


def _mention_row(mention: Mention) -> dict[str, Any]:
    return {
        "id": mention.id,
        "label": mention.label,
        "fragments": fragment_cells(mention.fragments),
        "line": mention.line,
    }


def _annotation_row(annotation: Annotation) -> dict[str, Any]:
    names = ("id", "kind", "label", "arguments", "value", "line")
    return dict(zip(names, (*annotation_cells(annotation), annotation.line), strict=True))


def _projection_row(mention: MentionOutcome) -> dict[str, Any]:
    return {
        "mention_id": mention.mention_id,
        "label": mention.label,
        "status": mention.status.value,
        "reason": mention.reason,
        "score": mention.score,
        "fragments": fragment_cells(mention.fragments),
        "target_text": mention.text,
        "source_fragments": fragment_cells(mention.source_fragments),
        "source_text": mention.source_text,
        "collapsed_with": list(mention.collapsed_with),
    }


def _outcome(row: Mapping[str, Any]) -> DocumentOutcome:
    return DocumentOutcome(
        language=row["language"],
        source=row["source_document"],
        target=_target(row),
        mentions=tuple(map(mention_outcome, row["projections"])),
        lost=_annotations(row["lost"]),
        status=Status.PROJECTED if row["status"] is None else Status(row["status"]),
        reason=row["reason"] or "",
        original=_original(row),
        audit=None if row.get("audit") is None else _audit(row["audit"]),
    )


def _audit(row: Mapping[str, Any]) -> AuditOutcome:
    findings = tuple(map(_finding, row["findings"]))
    sentences = tuple(map(_sentences, row["sentences"]))
    return AuditOutcome(findings, sentences, **{name: row[name] for name in _MEASURES})


def _sentences(row: Mapping[str, Any]) -> SentencePair:
    source, target = fragments_of(row["source_fragments"]), fragments_of(row["target_fragments"])
    return SentencePair(source, target, row["score"])


def _finding(row: Mapping[str, Any]) -> FindingOutcome:
    return FindingOutcome(
        Kind(row["kind"]),
        Severity(row["severity"]),
        _place(row["source_start"], row["source_end"]),
        row["source_text"],
        _place(row["target_start"], row["target_end"]),
        row["target_text"],
        row["message"],
        row["score"],
    )


def _place(start: int | None, end: int | None) -> Fragment | None:
    return None if start is None or end is None else Fragment(start, end)


def _target(row: Mapping[str, Any]) -> Document | None:
    if row["target_document"] is None:
        return None
    mentions, annotations = _mentions(row["mentions"]), _annotations(row["annotations"])
    return Document(
        row["target_document"], row["language"], row["target_text"], mentions, annotations
    )


def _original(row: Mapping[str, Any]) -> Document | None:
    if row.get("source_text") is None:
        return None
    name, language, text = row["source_document"], row["source_language"], row["source_text"]
    mentions = _mentions(row["source_mentions"])
    return Document(name, language, text, mentions, _annotations(row["source_annotations"]))


def _mentions(rows: Sequence[Mapping[str, Any]]) -> tuple[Mention, ...]:
    return tuple(
        Mention(row["id"], row["label"], fragments_of(row["fragments"]), row["line"])
        for row in rows
    )


def _annotations(rows: Sequence[Mapping[str, Any]]) -> tuple[Annotation, ...]:
    return tuple(
        Annotation(
            row["id"],
            row["kind"],
            row["label"],
            tuple((part["role"], part["target"]) for part in row["arguments"]),
            row["value"],
            row["line"],
        )
        for row in rows
    )

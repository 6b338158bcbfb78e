"""Write what became of a shard's documents as one file, and read it back.

The file is its own completion marker: it appears under its name when it is whole and on disk, and
its footer says which plan it belongs to, how many rows it has and what came of the mentions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from projector.corpus.formats.parquet_write import annotation_cells, fragment_cells
from projector.document import Annotation, Document, Fragment, Mention
from projector.errors import CorpusError, Problem
from projector.run.outcome import Entry
from projector.storage.atomic_file import atomic_file
from schemas.manifest import MentionCount, Record
from schemas.tables import OUTCOMES, PROJECTIONS, check_table

_FACTS = b"projector.shard"
_OUTCOME_COLUMNS = PROJECTIONS.names[3:]
_ROWS = 64  # a row group: few, because each holds a text


class ShardFacts(Record):
    """What a shard's file says of itself.

    `entries` are its rows, one for each document and language; `failed` are those that could not
    be processed.
    """

    fingerprint: str
    shard: int
    entries: int
    failed: int
    lost_annotations: int
    counts: tuple[MentionCount, ...]


def write_shard(
    path: Path, entries: Iterable[Entry], *, fingerprint: str, shard: int
) -> ShardFacts:
    """Write a shard's entries as they come; the file appears when the last one is on disk.

    Args:
        path: The file.
        entries: In the plan's order, so that the same shard is the same bytes.
        fingerprint: The plan's.
        shard: Its number.

    Raises:
        OutputError: The file can't be written.
    """
    counts: Counter[tuple[str, str, str]] = Counter()
    written = failed = lost = 0
    with (
        atomic_file(path) as file,
        pq.ParquetWriter(file, OUTCOMES, compression="zstd", compression_level=3) as writer,
    ):
        rows: list[dict[str, Any]] = []
        for entry in entries:
            rows.append(_row(entry))
            counts.update(entry.counts())
            written, failed, lost = (
                written + 1,
                failed + entry.failed,
                lost + len(entry.lost),
            )
            if len(rows) == _ROWS:
                writer.write_table(pa.Table.from_pylist(rows, schema=OUTCOMES))
                rows = []
        if rows:
            writer.write_table(pa.Table.from_pylist(rows, schema=OUTCOMES))
        facts = ShardFacts(
            fingerprint=fingerprint,
            shard=shard,
            entries=written,
            failed=failed,
            lost_annotations=lost,
            counts=tuple(
                MentionCount(language=language, label=label, status=status, mentions=number)
                for (language, label, status), number in sorted(counts.items())
            ),
        )
        writer.add_key_value_metadata({_FACTS: facts.model_dump_json().encode()})
    return facts


def read_facts(path: Path) -> ShardFacts:
    """Read what a shard's file says of itself, and hold it against its rows.

    Raises:
        CorpusError: It can't be read, or isn't whole.
    """
    try:
        metadata = pq.read_metadata(path)
        facts = ShardFacts.model_validate_json((metadata.metadata or {}).get(_FACTS, b""))
    except (OSError, pa.ArrowInvalid, ValidationError) as error:
        raise CorpusError(Problem(path, None, f"no finished shard: {error}")) from error
    if metadata.num_rows != facts.entries:
        found = f"it holds {metadata.num_rows} rows"
        raise CorpusError(Problem(path, None, found, f"{facts.entries}, as it says itself"))
    return facts


def read_entries(path: Path) -> Iterator[Entry]:
    """Yield a shard's entries in their order, a row group at a time.

    Raises:
        CorpusError: It can't be read.
    """
    try:
        with pq.ParquetFile(path) as file:
            check_table(file.schema_arrow, OUTCOMES, path)
            for batch in file.iter_batches(batch_size=_ROWS):
                yield from map(_entry, batch.to_pylist())
    except (OSError, pa.ArrowInvalid) as error:
        raise CorpusError(Problem(path, None, f"can't be read: {error}")) from error


def _row(entry: Entry) -> dict[str, Any]:
    status, reason = entry.whole or (None, None)
    target = entry.target
    return {
        "language": entry.language,
        "source_document": entry.source,
        "status": status,
        "reason": reason,
        "target_document": target and target.name,
        "target_text": target and target.text,
        "mentions": [_mention_row(one) for one in target.mentions] if target else [],
        "annotations": [_annotation_row(one) for one in target.annotations] if target else [],
        "projections": [dict(zip(_OUTCOME_COLUMNS, row[3:], strict=True)) for row in entry.rows],
        "lost": [_annotation_row(one) for one in entry.lost],
    }


def _mention_row(mention: Mention) -> dict[str, Any]:
    fragments = fragment_cells(mention.fragments)
    return {
        "id": mention.id,
        "label": mention.label,
        "fragments": fragments,
        "line": mention.line,
    }


def _annotation_row(one: Annotation) -> dict[str, Any]:
    names = ("id", "kind", "label", "arguments", "value", "line")
    return dict(zip(names, (*annotation_cells(one), one.line), strict=True))


def _entry(row: Mapping[str, Any]) -> Entry:
    language, source, target = row["language"], row["source_document"], row["target_document"]
    rows = [
        (language, source, target, *(one[name] for name in _OUTCOME_COLUMNS))
        for one in row["projections"]
    ]
    document = None
    if target is not None:
        mentions = tuple(map(_mention, row["mentions"]))
        said = _annotations(row["annotations"])
        document = Document(target, language, row["target_text"], mentions, said)
    whole = None if row["status"] is None else (row["status"], row["reason"])
    return Entry(language, source, document, rows, _annotations(row["lost"]), whole)


def _mention(row: Mapping[str, Any]) -> Mention:
    fragments = tuple(Fragment(part["start"], part["end"]) for part in row["fragments"])
    return Mention(row["id"], row["label"], fragments, row["line"])


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

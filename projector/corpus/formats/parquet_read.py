"""Read documents back from Parquet tables, one by one and a row group at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from projector.corpus.labels import rename_event
from projector.corpus.language_names import UNKNOWN_LANGUAGE, same_language
from projector.corpus.offsets import RawMention, resolve_offsets
from projector.corpus.reading import Reading
from projector.document import Annotation, Document, transferable_annotations
from projector.errors import CorpusError, Notice, Problem
from schemas.tables import ANNOTATIONS, DOCUMENTS, MENTIONS, check_table, name_of

_Rows = dict[str, tuple[int, int]]


class _Table:
    """A table of which only the row group read last is kept."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path = path
        self.schema = schema
        self._file: pq.ParquetFile | None = None
        self._kept: tuple[int, pa.Table] | None = None
        self._borders = np.zeros(0, np.int64)

    def __reduce__(self) -> tuple[type[_Table], tuple[Path, pa.Schema]]:
        """Travel to other processes as the path: an open file can't."""
        return _Table, (self.path, self.schema)

    def open(self) -> pq.ParquetFile:
        """Return the open file.

        Raises:
            CorpusError: It can't be read, or isn't the table that it should be.
        """
        if self._file is None:
            try:
                file = pq.ParquetFile(self.path)
            except (OSError, pa.ArrowInvalid) as error:
                raise CorpusError(Problem(self.path, None, f"can't be read: {error}")) from error
            check_table(file.schema_arrow, self.schema, self.path)
            groups = range(file.metadata.num_row_groups)
            sizes = [file.metadata.row_group(number).num_rows for number in groups]
            self._borders = np.cumsum([0, *sizes])
            self._file = file
        return self._file

    def rows(self, start: int, end: int) -> list[dict[str, Any]]:
        """Read the rows from `start` to `end`."""
        self.open()
        first, last = np.searchsorted(self._borders, [start, end - 1], side="right") - 1
        rows: list[dict[str, Any]] = []
        for number in range(int(first), int(last) + 1):
            low = int(self._borders[number])
            group = self._group(number)
            rows += group.slice(max(start - low, 0), end - max(start, low)).to_pylist()
        return rows

    def _group(self, number: int) -> pa.Table:
        if self._kept is None or self._kept[0] != number:
            known = [name for name in self.open().schema_arrow.names if name in self.schema.names]
            self._kept = number, self.open().read_row_group(number, columns=known)
        return self._kept[1]

    def keys(self) -> Iterator[tuple[str, str]]:
        """Yield every row's language and document; only these two columns are read."""
        for batch in self.open().iter_batches(columns=["language", "document"]):
            languages, documents = (column.to_pylist() for column in batch.columns)
            yield from zip(languages, documents, strict=True)


@dataclass(frozen=True, slots=True)
class ParquetCorpus:
    """Documents of one language in a folder of tables; what `Corpus` is for other formats.

    Args:
        path: The folder.
        language: As the user wrote it, else as it stands in the tables.
        names: The documents', sorted.
        problems: Always empty: what is wrong is told when a document is read.
        labels: New names for labels.
        format: What it is.
        notices: Always empty.
    """

    path: Path
    language: str
    names: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict, repr=False)
    format: Literal["parquet"] = "parquet"
    notices: tuple[Notice, ...] = ()
    _tables: tuple[_Table, ...] = field(default=(), repr=False)
    _rows: tuple[_Rows, ...] = field(default=(), repr=False)

    @property
    def text_folders(self) -> tuple[Path, ...]:
        """Return none: its texts lie in its tables."""
        return ()

    def read(self, name: str) -> Reading:
        """Read a document; what is wrong with it is in the reading, nothing is raised.

        Raises:
            KeyError: It isn't one of `names`.
        """
        texts, mentions, annotations = (
            table.rows(*rows[name]) if name in rows else []
            for table, rows in zip(self._tables, self._rows, strict=True)
        )
        if not texts:
            raise KeyError(name)
        document = Document(name, self.language, texts[0]["text"])
        path, first = self._tables[1].path, self._rows[1].get(name, (0, 0))[0]
        return _annotated(document, mentions, annotations, path, first + 1, self.labels)

    def rows(self, name: str) -> tuple[tuple[int, int], ...]:
        """Return where a document's rows begin and end in each table: texts, mentions, the rest."""
        return tuple(rows.get(name, (0, 0)) for rows in self._rows)

    def only(self, names: Collection[str]) -> ParquetCorpus:
        """Return a corpus of some of its documents, small enough to send to another process."""
        rows = tuple(
            {name: rows_of_table[name] for name in sorted(names) if name in rows_of_table}
            for rows_of_table in self._rows
        )
        return replace(self, names=tuple(sorted(names)), _rows=rows)

    def in_language(self, language: str) -> ParquetCorpus:
        """Return the same documents under another name of their language."""
        return replace(self, language=language)


def open_rows(
    path: Path,
    rows: Mapping[str, Sequence[tuple[int, int]]],
    *,
    language: str,
    labels: Mapping[str, str] | None = None,
) -> ParquetCorpus:
    """Open a folder of tables for documents whose rows are known; no table is read yet.

    Args:
        path: The folder.
        rows: For each document what `ParquetCorpus.rows` gives.
        language: The documents'.
        labels: New names for labels; None: they stay.
    """
    tables = _tables_of(path)
    rows_by_table = tuple(
        {name: rows[name][number] for name in sorted(rows) if rows[name][number] != (0, 0)}
        for number in range(len(tables))
    )
    return ParquetCorpus(
        path,
        language,
        tuple(sorted(rows)),
        labels=labels or {},
        _tables=tables,
        _rows=rows_by_table,
    )


def _tables_of(path: Path) -> tuple[_Table, ...]:
    return tuple(
        _Table(path / f"{name_of(schema)}.parquet", schema)
        for schema in (DOCUMENTS, MENTIONS, ANNOTATIONS)
    )


def holds_parquet(path: Path) -> bool:
    """Tell whether a folder holds a corpus as tables."""
    return (path / "documents.parquet").is_file()


def parquet_languages(path: Path) -> list[str]:
    """Return the languages of the documents in a folder of tables, sorted.

    Raises:
        CorpusError: The table of documents is missing or wrong.
    """
    table = _Table(path / f"{name_of(DOCUMENTS)}.parquet", DOCUMENTS)
    keys = table.keys()
    return sorted({code for code, _ in keys})


def open_parquet(
    path: Path, *, language: str | None = None, labels: Mapping[str, str] | None = None
) -> ParquetCorpus:
    """Open a folder of tables, a run's or one that `write_parquet` made; texts are not read yet.

    Args:
        path: The folder.
        language: Which language to take where the tables hold several.
        labels: New names for labels; None: they stay.

    Raises:
        CorpusError: A table is missing or wrong; or several languages are there and none was
            asked for, or not this one.
    """
    tables = _tables_of(path)
    rows_by_table = [_rows_by_document(table) for table in tables]
    code = _language(path, sorted({code for code, _ in rows_by_table[0]}), language)
    rows_of_language = tuple(
        {name: rows for (row_code, name), rows in rows_of_table.items() if row_code == code}
        for rows_of_table in rows_by_table
    )
    return ParquetCorpus(
        path,
        language or code or UNKNOWN_LANGUAGE,
        tuple(sorted(rows_of_language[0])),
        labels=labels or {},
        _tables=tables,
        _rows=rows_of_language,
    )


def _rows_by_document(table: _Table) -> dict[tuple[str, str], tuple[int, int]]:
    """Return where each document's rows begin and end."""
    rows: dict[tuple[str, str], tuple[int, int]] = {}
    for number, key in enumerate(table.keys()):
        start, end = rows.get(key, (number, number))
        if end != number:
            found = f"the rows of the document {key[1]!r} ({key[0]}) don't stand together"
            raise CorpusError(Problem(table.path, number + 1, found))
        rows[key] = start, number + 1
    return rows


def _language(path: Path, codes: list[str], asked: str | None) -> str | None:
    if asked is None:
        if len(codes) > 1:
            found = f"documents in {len(codes)} languages: {', '.join(codes)}"
            hint = "Choose one by --language (a run's: --source-language, --target-language)"
            raise CorpusError(Problem(path, None, found, "one language", hint))
        return codes[0] if codes else None
    for code in codes:
        if same_language(code, asked):
            return code
    raise CorpusError(
        Problem(
            path, None, f"documents in {', '.join(codes)}", f"some in {asked}, as --language asks"
        )
    )


def _annotated(
    document: Document,
    mention_rows: list[dict[str, Any]],
    annotation_rows: list[dict[str, Any]],
    path: Path,
    first_row: int,
    labels: Mapping[str, str],
) -> Reading:
    """Return the document with its mentions, held against the text, and its annotations."""
    raw_mentions = [
        _raw_mention(row, path, row_number, labels)
        for row_number, row in enumerate(mention_rows, start=first_row)
    ]
    mentions, problems = resolve_offsets(document.text, raw_mentions)
    lines = {row["id"]: row.get("line") for row in mention_rows}
    stated_annotations = [_annotation(row, labels) for row in annotation_rows]
    annotations, lost = transferable_annotations(
        stated_annotations, {mention.id for mention in mentions}
    )
    problems += [
        Problem(path, None, f"{document.name}: {one.id} ({one.label}) is about what isn't usable")
        for one in lost
    ]
    mentions = [replace(mention, line=lines[mention.id]) for mention in mentions]
    document = replace(document, mentions=tuple(mentions), annotations=annotations)
    return Reading(document, tuple(problems))


def _raw_mention(
    row: Mapping[str, Any], path: Path, row_number: int, labels: Mapping[str, str]
) -> RawMention:
    label = labels.get(row["label"], row["label"])
    ranges = tuple((part["start"], part["end"]) for part in row["fragments"])
    return RawMention(row["id"], label, ranges, row["text"], path, row_number)


def _annotation(row: Mapping[str, Any], labels: Mapping[str, str]) -> Annotation:
    arguments = tuple((part["role"], part["target"]) for part in row["arguments"])
    value, line = row.get("value"), row.get("line")
    annotation = Annotation(row["id"], row["kind"], row["label"], arguments, value, line)
    return rename_event(annotation, labels)

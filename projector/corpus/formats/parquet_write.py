"""Write the Parquet tables of `schemas.tables`, row group after row group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from projector.document import Annotation, Document, Fragment
from projector.errors import OutputError
from projector.storage.atomic_file import FileOpener, atomic_file
from projector.storage.atomic_folder import atomic_folder
from projector.storage.file_names import refuse_unwritable
from schemas.tables import ANNOTATIONS, DOCUMENTS, MENTIONS, name_of

# Row groups end after so many rows, wherever they came from: the same rows give the same bytes.
_ROWS = 8_192
_ROWS_WITH_TEXTS = 256

Cells = Sequence[object]  # a row, in the order of its schema


class TableWriter:
    """Append rows to one table; see `table_writer`."""

    def __init__(self, writer: pq.ParquetWriter, schema: pa.Schema) -> None:
        self._writer = writer
        self._schema = schema
        self._most = _ROWS_WITH_TEXTS if schema.equals(DOCUMENTS) else _ROWS
        self._rows: list[Cells] = []
        self._tables: list[pa.Table] = []

    def add(self, rows: Iterable[Cells]) -> None:
        """Append rows: values in the schema's order."""
        for row in rows:
            self._rows.append(row)
            if len(self._rows) == self._most:
                self.flush()

    def add_table(self, table: pa.Table) -> None:
        """Append a table's rows; of these and rows of `add` no table has both."""
        whole = pa.concat_tables([*self._tables, table.replace_schema_metadata()])
        full = whole.num_rows - whole.num_rows % self._most
        for start in range(0, full, self._most):
            self._write(whole.slice(start, self._most))
        self._tables = [whole.slice(full)]

    def _write(self, rows: pa.Table) -> None:
        """Write a row group of rows that lie in several pieces, as if they lay in one."""
        columns = rows.combine_chunks().columns
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))

    def flush(self) -> None:
        """End the row group."""
        left, self._tables = self._tables, []
        if left and left[0].num_rows:
            self._write(left[0])
        if not self._rows:
            return
        columns = zip(*self._rows, strict=True)
        try:
            arrays = [
                pa.array(column, field.type)
                for column, field in zip(columns, self._schema, strict=True)
            ]
        except UnicodeEncodeError as error:
            refuse_unwritable(error.object, kind="cell")
            raise
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._rows = []


@contextmanager
def table_writer(
    path: Path,
    schema: pa.Schema,
    *,
    metadata: Mapping[str, str] | None = None,
    open_file: FileOpener = atomic_file,
) -> Iterator[TableWriter]:
    """Open a table for writing (zstd 3); it appears at `path` when the block ends without error.

    Args:
        path: The file.
        schema: One of `schemas.tables.TABLES`.
        metadata: Further facts to keep in the file, under `projector.` and their names.
        open_file: Opens the file.

    Raises:
        OutputError: The file can't be written.
    """
    facts = {f"projector.{key}": value for key, value in (metadata or {}).items()}
    schema = schema.with_metadata({**schema.metadata, **facts})
    # A dictionary of texts that are all different only costs time.
    dictionary = ["language"] if name_of(schema) == "documents" else True
    with (
        open_file(path) as file,
        pq.ParquetWriter(
            file, schema, compression="zstd", compression_level=3, use_dictionary=dictionary
        ) as writer,
    ):
        table = TableWriter(writer, schema)
        yield table
        table.flush()


def write_parquet(documents: Iterable[Document], folder: Path, *, overwrite: bool = False) -> None:
    """Write documents as a folder of three tables: documents, mentions, annotations.

    Args:
        documents: Consumed one by one; the tables have their order.
        folder: It appears whole or not at all.
        overwrite: Replace an earlier one.

    Raises:
        OutputError: The folder exists, or can't be written; or a document comes twice.
    """
    seen: set[tuple[str, str]] = set()
    with (
        atomic_folder(folder, overwrite=overwrite, mark="documents.parquet") as temporary,
        corpus_writer(temporary) as writer,
    ):
        for document in documents:
            key = (document.language, document.name)
            if key in seen:
                raise OutputError(f"{folder}: the document {document.name!r} comes twice")
            seen.add(key)
            writer.add(document)


class CorpusWriter:
    """Append documents to the three tables; see `corpus_writer`."""

    def __init__(
        self, documents: TableWriter, mentions: TableWriter, annotations: TableWriter
    ) -> None:
        self._documents = documents
        self._mentions = mentions
        self._annotations = annotations

    def add(self, document: Document) -> None:
        """Append a document with all that is in it."""
        key = (document.language, document.name)
        self._documents.add([(*key, document.text)])
        self._mentions.add(
            (
                *key,
                mention.id,
                mention.label,
                fragment_cells(mention.fragments),
                mention.surface(document.text),
                mention.line,
            )
            for mention in document.mentions
        )
        self._annotations.add(
            (*key, *annotation_cells(annotation), annotation.line)
            for annotation in document.annotations
        )


@contextmanager
def corpus_writer(folder: Path, open_file: FileOpener = atomic_file) -> Iterator[CorpusWriter]:
    """Open the three tables of a corpus in a folder."""
    with ExitStack() as stack:
        documents, mentions, annotations = (
            stack.enter_context(
                table_writer(folder / f"{name_of(schema)}.parquet", schema, open_file=open_file)
            )
            for schema in (DOCUMENTS, MENTIONS, ANNOTATIONS)
        )
        yield CorpusWriter(documents, mentions, annotations)


def fragment_cells(fragments: Iterable[Fragment]) -> list[dict[str, int]]:
    """Return fragments as a cell of type `schemas.tables.FRAGMENTS`."""
    return [{"start": fragment.start, "end": fragment.end} for fragment in fragments]


def annotation_cells(annotation: Annotation) -> tuple[object, ...]:
    """Return the cells `id`, `kind`, `label`, `arguments`, `value` of an annotation."""
    arguments = [{"role": role, "target": target} for role, target in annotation.arguments]
    return annotation.id, annotation.kind, annotation.label, arguments, annotation.value

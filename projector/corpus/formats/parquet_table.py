"""Read a Parquet table's rows, a row group at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from projector.errors import CorpusError, Problem
from projector.storage.parquet_file import reading_parquet
from schemas.tables import check_table


class ParquetTable:
    """A table of which only the row group read last is kept."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path = path
        self.schema = schema
        self._file: pq.ParquetFile | None = None
        self._kept: tuple[int, pa.Table] | None = None
        self._borders = np.zeros(0, np.int64)

    def __reduce__(self) -> tuple[type[ParquetTable], tuple[Path, pa.Schema]]:
        """Travel to other processes as the path: an open file can't."""
        return ParquetTable, (self.path, self.schema)

    def open(self) -> pq.ParquetFile:
        """Return the open file.

        Raises:
            CorpusError: It can't be read, or isn't the table that it should be.
        """
        if self._file is None:
            with reading_parquet(self.path):
                file = pq.ParquetFile(self.path)
                check_table(file.schema_arrow, self.schema, self.path)
                groups = range(file.metadata.num_row_groups)
                sizes = [file.metadata.row_group(number).num_rows for number in groups]
                self._borders = np.cumsum([0, *sizes])
            self._file = file
        return self._file

    def rows(self, start: int, end: int) -> list[dict[str, Any]]:
        """Read the rows from `start` to `end`.

        Raises:
            CorpusError: They can't be read.
        """
        self.open()
        rows: list[dict[str, Any]] = []
        with reading_parquet(self.path, within=f"row {start + 1}"):
            first, last = np.searchsorted(self._borders, [start, end - 1], side="right") - 1
            for number in range(int(first), int(last) + 1):
                low = int(self._borders[number])
                group = self._group(number)
                rows += group.slice(max(start - low, 0), end - max(start, low)).to_pylist()
        if len(rows) != end - start:
            found = f"row group {int(first)} has other rows than the file says"
            raise CorpusError(Problem(self.path, start + 1, found, f"{end - start} here"))
        return rows

    def _group(self, number: int) -> pa.Table:
        if self._kept is None or self._kept[0] != number:
            known = [name for name in self.open().schema_arrow.names if name in self.schema.names]
            self._kept = number, self.open().read_row_group(number, columns=known)
        return self._kept[1]

    def keys(self) -> Iterator[tuple[str, str]]:
        """Yield every row's language and document; only these two columns are read.

        Raises:
            CorpusError: They can't be read, or one is null.
        """
        row, file = 1, self.open()
        with reading_parquet(self.path):
            for batch in file.iter_batches(columns=["language", "document"]):
                names = [batch.column(name).to_pylist() for name in ("language", "document")]
                for key in zip(*names, strict=True):
                    if None in key:
                        found = "the language or the document is null"
                        raise CorpusError(Problem(self.path, row, found, "a value in both"))
                    yield key
                    row += 1

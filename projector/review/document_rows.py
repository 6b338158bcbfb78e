"""Read a table once, and give its rows document by document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from projector.storage.parquet_file import reading_parquet


@dataclass(frozen=True, slots=True)
class DocumentRows:
    """A table's rows by document; they lie in columns until they are asked for, for they are many.

    Args:
        frame: The rows, those of a document together.
        places: By document the first of its rows and how many there are.
    """

    frame: pl.DataFrame = field(default_factory=pl.DataFrame)
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def of(self, document: str) -> list[dict[str, Any]]:
        """Return a document's rows in the table's order; none where the table has none."""
        if document not in self.places:
            return []
        return self.frame.slice(*self.places[document]).to_dicts()


def read_rows(
    path: Path, columns: Sequence[str], *, language: str, document: str = "document"
) -> DocumentRows:
    """Read the rows of a Parquet table that are of one language.

    Args:
        path: The table; it has a column `language`.
        columns: Those that are needed.
        language: Which rows.
        document: The column that names the document.

    Raises:
        CorpusError: It can't be read, or lacks a column.
    """
    with reading_parquet(path):
        table = pq.read_table(path, columns=["language", document, *columns])
        table.validate(full=True)
        # Column by column: what a damaged file says of them beside may not even be UTF-8.
        names = dict.fromkeys(["language", document, *columns])
        frame = pl.DataFrame([pl.Series(name, table.column(name)) for name in names])
    ordered = frame.filter(pl.col("language") == language).sort(document, maintain_order=True)
    places: dict[str, tuple[int, int]] = {}
    start = 0
    for name, length in ordered.group_by(document, maintain_order=True).len().iter_rows():
        places[name] = start, length
        start += length
    return DocumentRows(ordered, places)

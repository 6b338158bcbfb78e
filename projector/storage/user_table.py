"""Read the small tables that users give: lists, short forms, examples."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from projector.errors import CorpusError, Problem
from projector.storage.parquet_file import reading_parquet
from projector.storage.utf8 import decode


def read_table(path: Path, needed: Collection[str], expected: str) -> pl.DataFrame:
    """Read a table with a header, tab-separated or Parquet, every cell as a string or null.

    Args:
        path: The file.
        needed: Columns that must be there.
        expected: What columns there should be, in words.

    Raises:
        CorpusError: It can't be read, or lacks a column.
    """
    try:
        table = _parquet(path) if path.suffix == ".parquet" else _separated(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        told = error.strerror if isinstance(error, OSError) else next(iter(str(error).split("\n")))
        raise CorpusError(
            Problem(path, None, f"can't be read: {told or error}", "TSV or Parquet")
        ) from error
    if not {*needed} <= {*table.columns}:
        columns = f"columns {', '.join(table.columns)[:200]}"
        raise CorpusError(Problem(path, 1, columns, expected))
    return table


def _separated(path: Path) -> pl.DataFrame:
    data = path.read_bytes()
    decode(data, path)
    return pl.read_csv(data, separator="\t", quote_char=None, infer_schema=False)


def _parquet(path: Path) -> pl.DataFrame:
    """Read with Arrow: polars ends the program over some damaged files."""
    with reading_parquet(path):
        table = pq.ParquetFile(path).read()
        table.validate(full=True)
        names = table.schema.names  # which must be UTF-8, too
    columns = [pl.Series(name, table.column(at)) for at, name in enumerate(names)]
    return pl.DataFrame(columns).cast(pl.String)

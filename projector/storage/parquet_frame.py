"""Read small Parquet tables whole, with Arrow: polars ends the program over some damaged files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from projector.errors import CorpusError, Problem
from projector.storage.parquet_file import reading_parquet, told_of


def read_frame(path: Path) -> pl.DataFrame:
    """Read a table.

    Raises:
        CorpusError: It can't be read.
    """
    with reading_parquet(path):
        table = pq.ParquetFile(path).read()
        table.validate(full=True)
        names = table.schema.names  # which must be UTF-8, too
    try:
        return pl.DataFrame([pl.Series(name, table.column(at)) for at, name in enumerate(names)])
    except pl.exceptions.PolarsError as error:  # names that come twice, types that it hasn't
        raise CorpusError(Problem(path, None, f"can't be read: {told_of(error)}")) from error


def read_columns(path: Path, columns: Mapping[str, pl.DataType], expected: str) -> pl.DataFrame:
    """Read columns of a table that holds a value in each of their rows.

    Args:
        path: The file.
        columns: Their types, by their names.
        expected: What the table should be, for messages.

    Raises:
        CorpusError: It can't be read; a column is missing, of another type, or has a null.
    """
    table = read_frame(path)
    for name, kind in columns.items():
        if name not in table.columns:
            raise CorpusError(Problem(path, None, f"the column {name} is missing", expected))
        column = table[name]
        if column.dtype != kind:
            found = f"the column {name} is {column.dtype}, should be {kind}"
            raise CorpusError(Problem(path, None, found, expected))
        if column.null_count():
            row = column.is_null().to_list().index(True)
            raise CorpusError(Problem(path, row + 1, f"the column {name} is null", expected))
    return table.select(columns.keys())

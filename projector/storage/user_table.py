"""Read the small tables that users give: lists, short forms, examples."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import polars as pl

from projector.errors import CorpusError, Problem


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
        if path.suffix == ".parquet":
            table = pl.read_parquet(path).cast(pl.String)
        else:
            table = pl.read_csv(path, separator="\t", quote_char=None, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise CorpusError(
            Problem(path, None, f"can't be read: {error}", "TSV or Parquet")
        ) from error
    if not {*needed} <= {*table.columns}:
        columns = f"columns {', '.join(table.columns)[:200]}"
        raise CorpusError(Problem(path, 1, columns, expected))
    return table

"""Read the small tables that users give: lists, short forms, examples."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import polars as pl

from projector.errors import ConfigurationError, CorpusError, Problem
from projector.storage.parquet_frame import read_frame

_SEPARATORS = "\t;,"
_KINDS = "TSV, CSV or Parquet"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_table(
    path: Path,
    needed: Collection[str],
    expected: str,
    *,
    others: Mapping[str, str] | None = None,
    encoding: str = "utf-8",
) -> pl.DataFrame:
    """Read a table with a header, every cell as a string or null.

    It is Parquet, or text whose columns are parted by tabs (and not quoted), or by `;` or `,`.
    Names of columns count whatever their case and the blanks around them.

    Args:
        path: The file.
        needed: Columns that must be there.
        expected: What columns there should be, in words.
        others: What else columns are called, and what they are then, where none is called so.
        encoding: Of a text; one with UTF-16's mark is read as such.

    Raises:
        CorpusError: It can't be read, or lacks a column.
        ConfigurationError: There is no such encoding.
    """
    try:
        if path.suffix == ".parquet":
            table = read_frame(path).cast(pl.String)
        else:
            table = _parsed(_decoded(path, encoding), needed, others or {})
    except (OSError, pl.exceptions.PolarsError) as error:
        told = error.strerror if isinstance(error, OSError) else next(iter(str(error).split("\n")))
        raise CorpusError(Problem(path, None, f"can't be read: {told or error}", _KINDS)) from error
    named = table.rename(_renamed(table.columns, others or {}))
    if not {*needed} <= {*named.columns}:
        columns = f"columns {', '.join(table.columns)[:200]}"
        raise CorpusError(Problem(path, 1, columns, expected))
    return named


def _parsed(text: str, needed: Collection[str], others: Mapping[str, str]) -> pl.DataFrame:
    separator = _separator(text.partition("\n")[0], needed, others)
    quote = None if separator == "\t" else '"'
    file = io.BytesIO(text.encode())
    return pl.read_csv(file, separator=separator, quote_char=quote, infer_schema=False)


def _separator(header: str, needed: Collection[str], others: Mapping[str, str]) -> str:
    """Return what parts a header's columns so that the needed ones are among them, else tabs."""
    for separator in _SEPARATORS:
        try:
            columns = next(csv.reader([header.rstrip("\r")], delimiter=separator), [])
        except csv.Error:  # a cell of more than 131,072 characters
            continue
        if {*needed} <= {*columns, *_renamed(columns, others).values()}:
            return separator
    return "\t"


def _renamed(columns: Sequence[str], others: Mapping[str, str]) -> dict[str, str]:
    """Return new names for columns: in lower case, and by what else they are called."""
    plain = {column: column.strip("\ufeff \"'").lower() for column in columns}
    taken = {*columns, *plain.values()}
    renamed: dict[str, str] = {}
    for column, name in plain.items():
        meant = others.get(name, name)
        if meant not in taken:
            renamed[column] = meant
            taken.add(meant)
        elif name and name not in columns and name not in renamed.values():
            renamed[column] = name
    return renamed


def _decoded(path: Path, encoding: str) -> str:
    data = path.read_bytes()
    try:
        if data.startswith(_UTF16):
            return data.decode("utf-16")
        return data.decode(encoding).removeprefix("\ufeff")
    except LookupError as error:
        raise ConfigurationError(
            f"there is no encoding {encoding!r}; say one that Python knows, like cp1252 "
            "(--encoding)"
        ) from error
    except UnicodeDecodeError as error:
        line = 1 + data.count(b"\n", 0, error.start)
        found = f"byte 0x{data[error.start]:02x} at {error.start} is not {encoding.upper()}"
        hint = (
            "It may be Windows-1252: say --encoding cp1252 where that is an option, or convert it "
            "with `iconv -f WINDOWS-1252 -t UTF-8`"
        )
        raise CorpusError(Problem(path, line, found, encoding.upper(), hint)) from error

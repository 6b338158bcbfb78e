"""Write the page of the Parquet tables from their schemas."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pyarrow as pa
from markdown_text import code, escaped, table

import schemas
from schemas import tables


def tables_page() -> str:
    """Return the page, a section a table."""
    sections = [
        "# Tables",
        escaped(inspect.getdoc(tables) or ""),
        escaped(inspect.getdoc(schemas) or ""),
    ]
    for name, schema in tables.TABLES.items():
        rows = [
            (code(field.name), _type(field.type), "yes" if field.nullable else "")
            for field in schema
        ]
        remark = _remark(name.upper())
        sections += [f"## {name}", escaped(remark), table(["column", "type", "may be null"], rows)]
    return "\n\n".join(section for section in sections if section) + "\n"


def _remark(constant: str) -> str:
    """Return the comment in front of a table's schema."""
    lines = inspect.getsource(tables).splitlines()
    first = next((n for n, line in enumerate(lines) if line.startswith(f"{constant} = ")), 0)
    return " ".join(reversed(list(_comment(lines[:first]))))


def _comment(lines: list[str]) -> Iterator[str]:
    for line in reversed(lines):
        if not line.startswith("#"):
            return
        yield line.lstrip("# ")


def _type(type_: pa.DataType) -> str:
    """Return a column's type in words; those within a list of rows by their names."""
    if pa.types.is_list(type_):
        inner = type_.value_type
        if pa.types.is_struct(inner):
            names = ", ".join(code(inner.field(n).name) for n in range(inner.num_fields))
            return f"list of ({names})"
        return f"list of {_type(inner)}"
    return str(type_)

"""Damage Parquet tables: their columns, types, rows and the bytes of their files."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from contextlib import suppress

import pyarrow as pa
import pyarrow.parquet as pq
from mutations import mutated_bytes

_Mutator = Callable[[pa.Table, random.Random], pa.Table]
_STRINGS = ("", "x", "T1", "a", "en", "\x00", "../x", "DISEASE", "attribute", "9" * 30)
_OFFSETS = (-1, 0, 1, 5, 10**6, 2**62, -(2**62))
_CODECS = ("none", "snappy", "gzip", "brotli", "lz4", "zstd")


def mutated_table(table: pa.Table, seed: int) -> bytes:
    """Return a table's file with its structure changed, or its bytes, or both."""
    chance = random.Random(seed)
    kind = chance.randrange(4)
    for _ in range(0 if kind == 0 else chance.randint(1, 2)):
        with suppress(
            pa.ArrowException, UnicodeDecodeError, KeyError
        ):  # of what is damaged already
            table = chance.choice(_MUTATORS)(table, chance)
    data = written(table, chance)
    return data if kind else mutated_bytes(data, seed)


def written(table: pa.Table, chance: random.Random) -> bytes:
    """Return a table as a file, in row groups and a codec by chance."""
    sink = io.BytesIO()
    pq.write_table(
        table,
        sink,
        compression=chance.choice(_CODECS),
        row_group_size=chance.choice((1, 2, 1000)),
        use_dictionary=chance.random() < 0.5,
    )
    return sink.getvalue()


def _column(table: pa.Table, chance: random.Random) -> tuple[int, str]:
    number = chance.randrange(table.num_columns)
    return number, table.column_names[number]


def _with(table: pa.Table, number: int, values: object, type_: pa.DataType) -> pa.Table:
    """Return a table with another column in the place of one; nulls are allowed in it."""
    name, metadata = table.column_names[number], table.schema.metadata
    changed = table.set_column(number, pa.field(name, type_), pa.array(values, type_))
    return changed.replace_schema_metadata(metadata)


def _null(table: pa.Table, chance: random.Random) -> pa.Table:
    number, _ = _column(table, chance)
    values = table.column(number).to_pylist()
    if values:
        values[chance.randrange(len(values))] = None
    return _with(table, number, values, table.schema.field(number).type)


def _null_inside(table: pa.Table, chance: random.Random) -> pa.Table:
    number = next((n for n, f in enumerate(table.schema) if pa.types.is_list(f.type)), None)
    if number is None or not table.num_rows:
        return table
    type_ = table.schema.field(number).type
    struct = pa.struct([pa.field(inner.name, inner.type) for inner in type_.value_type])
    values = table.column(number).to_pylist()
    row = values[chance.randrange(len(values))]
    if row:
        which = chance.randrange(len(row))
        row[which] = chance.choice((None, {**(row[which] or {}), struct[0].name: None}))
    return _with(table, number, values, pa.list_(struct))


def _value(table: pa.Table, chance: random.Random) -> pa.Table:
    number, _ = _column(table, chance)
    type_, values = table.schema.field(number).type, table.column(number).to_pylist()
    if not values:
        return table
    row = chance.randrange(len(values))
    if pa.types.is_string(type_):
        values[row] = chance.choice((*_STRINGS, *map(str, values)))
    elif pa.types.is_list(type_) and pa.types.is_string(type_.value_type):
        values[row] = chance.choices(_STRINGS, k=chance.randrange(3))
    elif pa.types.is_list(type_) and pa.types.is_integer(type_.value_type[0].type):
        parts = [sorted(chance.sample(_OFFSETS, 2)) for _ in range(chance.randrange(3))]
        values[row] = [{"start": start, "end": end} for start, end in parts]
    elif pa.types.is_list(type_):
        values[row] = [{"role": "x", "target": chance.choice(_STRINGS)}] * chance.randrange(4)
    else:
        values[row] = chance.choice(_OFFSETS)
    return _with(table, number, values, type_)


def _type(table: pa.Table, chance: random.Random) -> pa.Table:
    number, _ = _column(table, chance)
    column, type_ = table.column(number).combine_chunks(), table.schema.field(number).type
    if pa.types.is_string(type_):
        other = chance.choice(
            (pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string()))
        )
        other = chance.choice((other, pa.binary()))
    elif pa.types.is_list(type_):
        inner = type_.value_type
        other = chance.choice((pa.large_list(inner), pa.list_view(inner)))
    else:
        other = chance.choice((pa.int32(), pa.float64(), pa.string(), pa.uint64()))
    try:
        cast = column.cast(other, safe=False)
    except pa.ArrowException:
        cast = pa.nulls(table.num_rows, pa.float64())
    metadata = table.schema.metadata
    name = table.column_names[number]
    return table.set_column(number, name, cast).replace_schema_metadata(metadata)


def _fractional(table: pa.Table, chance: random.Random) -> pa.Table:
    if "fragments" not in table.column_names:
        return table
    number = table.column_names.index("fragments")
    type_ = pa.list_(pa.struct([("start", pa.float64()), ("end", pa.float64())]))
    return _with(table, number, table.column(number).to_pylist(), type_)


def _bad_text(table: pa.Table, chance: random.Random) -> pa.Table:
    """Put bytes that are not UTF-8 where the file says that text is."""
    numbers = [n for n, f in enumerate(table.schema) if pa.types.is_string(f.type)]
    number = chance.choice(numbers) if numbers else 0
    values = [None if v is None else v.encode() for v in table.column(number).to_pylist()]
    if not numbers or not values:
        return table
    values[chance.randrange(len(values))] = chance.choice((b"\xff", b"a\xe9b", b"\xed\xa0\x80"))
    raw = pa.array(values, pa.binary())
    array = pa.Array.from_buffers(pa.string(), len(raw), raw.buffers())
    return table.set_column(number, table.schema.field(number).name, array)


def _dropped(table: pa.Table, chance: random.Random) -> pa.Table:
    return table.drop_columns([_column(table, chance)[1]])


def _renamed(table: pa.Table, chance: random.Random) -> pa.Table:
    names = list(table.column_names)
    names[chance.randrange(len(names))] = chance.choice(("x", *names))
    return table.rename_columns(names)


def _extra(table: pa.Table, chance: random.Random) -> pa.Table:
    return table.append_column("x", pa.nulls(table.num_rows, pa.int8()))


def _reordered(table: pa.Table, chance: random.Random) -> pa.Table:
    rows = list(range(table.num_rows))
    chance.shuffle(rows)
    return table.take(pa.array(rows, pa.int64()))


def _fewer(table: pa.Table, chance: random.Random) -> pa.Table:
    return table.slice(chance.randint(0, table.num_rows), chance.randint(0, table.num_rows))


def _repeated(table: pa.Table, chance: random.Random) -> pa.Table:
    if not table.num_rows:
        return table
    row = chance.randrange(table.num_rows)
    parts = (table.slice(0, row + 1), table.slice(row, 1), table.slice(row + 1))
    return pa.concat_tables(parts)


def _foreign(table: pa.Table, chance: random.Random) -> pa.Table:
    metadata = dict(table.schema.metadata or {})
    key = chance.choice((b"projector.table", b"projector.version"))
    metadata[key] = chance.choice((b"", b"2", b"mentions", b"\xff"))
    return table.replace_schema_metadata(chance.choice((None, metadata)))


_MUTATORS: tuple[_Mutator, ...] = (
    *(_null, _null_inside, _value, _value, _value, _type, _fractional, _bad_text, _dropped),
    *(_renamed, _extra, _reordered, _fewer, _repeated, _foreign),
)

"""Hold what readers may rely on in every table that is written."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from projector.errors import CorpusError
from schemas.tables import MENTIONS, TABLES, VERSION, check_table, name_of


@pytest.mark.parametrize("name", TABLES)
def test_every_table_knows_its_name_and_version(name: str):
    schema = TABLES[name]
    assert name_of(schema) == name
    check_table(schema, schema, Path("a.parquet"))
    assert schema.metadata[b"projector.version"] == str(VERSION).encode()


def test_columns_may_be_added_and_nullable_ones_missing():
    more = MENTIONS.append(pa.field("tomorrow", pa.string()))
    less = more.remove(more.get_field_index("line"))
    check_table(less.with_metadata(MENTIONS.metadata), MENTIONS, Path("a.parquet"))


def test_any_other_difference_is_refused():
    def told(schema: pa.Schema) -> str:
        with pytest.raises(CorpusError) as raised:
            check_table(schema, MENTIONS, Path("a.parquet"))
        return str(raised.value)

    assert "not a table of this name; expected mentions" in told(TABLES["documents"])
    assert "not a table of this name" in told(MENTIONS.remove_metadata())
    later = {**MENTIONS.metadata, b"projector.version": b"2"}
    assert "its version is 2; expected 1" in told(MENTIONS.with_metadata(later))
    place = MENTIONS.get_field_index("label")
    assert "the column label is missing" in told(MENTIONS.remove(place))
    changed = MENTIONS.set(place, pa.field("label", pa.int64()))
    assert "the column label is int64; expected string" in told(changed)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_was_written_is_still_itself(tmp_path: Path, name: str):
    path = tmp_path / "t.parquet"
    pq.write_table(TABLES[name].empty_table(), path)
    check_table(pq.read_schema(path), TABLES[name], path)
    for other in TABLES.keys() - {name}:
        with pytest.raises(CorpusError, match=rf"t\.parquet: .*of this name; expected {other}"):
            check_table(pq.read_schema(path), TABLES[other], path)


@pytest.mark.parametrize("name", TABLES)
def test_a_column_may_lack_where_it_may_be_null(name: str):
    schema = TABLES[name]
    for place, field in enumerate(schema):
        lacking = schema.remove(place)
        if field.nullable:
            check_table(lacking, schema, Path("t.parquet"))
        else:
            with pytest.raises(CorpusError, match=f"the column {field.name} is missing"):
                check_table(lacking, schema, Path("t.parquet"))


def test_columns_in_another_order_are_the_same_table():
    turned = pa.schema([*MENTIONS][::-1], metadata=MENTIONS.metadata)
    check_table(turned, MENTIONS, Path("t.parquet"))


@pytest.mark.parametrize("version", [None, b"", b"0", b"11", b"\xff"])
def test_a_table_of_another_version_is_told_what_to_do(version: bytes | None):
    metadata = {key: value for key, value in MENTIONS.metadata.items() if b"version" not in key}
    if version is not None:
        metadata[b"projector.version"] = version
    with pytest.raises(CorpusError, match=r"its version is .*expected 1\. Read it with"):
        check_table(MENTIONS.with_metadata(metadata), MENTIONS, Path("t.parquet"))

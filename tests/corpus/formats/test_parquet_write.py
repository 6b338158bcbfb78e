from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from drawn_documents import brat_documents
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from parquet_documents import document, read_all, same

from projector.corpus.formats import parquet_write
from projector.corpus.formats.parquet_read import holds_parquet
from projector.corpus.formats.parquet_write import table_writer, write_parquet
from projector.document import Document, Fragment, Mention
from projector.errors import OutputError
from schemas.tables import MENTIONS, PROJECTIONS

TABLES = ("annotations.parquet", "documents.parquet", "mentions.parquet")


def test_documents_come_back_with_all_that_is_in_them(tmp_path: Path):
    documents = [document("b"), document("a", count=0), document("c", count=2)]
    write_parquet(documents, tmp_path / "out")
    assert same(read_all(tmp_path / "out"), sorted(documents, key=lambda one: one.name))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(TABLES)
    assert holds_parquet(tmp_path / "out")
    assert not holds_parquet(tmp_path)


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@st.composite
def some_documents(draw) -> Document:
    text = draw(texts)
    places = st.integers(0, len(text) - 1)
    mentions = []
    for number in range(draw(st.integers(0, 4))):
        start = draw(places)
        end = draw(st.integers(start + 1, len(text)))
        mentions.append(Mention(f"T{number}", draw(texts), (Fragment(start, end),)))
    return Document("d", "en", text, tuple(mentions))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(some_documents(), max_size=4))
def test_round_trip(tmp_path_factory, documents: list[Document]):
    documents = [replace(one, name=f"{number}") for number, one in enumerate(documents)]
    folder = tmp_path_factory.mktemp("run") / "out"
    write_parquet(documents, folder)
    assert same(read_all(folder), documents)


lines = st.none() | st.integers(1, 9)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(brat_documents(), st.data())
def test_fragments_annotations_and_lines_come_back(tmp_path_factory, drawn: Document, data):
    mentions, annotations = (
        tuple(replace(one, line=data.draw(lines)) for one in part)
        for part in (drawn.mentions, drawn.annotations)
    )
    drawn = replace(drawn, mentions=mentions, annotations=annotations)
    folder = tmp_path_factory.mktemp("run") / "out"
    write_parquet([drawn], folder)
    assert same(read_all(folder), [drawn])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(brat_documents())
def test_the_words_of_a_row_are_those_at_its_offsets(tmp_path_factory, drawn: Document):
    folder = tmp_path_factory.mktemp("run") / "out"
    write_parquet([drawn], folder)
    (text,) = pl.read_parquet(folder / "documents.parquet")["text"]
    for row in pl.read_parquet(folder / "mentions.parquet").iter_rows(named=True):
        words = [text[part["start"] : part["end"]] for part in row["fragments"]]
        assert row["text"] == " ".join(words)


def test_the_same_documents_give_the_same_bytes(tmp_path: Path, monkeypatch):
    documents = [document(f"{number:03}") for number in range(50)]
    write_parquet(documents, tmp_path / "one")
    write_parquet((one for one in documents), tmp_path / "two")
    for name in TABLES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_bytes_depend_on_rows_not_on_how_they_come(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(parquet_write, "_ROWS", 4)
    rows = [("en", "d", f"T{n}", "A", [{"start": n, "end": n + 1}], "x", n) for n in range(11)]
    for name, size in (("a", 1), ("b", 3), ("c", 11)):
        with table_writer(tmp_path / name, MENTIONS) as table:
            for start in range(0, len(rows), size):
                table.add(rows[start : start + size])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").read_bytes() == (tmp_path / "c").read_bytes()
    assert pq.ParquetFile(tmp_path / "a").metadata.num_row_groups == 3


def test_polars_reads_them(tmp_path: Path):
    write_parquet([document("a")], tmp_path / "out")
    frame = pl.read_parquet(tmp_path / "out" / "mentions.parquet")
    assert frame["text"].to_list() == ["Sévère “fever”", "fever", "pain"]
    assert frame["fragments"].to_list()[1] == [{"start": 10, "end": 15}]
    assert pl.read_parquet(tmp_path / "out" / "documents.parquet")["text"][0][0] == "\ufeff"


def test_empty_tables_keep_their_columns_and_facts(tmp_path: Path):
    with table_writer(tmp_path / "a", PROJECTIONS, metadata={"model": "tiny"}):
        pass
    assert pl.read_parquet(tmp_path / "a").columns == PROJECTIONS.names
    metadata = pq.read_schema(tmp_path / "a").metadata
    assert metadata[b"projector.model"] == b"tiny"
    assert metadata[b"projector.table"] == b"projections"
    write_parquet([], tmp_path / "out")
    assert read_all(tmp_path / "out") == []


def test_compression_is_zstd(tmp_path: Path):
    write_parquet([document("a")], tmp_path / "out")
    group = pq.ParquetFile(tmp_path / "out" / "documents.parquet").metadata.row_group(0)
    assert {group.column(number).compression for number in range(3)} == {"ZSTD"}


def test_a_document_that_comes_twice_leaves_nothing(tmp_path: Path):
    with pytest.raises(OutputError, match="'a' comes twice"):
        write_parquet([document("a"), document("b"), document("a")], tmp_path / "out")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("what", ["name", "language", "text"])
def test_half_a_character_is_told_and_leaves_nothing(tmp_path: Path, what: str):
    spoilt = replace(document("a", count=0), **{what: "ni\udcf1o"})
    with pytest.raises(OutputError, match=r"'ni\\udcf1o' can't be written: .*; expected Unicode"):
        write_parquet([spoilt], tmp_path / "out")
    assert not list(tmp_path.iterdir())

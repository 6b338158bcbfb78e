from __future__ import annotations

import pickle
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projector.corpus.formats import parquet_write
from projector.corpus.formats.parquet_read import holds_parquet, open_parquet
from projector.corpus.formats.parquet_write import table_writer, write_parquet
from projector.corpus.reading import require_document
from projector.document import Annotation, Document, Fragment, Mention
from projector.errors import CorpusError, OutputError
from schemas.tables import MENTIONS, PROJECTIONS

TABLES = ("annotations.parquet", "documents.parquet", "mentions.parquet")


def document(name: str, language: str = "en", count: int = 3) -> Document:
    text = "\ufeffSévère\r\n“fever” 🤒, then\tpain."
    mentions = [
        Mention("T1", "SYMPTOM", (Fragment(1, 7), Fragment(9, 16)), 1),
        Mention("T2", "SYMPTOM", (Fragment(10, 15),), None),
        Mention("T3", "Finding", (Fragment(25, 29),), 7),
    ][:count]
    annotations = [
        Annotation("A1", "attribute", "Negated", (("", "T1"),), None, 2),
        Annotation("E1", "event", "Finding", (("Finding", "T3"), ("Of", "T1")), None, 8),
        Annotation("#1", "note", "AnnotatorNotes", (("", "E1"),), "a\tnote"),
        Annotation("*", "equivalence", "Equiv", (("", "T1"), ("", "T2")), None, 9),
    ]
    said = tuple(annotations) if count == 3 else ()
    return Document(name, language, text, tuple(mentions), said)


def read_all(folder: Path, **options) -> list[Document]:
    corpus = open_parquet(folder, **options)
    return [require_document(corpus.read(name)) for name in corpus.names]


def same(one: Iterable[Document], other: Iterable[Document]) -> bool:
    """Compare lines too, which documents' own equality passes over."""
    return repr(list(one)) == repr(list(other))


def test_documents_come_back_with_all_that_is_in_them(tmp_path: Path):
    documents = [document("b"), document("a", count=0), document("c", count=2)]
    write_parquet(documents, tmp_path / "out")
    assert same(read_all(tmp_path / "out"), sorted(documents, key=lambda one: one.name))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(TABLES)
    assert holds_parquet(tmp_path / "out")
    assert not holds_parquet(tmp_path)


def test_any_order_of_reading_crosses_row_groups(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(parquet_write, "_ROWS", 2)
    monkeypatch.setattr(parquet_write, "_ROWS_WITH_TEXTS", 3)
    documents = [document(f"{number:02}", count=number % 4) for number in range(20)]
    write_parquet(documents, tmp_path / "out")
    corpus = open_parquet(tmp_path / "out")
    for name in (*reversed(corpus.names), *corpus.names[::3]):
        assert same([require_document(corpus.read(name))], [documents[int(name)]])
    travelled = pickle.loads(pickle.dumps(corpus))
    assert same([require_document(travelled.read("07"))], [documents[7]])


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


def test_one_language_of_several(tmp_path: Path):
    documents = [document("a", "cz"), document("b", "cz", 1), document("a", "nl", 2)]
    write_parquet(documents, tmp_path / "out")
    assert same(read_all(tmp_path / "out", language="nl"), documents[2:])
    found = read_all(tmp_path / "out", language="cs")
    assert [one.language for one in found] == ["cs", "cs"]
    with pytest.raises(CorpusError, match="documents in 2 languages: cz, nl; expected one"):
        open_parquet(tmp_path / "out")
    with pytest.raises(CorpusError, match="documents in cz, nl; expected some in it"):
        open_parquet(tmp_path / "out", language="it")


def test_labels_get_new_names_those_of_events_too(tmp_path: Path):
    write_parquet([document("a")], tmp_path / "out")
    (found,) = read_all(tmp_path / "out", labels={"Finding": "FINDING"})
    assert [mention.label for mention in found.mentions] == ["SYMPTOM", "SYMPTOM", "FINDING"]
    event = found.annotations[1]
    assert (event.label, event.arguments) == ("FINDING", (("FINDING", "T3"), ("Of", "T1")))


def test_mentions_are_held_against_the_text(tmp_path: Path):
    folder = tmp_path / "out"
    write_parquet([document("a"), document("b")], folder)
    table = pq.read_table(folder / "mentions.parquet")
    words = [*table["text"].to_pylist()[:-1], "gain"]
    table = table.set_column(table.schema.get_field_index("text"), MENTIONS.field("text"), [words])
    pq.write_table(table, folder / "mentions.parquet")
    corpus = open_parquet(folder)
    assert not corpus.read("a").problems
    reading = corpus.read("b")
    assert [mention.id for mention in reading.document.mentions] == ["T1", "T2"]
    first, *others = map(str, reading.problems)
    assert first.startswith(f"{folder / 'mentions.parquet'}:6: T3: the text has 'pain' at 25 29;")
    assert any("E1 (Finding) is about what isn't usable" in other for other in others)


def test_a_document_that_comes_twice_leaves_nothing(tmp_path: Path):
    with pytest.raises(OutputError, match="'a' comes twice"):
        write_parquet([document("a"), document("b"), document("a")], tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_rows_that_do_not_stand_together_are_told(tmp_path: Path):
    write_parquet([document("a"), document("b")], tmp_path / "out")
    path = tmp_path / "out" / "mentions.parquet"
    table = pq.read_table(path)
    pq.write_table(pa.concat_tables([table, table]), path)
    with pytest.raises(CorpusError, match=r"parquet:7: the rows of the document 'a' \(en\)"):
        open_parquet(tmp_path / "out")


def test_files_that_are_none_of_ours_are_told(tmp_path: Path):
    write_parquet([document("a")], tmp_path)
    (tmp_path / "mentions.parquet").write_bytes(b"PAR")
    with pytest.raises(CorpusError, match=r"mentions\.parquet: can't be read"):
        open_parquet(tmp_path)
    (tmp_path / "mentions.parquet").unlink()
    with pytest.raises(CorpusError, match="can't be read"):
        open_parquet(tmp_path)
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "mentions.parquet")
    with pytest.raises(CorpusError, match="not a table of this name; expected mentions"):
        open_parquet(tmp_path)


def test_no_such_document(tmp_path: Path):
    write_parquet([document("a")], tmp_path / "out")
    with pytest.raises(KeyError):
        open_parquet(tmp_path / "out").read("z")

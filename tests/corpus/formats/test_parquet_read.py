from __future__ import annotations

import base64
import pickle
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as encryption
import pytest
from parquet_documents import document, read_all, same

from projector.corpus.formats import parquet_write
from projector.corpus.formats.parquet_read import open_parquet, parquet_languages
from projector.corpus.formats.parquet_write import write_parquet
from projector.corpus.reading import require_document
from projector.errors import CorpusError
from schemas.tables import MENTIONS


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


def test_some_documents_of_a_corpus_are_a_corpus(tmp_path: Path):
    write_parquet([document(name) for name in "abc"], tmp_path / "out")
    some = pickle.loads(pickle.dumps(open_parquet(tmp_path / "out").only(["c", "a"])))
    assert some.names == ("a", "c")
    assert same([require_document(some.read("c"))], [document("c")])
    with pytest.raises(KeyError):
        some.read("b")


def test_the_languages_of_a_folder_are_listed(tmp_path: Path):
    write_parquet([document("a", "nl"), document("a", "cz"), document("b", "nl")], tmp_path / "out")
    assert parquet_languages(tmp_path / "out") == ["cz", "nl"]
    with pytest.raises(CorpusError, match=r"documents\.parquet: can't be read"):
        parquet_languages(tmp_path / "nowhere")


def test_columns_beyond_those_that_are_known_are_passed_over(tmp_path: Path):
    folder = tmp_path / "out"
    write_parquet([document("a")], folder)
    table = pq.read_table(folder / "mentions.parquet")
    pq.write_table(table.append_column("x", [["1"] * 3]), folder / "mentions.parquet")
    assert same(read_all(folder), [document("a")])


def test_lines_may_be_missing(tmp_path: Path):
    folder = tmp_path / "out"
    write_parquet([document("a")], folder)
    for name in ("mentions", "annotations"):
        table = pq.read_table(folder / f"{name}.parquet")
        pq.write_table(table.drop_columns(["line"]), folder / f"{name}.parquet")
    (found,) = read_all(folder)
    assert found == document("a")
    assert {one.line for one in (*found.mentions, *found.annotations)} == {None}


def test_what_another_version_wrote_is_refused(tmp_path: Path):
    folder = tmp_path / "out"
    write_parquet([document("a")], folder)
    path = folder / "mentions.parquet"
    table = pq.read_table(path)
    metadata = {**table.schema.metadata, b"projector.version": b"99"}
    pq.write_table(table.replace_schema_metadata(metadata), path)
    with pytest.raises(CorpusError, match=r"its version is 99; expected 1\. Read it with"):
        open_parquet(folder)


def changed(folder: Path, name: str, column: str, values: list) -> Path:
    """Put other values into a column of a table, nulls among them."""
    path = folder / f"{name}.parquet"
    table = pq.read_table(path)
    number = table.schema.get_field_index(column)
    field = table.schema.field(number).with_nullable(True)
    metadata = table.schema.metadata
    table = table.set_column(number, field, pa.array(values, field.type))
    pq.write_table(table.replace_schema_metadata(metadata), path)
    return path


def test_two_mentions_of_one_id_are_told_and_both_counted(tmp_path: Path):
    write_parquet([document("a")], tmp_path / "out")
    path = changed(tmp_path / "out", "mentions", "id", ["T1", "T1", "T3"])
    reading = open_parquet(tmp_path / "out").read("a")
    assert [mention.id for mention in reading.document.mentions] == ["T1", "T3"]
    (twin, *_) = reading.problems
    assert str(twin) == f"{path}:2: T1: the id is taken by row 1; expected an id of its own"
    assert twin.mention_id == "row 2"


def test_a_null_is_told_with_its_row(tmp_path: Path):
    write_parquet([document("a")], tmp_path / "out")
    path = changed(tmp_path / "out", "mentions", "label", ["X", None, "X"])
    reading = open_parquet(tmp_path / "out").read("a")
    assert [mention.id for mention in reading.document.mentions] == ["T1", "T3"]
    told = f"{path}:2: T2: the column label is null; expected a value"
    assert [str(one) for one in reading.problems if one.mention_id == "T2"] == [told]


def test_a_text_that_is_null_leaves_its_mentions_counted(tmp_path: Path):
    write_parquet([document("a"), document("b")], tmp_path / "out")
    path = changed(tmp_path / "out", "documents", "text", [None, document("b").text])
    corpus = open_parquet(tmp_path / "out")
    reading = corpus.read("a")
    assert (reading.document, reading.unread) == (None, ("T1", "T2", "T3"))
    assert [*map(str, reading.problems)] == [f"{path}:1: the text is null; expected a text"]
    with pytest.raises(CorpusError, match=r"documents\.parquet:1: the text is null"):
        corpus.text("a")
    assert corpus.text("b") == document("b").text
    assert not corpus.read("b").problems


def test_mentions_of_a_document_without_a_text_are_told(tmp_path: Path):
    write_parquet([document("a"), document("b")], tmp_path / "out")
    path = changed(tmp_path / "out", "mentions", "document", [*"aaa", *"zzz"])
    corpus = open_parquet(tmp_path / "out")
    told = f"{path}:4: 3 rows of 'z' (en), which has no text; expected its row in documents.parquet"
    assert [*map(str, corpus.problems)] == [told]
    assert not corpus.only(["a"]).problems


def test_a_document_that_comes_twice_is_refused(tmp_path: Path):
    write_parquet([document("a"), document("b")], tmp_path / "out")
    changed(tmp_path / "out", "documents", "document", [*"aa"])
    with pytest.raises(CorpusError, match=r"documents\.parquet:2: the document 'a' \(en\) comes"):
        open_parquet(tmp_path / "out")


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("kind", "opinion", "A1: its kind is 'opinion'; expected one of attribute, "),
        ("arguments", [], "A1: it is about 0; expected at least 1 in attributes"),
        ("id", "T1", "T1: the id is a mention's; expected an id of its own"),
        ("id", None, "the column id is null; expected a value"),
    ],
)
def test_a_row_that_is_no_annotation_is_told(tmp_path: Path, column, value, told):
    write_parquet([document("a")], tmp_path / "out")
    values = pq.read_table(tmp_path / "out" / "annotations.parquet")[column].to_pylist()
    path = changed(tmp_path / "out", "annotations", column, [value, *values[1:]])
    reading = open_parquet(tmp_path / "out").read("a")
    assert str(reading.problems[0]).startswith(f"{path}:1: {told}")
    assert len(reading.document.annotations) == 3


def encrypted(path: Path, table: pa.Table) -> None:
    """Write a table with an encrypted footer."""

    class Kms(encryption.KmsClient):
        def wrap_key(self, key_bytes, master_key_identifier):
            return base64.b64encode(key_bytes)

    keys = encryption.EncryptionConfiguration(footer_key="k", uniform_encryption=True)
    factory = encryption.CryptoFactory(lambda _: Kms())
    with_keys = factory.file_encryption_properties(encryption.KmsConnectionConfig(), keys)
    with pq.ParquetWriter(path, table.schema, encryption_properties=with_keys) as writer:
        writer.write_table(table)


def test_what_is_encrypted_is_told(tmp_path: Path):
    write_parquet([document("a")], tmp_path / "out")
    path = tmp_path / "out" / "mentions.parquet"
    encrypted(path, pq.read_table(path))
    told = r"mentions\.parquet: can't be read: .*encrypted.*\. Write it without encryption$"
    with pytest.raises(CorpusError, match=told):
        open_parquet(tmp_path / "out")


def test_a_damaged_page_leaves_its_mentions_counted(tmp_path: Path):
    write_parquet([document("a")], tmp_path / "out")
    path = tmp_path / "out" / "mentions.parquet"
    ids = pq.read_metadata(path).row_group(0).column(2)
    data = bytearray(path.read_bytes())
    data[ids.dictionary_page_offset : ids.data_page_offset] = bytes(
        ids.data_page_offset - ids.dictionary_page_offset
    )
    path.write_bytes(data)
    reading = open_parquet(tmp_path / "out").read("a")
    assert (reading.document, reading.unread) == (None, ("row 1", "row 2", "row 3"))
    assert str(reading.problems[0]).startswith(f"{path}: row 1 can't be read: ")

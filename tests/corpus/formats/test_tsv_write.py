import csv
import io
from pathlib import Path

import pytest
from drawn_documents import brat_documents, described_documents, table_documents
from hypothesis import given, settings
from tsv_tables import FIVE, TEXT, table, write

from projector.corpus.formats.tsv_dialects import COLUMNS, columns_named
from projector.corpus.formats.tsv_read import read_spans
from projector.corpus.formats.tsv_write import columns_for, tsv_losses, write_tsv
from projector.corpus.open import open_corpus
from projector.corpus.reading import require_document
from projector.document import Annotation, Document, Fragment, Mention
from projector.errors import ConfigurationError


def test_rows_are_written_in_order_and_quoted_only_where_needed(tmp_path: Path):
    text = 'b "a\tc\nd\re fin'
    mentions = (
        Mention("T1", "Y", (Fragment(2, 4),)),
        Mention("T2", "X", (Fragment(0, 1), Fragment(11, 14))),
        Mention("T3", "X", (Fragment(2, 4),)),
        Mention("T4", "X", (Fragment(3, 6),)),
        Mention("T5", "X", (Fragment(5, 8),)),
        Mention("T6", "X", (Fragment(7, 10),)),
        Mention("T7", "X", (Fragment(0, 1),)),
    )
    document = Document("a", "es", text, mentions)
    path = tmp_path / "t.tsv"
    write_tsv(path, [document, Document("b", "es", "")])
    assert path.read_bytes().decode() == (
        f"{FIVE}\na\tX\t0\t1\tb\n"
        + 'a\tX\t0\t14\t"b ""a\tc\nd\re fin"\n'
        + 'a\tX\t2\t4\t"""a"\na\tY\t2\t4\t"""a"\n'
        + 'a\tX\t3\t6\t"a\tc"\na\tX\t5\t8\t"c\nd"\na\tX\t7\t10\t"d\re"\n'
    )
    write_tsv(path, [document], extension=True)
    assert b"a.txt\tX\t0\t1\tb\n" in path.read_bytes()
    assert tsv_losses(document) == ("a: T2 is discontinuous, only its covering span is written",)


def test_what_a_table_cannot_hold_is_listed():
    mentions = (Mention("T1", "X", (Fragment(0, 1),)), Mention("T2", "X", (Fragment(1, 2),)))
    annotations = (
        Annotation("R1", "relation", "With", (("Arg1", "T1"), ("Arg2", "T2"))),
        Annotation("E1", "event", "X", (("X", "T1"),)),
        Annotation("A1", "attribute", "Neg", (("", "T1"),)),
        Annotation("A2", "attribute", "Neg", (("", "R1"),)),
        Annotation("A3", "attribute", "label", (("", "T1"),), "odd"),
        Annotation("N1", "normalization", "Reference", (("", "T1"),), "HPO:HP:1\tx"),
        Annotation("#1", "note", "AnnotatorNotes", (("", "T1"),), "n"),
        Annotation("*", "equivalence", "Equiv", (("", "T1"), ("", "T2"))),
    )
    document = Document("a", "es", "xy", mentions, annotations)
    assert len(tsv_losses(document)) == 8
    columns = columns_for([document])
    assert columns == (
        "filename",
        "ann_id",
        *COLUMNS[1:],
        "code",
        "note",
        "Neg",
        "label",
    )
    lost = [loss.split(": ")[1].split(" ")[0] for loss in tsv_losses(document, columns=columns)]
    assert lost == ["R1", "E1", "A2", "*"]


def test_columns_without_a_needed_one_are_refused(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="lack some of"):
        write_tsv(tmp_path / "t.tsv", [], columns=("filename", "text"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "rows",
    [
        [
            "filename\tmark\tlabel\toff0\toff1\tspan\tcode\tsemantic_rel",
            "a\tT7\tX\t0\t5\tDolor\t1+2\tCOMPOSITE",
            "a\tT2\tX\t6\t14\ttorácico\tNone\tNone",
        ],
        [
            "filename\tann_id\tlabel\tstart_span\tend_span\ttext\tcode\tsem_rel\tneed_context",
            "a\tT1\tX\t0\t5\tDolor\tNO_CODE\t\tTrue",
            "a\tT1\tX\t6\t14\ttorácico\t12\tEXACT\tFalse",
        ],
        ["name\ttag\tstart_span\tend_span\ttext\tnote", 'a\tX\t0\t5\tDolor\t"say ""no"""'],
    ],
)
def test_tables_come_back_as_they_were(tmp_path: Path, rows):
    path = table(tmp_path, *rows)
    document = require_document(open_corpus(path, labels={}).read("a"))
    write_tsv(tmp_path / "out" / "t.tsv", [document], columns=rows[0].split("\t"))
    assert (tmp_path / "out" / "t.tsv").read_bytes() == path.read_bytes()
    write(tmp_path, "own/a.txt", TEXT)
    write_tsv(tmp_path / "own" / "t.tsv", [document], columns=columns_for([document]))
    again = require_document(open_corpus(tmp_path / "own" / "t.tsv", labels={}).read("a"))
    assert again.mentions == document.mentions
    assert {one.value and one.value.split(":")[-1] for one in again.annotations} == {
        one.value and one.value.split(":")[-1] for one in document.annotations
    }


@settings(deadline=None)
@given(table_documents())
def test_whatever_is_written_is_read_back(tmp_path_factory, document: Document):
    folder = tmp_path_factory.mktemp("tsv")
    (folder / f"{document.name}.txt").write_bytes(document.text.encode())
    write_tsv(folder / "t.tsv", [document], columns=(*COLUMNS, "note"))
    assert (
        require_document(open_corpus(folder / "t.tsv", language="und").read(document.name))
        == document
    )


@settings(deadline=None)
@given(table_documents())
def test_csv_reads_what_is_written(tmp_path_factory, document: Document):
    """Read as pandas does: quotes where a field begins with one, rows that end at LF or CR."""
    path = tmp_path_factory.mktemp("tsv") / "t.tsv"
    write_tsv(path, [document])
    with io.StringIO(path.read_bytes().decode(), newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    layout = columns_named(rows[0])
    assert layout is not None
    assert [(row[0], row[1], int(row[2]), int(row[3]), row[4]) for row in rows[1:]] == [
        (document.name, one.label, one.start, one.end, document.text[one.start : one.end])
        for one in document.mentions
    ]


def test_five_columns_are_enough_for_mentions(tmp_path: Path):
    document = Document("a", "es", "tos", (Mention("T1", "X", (Fragment(0, 3),)),))
    assert columns_for([document, Document("b", "es", "")]) == COLUMNS
    assert columns_for([]) == COLUMNS
    assert tsv_losses(document) == ()


def test_several_notes_share_a_cell_and_codes_lose_their_resource(tmp_path: Path):
    said = [
        Annotation(f"#{number}", "note", "AnnotatorNotes", (("", "T1"),), note)
        for number, note in enumerate(("one", None, "two"), 1)
    ]
    said += [Annotation("N1", "normalization", "Reference", (("", "T1"),), "ICD10:R05\tCough")]
    mention = Mention("T1", "X", (Fragment(0, 3),))
    document = Document("a", "es", "tos", (mention,), tuple(said))
    write_tsv(tmp_path / "t.tsv", [document], columns=(*COLUMNS, "code", "note"))
    row = (tmp_path / "t.tsv").read_text(encoding="utf-8").splitlines()[1]
    assert row == "a\tX\t0\t3\ttos\tR05\tone; true; two"


@settings(deadline=None)
@given(described_documents())
def test_what_is_said_of_a_mention_comes_back(tmp_path_factory, document: Document):
    folder = tmp_path_factory.mktemp("tsv")
    (folder / f"{document.name}.txt").write_bytes(document.text.encode())
    columns = columns_for([document])
    assert tsv_losses(document, columns=columns) == ()
    write_tsv(folder / "t.tsv", [document], columns=columns)
    again = require_document(open_corpus(folder / "t.tsv", language="und").read(document.name))
    assert again.mentions == document.mentions
    assert again.text == document.text
    assert stated_by_mention(again) == stated_by_mention(document)


def stated_by_mention(document: Document) -> set[tuple[str, str, tuple[str, ...], str]]:
    """Return what is said, codes without their resource, which no column holds."""
    return {
        (one.kind, one.label, one.targets, (one.value or "").removeprefix("code:"))
        for one in document.annotations
    }


@settings(deadline=None)
@given(brat_documents())
def test_offsets_are_those_of_the_words_beside_them(tmp_path_factory, document: Document):
    path = tmp_path_factory.mktemp("tsv") / "t.tsv"
    write_tsv(path, [document])
    rows = read_spans(path)
    assert len(rows) == len(document.mentions)
    assert all(row.text == document.text[row.start : row.end] for row in rows)
    discontinuous = sum(len(one.fragments) > 1 for one in document.mentions)
    losses = tsv_losses(document)
    assert len(losses) == discontinuous + len(document.annotations)

"""Hold that columns are known by many names, and the shared tasks' by theirs."""

from pathlib import Path

import pytest
from tsv_tables import FIVE, spans, table, write

from projector.corpus import open_corpus, read_spans, require_document
from projector.corpus.formats.tsv_dialects import read_columns
from projector.errors import CorpusError
from projector.settings import STRICT, ReadingRules

ROW = ("a", "X", "0", "5", "Dolor")


def read(path: Path, rules: ReadingRules = STRICT):
    return require_document(open_corpus(path, rules=rules).read("a"))


@pytest.mark.parametrize(
    "header",
    [
        "Filename Label Start_Span End_Span Text",
        "FILENAME LABEL START_SPAN END_SPAN TEXT",
        "tweets_id type begin end extraction",
        "doc_id entity_type start end mention_text",
        "document_id category start_offset end_offset surface",
        "archivo etiqueta inicio fin texto",
        "file tag off0 off1 span",
        "Doc-Name class begin.offset End__Offset Covered-Text",
    ],
)
@pytest.mark.parametrize("between", ["\t", ";", ","])
def test_other_names_are_known_in_any_case(tmp_path, header, between):
    names = [f" {name} " for name in header.split(" ")]
    path = table(tmp_path, between.join(names), between.join(ROW))
    assert spans(read(path)) == [("T1", "X", 0, 5)]


def test_a_byte_order_mark_and_quotes_belong_to_no_name(tmp_path):
    write(tmp_path, "a.txt", "Dolor")
    names = '"Filename";"Label";"Start_Span";"End_Span";"Text"'
    path = write(tmp_path, "t.csv", f"\ufeff{names}\r\n" + '"a";"X";"0";"5";"Dolor"\r\n')
    assert spans(read(path)) == [("T1", "X", 0, 5)]


def test_cells_of_csv_hold_what_parts_them(tmp_path):
    text = 'Dolor, "agudo"; y\ntos'
    write(tmp_path, "a.txt", text)
    header = "filename,label,start_span,end_span,text\n"
    quoted = '"' + text.replace('"', '""') + '"'
    bare = "a,X,0,6,Dolor,\n"  # not quoted: the surplus comma is the text's
    path = write(tmp_path, "t.csv", f"{header}a,X,0,{len(text)},{quoted}\na,X,0,5,Dolor\n{bare}")
    assert spans(read(path)) == [
        ("T1", "X", 0, len(text)),
        ("T2", "X", 0, 5),
        ("T3", "X", 0, 6),
    ]


def test_names_of_the_tasks_go_before_others(tmp_path):
    names = "filename\ttype\tlabel\tstart\tstart_span\tend_span\ttext\tname"
    path = table(tmp_path, names, "a\tY\tX\t7\t0\t5\tDolor\tz")
    columns = read_columns(path)
    assert columns.roles == {"filename": 0, "label": 2, "start": 4, "end": 5, "text": 6}
    assert [*columns.attributes] == ["type", "start", "name"]


def test_the_user_says_what_columns_are(tmp_path):
    path = table(tmp_path, "who\twhat\tfirst\tlast\twords", "\t".join(ROW))
    with pytest.raises(CorpusError, match="Say what they are: --columns filename="):
        open_corpus(path)
    stated = {"filename": "who", "label": "WHAT", "start": "3", "end": "last", "text": "words"}
    assert spans(read(path, ReadingRules(columns=tuple(stated.items())))) == [("T1", "X", 0, 5)]
    wrong = ReadingRules(columns=(*stated.items(), ("text", "nowhere")))
    with pytest.raises(CorpusError, match="None is called WHAT, 3, nowhere"):
        open_corpus(path, rules=wrong)


def test_columns_that_the_user_names_go_before_known_ones(tmp_path):
    path = table(tmp_path, f"{FIVE}\tfine", "a\tX\t0\t5\tDolor\tY")
    assert spans(read(path, ReadingRules(columns=(("label", "fine"),)))) == [("T1", "Y", 0, 5)]


def test_five_columns_without_a_header_are_known_by_their_offsets(tmp_path):
    path = table(tmp_path, "\t".join(ROW), "a\tY\t6\t14\ttorácico")
    assert spans(read(path)) == [("T1", "X", 0, 5), ("T2", "Y", 6, 14)]
    assert [row.label for row in read_spans(path)] == ["X", "Y"]


def test_a_table_without_texts_needs_offsets_to_be_trusted(tmp_path):
    path = table(tmp_path, "filename\tlabel\tstart_span\tend_span", "a\tX\t0\t5")
    with pytest.raises(CorpusError, match=r"no column of texts: .*--text-check off"):
        open_corpus(path)
    trusting = ReadingRules("off")
    assert spans(read(path, trusting)) == [("T1", "X", 0, 5)]
    assert [(row.start, row.end, row.text) for row in read_spans(path, trusting)] == [(0, 5, "")]

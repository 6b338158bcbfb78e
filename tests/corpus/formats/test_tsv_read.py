from pathlib import Path

import pytest
from tsv_tables import FIVE, TEXT, said, spans, table, write

from projector.corpus.formats.tsv_read import index_rows, read_spans
from projector.corpus.open import open_corpus
from projector.corpus.reading import require_document
from projector.document import Fragment
from projector.errors import CorpusError


def test_fragments_of_codiesp_come_in_text_order(tmp_path: Path):
    rows = [
        "a\tDIAGNOSTICO\tr1\tfiebre Dolor\t18 24;0 5",
        "a\tDIAGNOSTICO\tr1\tDolor fiebre\t18 24;0 5",
    ]
    document = require_document(open_corpus(table(tmp_path, *rows)).read("a"))
    fragments = (Fragment(0, 5), Fragment(18, 24))
    assert [mention.fragments for mention in document.mentions] == [fragments, fragments]


def test_own_ids_that_repeat_are_kept_as_attributes(tmp_path: Path):
    header = "filename\tann_id\tlabel\tstart_span\tend_span\ttext"
    path = table(tmp_path, header, "a\tT1\tX\t0\t5\tDolor", "a\tT1\tX\t6\t14\ttorácico")
    document = require_document(open_corpus(path).read("a"))
    assert [mention.id for mention in document.mentions] == ["T1", "T2"]
    assert said(document) == [("A1", "ann_id", ("T2",), "T1")]


@pytest.mark.parametrize(
    ("row", "line", "message"),
    [
        ("a\tX\t0\t5", 2, "'Dolor' at 0 5; expected '', its text"),
        ("a\tX\t0\t5\t", 2, "expected '', its text"),
        ("a\tX\t0", 2, "a row of 3 columns that is not understood"),
        ("a\t\t0\t5\tDolor", 2, "not understood"),
        ("a\tX\tzero\t5\tDolor", 2, "not understood"),
        ("a\tX\t0\t5\tDolor\tb\tX", 2, "a row of 7 columns"),
        ("a\tX\t5\t0\tDolor", 2, "T1: the range 5 0 is reversed"),
        ("a\tX\t0\t500\tDolor", 2, "outside the text"),
        ("a\tX\t-1\t4\tDolor", 2, "outside the text"),
        ("a\tX\t0\t5\tDolar", 2, "'Dolor' at 0 5; expected 'Dolar'"),
        ("a\tX\t1\t6\tDolor", 2, "stands at 0 5, -1 from there"),
        ("\n\na\tX\t0\t5\tDolar", 4, "expected 'Dolar'"),
    ],
)
def test_wrong_rows_are_told_and_their_neighbours_kept(tmp_path: Path, row, line, message):
    path = table(tmp_path, FIVE, row, "a\tX\t0\t5\tDolor")
    corpus = open_corpus(path)
    reading = corpus.read("a")
    (problem,) = reading.problems
    assert (problem.path, problem.line, problem.mention_id) == (path, line, "T1")
    assert message in str(problem)
    assert reading.document is not None
    assert spans(reading.document) == [("T2", "X", 0, 5)]
    assert not corpus.problems


def test_rows_without_a_text_are_a_problem_of_the_corpus(tmp_path: Path):
    path = table(tmp_path, FIVE, "a\tX\t0\t5\tDolor", "b\tX\t0\t5\tDolor", "", "b\tX\t0", "nothing")
    corpus = open_corpus(path)
    assert corpus.names == ("a",)
    assert [problem.line for problem in corpus.problems] == [3, 6]
    assert "b.txt is not in" in str(corpus.problems[0])
    write(tmp_path, "nothing.txt", "x")
    assert open_corpus(path).read("nothing").problems


def test_bytes_that_are_not_utf8_cost_their_row_only(tmp_path: Path):
    path = table(tmp_path, FIVE, "a\tX\t0\t5\tDolor")
    path.write_bytes(path.read_bytes() + b"a\tX\t0\t1\t\xf1\na\tX\t0\t5\tDolor\n")
    reading = open_corpus(path).read("a")
    (problem,) = reading.problems
    assert str(problem).startswith(f"{path}:3: byte 0xf1 at 8 is not UTF-8")
    assert reading.document is not None
    assert [mention.id for mention in reading.document.mentions] == ["T1", "T3"]
    with pytest.raises(CorpusError, match=r"t\.tsv:3: byte 0xf1"):
        read_spans(path)
    path.write_bytes(FIVE.encode("utf-16"))
    with pytest.raises(CorpusError, match="UTF-16"):
        open_corpus(path)


def test_an_undecodable_text_gives_no_document(tmp_path: Path):
    path = table(tmp_path, FIVE, "a\tX\t0\t5\tDolor")
    (tmp_path / "a.txt").write_bytes(b"\xff")
    assert open_corpus(path).read("a").document is None


@pytest.mark.parametrize("folder", [".", "txt", "text_files", "../txt", "../text_files", "../brat"])
def test_texts_are_found_beside(tmp_path: Path, folder):
    write(tmp_path, f"tables/{folder}/a.txt", "Dolor")
    write(tmp_path, "tables/readme/README.txt", "no document")
    path = write(tmp_path, "tables/t.tsv", f"{FIVE}\na\tX\t0\t5\tDolor\n")
    assert spans(require_document(open_corpus(path).read("a"))) == [("T1", "X", 0, 5)]


def test_texts_elsewhere_are_told_or_asked_for(tmp_path: Path):
    write(tmp_path, "texts/deep/a.txt", "Dolor")
    write(tmp_path, "texts/deep/b.txt", "")
    path = write(tmp_path, "tables/t.tsv", f"{FIVE}\na\tX\t0\t5\tDolor\n")
    with pytest.raises(CorpusError, match=r"no a\.txt in .*tables/txt.*by --texts"):
        open_corpus(path)
    corpus = open_corpus(path, texts=tmp_path / "texts" / "deep")
    assert corpus.names == ("a", "b")
    assert not require_document(corpus.read("b")).mentions
    with pytest.raises(CorpusError, match="there is no such folder"):
        open_corpus(path, texts=tmp_path / "texts" / "dep")


def test_the_tables_of_a_folder_are_read_together(tmp_path: Path):
    write(tmp_path, "txt/a.txt", TEXT)
    write(tmp_path, "d.tsv", f"{FIVE}\na\tDISEASE\t0\t14\tDolor torácico\n")
    write(tmp_path, "s.tsv", f"{FIVE}\na\tSYMPTOM\t0\t5\tDolor\na\tSYMPTOM\t0\t5\tdolor\n")
    reading = open_corpus(tmp_path).read("a")
    assert reading.document is not None
    assert spans(reading.document) == [("T1", "DISEASE", 0, 14), ("T2", "SYMPTOM", 0, 5)]
    (problem,) = reading.problems
    assert (problem.path.name, problem.line, problem.mention_id) == ("s.tsv", 3, "T3")


def test_rows_of_a_document_need_not_be_together(tmp_path: Path):
    write(tmp_path, "b.txt", "Tos")
    rows = ["a\tX\t0\t5\tDolor", "b\tX\t0\t3\tTos", "a\tX\t6\t14\ttorácico", "b\tY\t0\t3\tTos"]
    path = table(tmp_path, "\ufeff" + FIVE, *rows)
    corpus = open_corpus(path)
    assert spans(require_document(corpus.read("a"))) == [("T1", "X", 0, 5), ("T2", "X", 6, 14)]
    assert spans(require_document(corpus.read("b"))) == [("T1", "X", 0, 3), ("T2", "Y", 0, 3)]
    assert [one.line for one in require_document(corpus.read("b")).mentions] == [3, 5]


def test_only_ranges_of_rows_are_kept_of_a_table(tmp_path: Path):
    rows = [f"{name}\tX\t0\t1\tx" for name in "aaaabbbb" for _ in range(50)]
    row_ranges = index_rows(write(tmp_path, "t.tsv", "\n".join([FIVE, *rows])))
    assert {name: len(of_name) for name, of_name in row_ranges.items()} == {"a": 1, "b": 1}
    assert len(list(row_ranges["b"][0].rows())) == 200


def test_spans_need_no_texts_and_keep_strings_as_they_are(tmp_path: Path):
    rows = ["b.txt\tENFERMEDAD\t-1\t4\tx", "b\tX\t3\t4\tlonger than that", "b\tX\t5\t6\t"]
    path = write(tmp_path, "t.tsv", "\n".join([FIVE, *rows]))
    places = [row[:4] for row in read_spans(path)]
    assert places == [("b.txt", "ENFERMEDAD", -1, 4), ("b", "X", 3, 4), ("b", "X", 5, 6)]
    path = write(tmp_path, "x.tsv", "b\tD\tr1\tx y\t10 11;2 3\n")
    assert [row[:4] for row in read_spans(path)] == [("b", "D", 2, 11)]


def test_spans_of_wrong_rows_are_refused_all_at_once(tmp_path: Path):
    path = write(tmp_path, "t.tsv", f"{FIVE}\na\tX\t5\t5\tx\na\tX\t0\t1\tx\na\tX\n")
    with pytest.raises(CorpusError) as caught:
        read_spans(path)
    assert [problem.line for problem in caught.value.problems] == [2, 4]


def test_a_table_that_is_gone_gives_no_document(tmp_path: Path):
    path = table(tmp_path, FIVE, "a\tX\t0\t5\tDolor")
    corpus = open_corpus(path)
    path.unlink()
    reading = corpus.read("a")
    assert reading.document is None
    (problem,) = reading.problems
    assert problem.path == path and "can't be read" in problem.found


def test_what_a_row_says_beside_its_mention_is_numbered_by_kind(tmp_path: Path):
    header = "filename\tann_id\tlabel\tstart_span\tend_span\ttext\tcode\tnote\tsure"
    rows = ["a\tT4\tX\t0\t5\tDolor\t12\tsee\tno", "a\tT2\tX\t6\t14\ttorácico\tNone\t\tyes"]
    document = require_document(open_corpus(table(tmp_path, header, *rows)).read("a"))
    assert said(document) == [
        ("N1", "Reference", ("T4",), "code:12"),
        ("A1", "sure", ("T4",), "no"),
        ("#1", "AnnotatorNotes", ("T4",), "see"),
        ("A2", "sure", ("T2",), "yes"),
    ]
    assert [one.line for one in document.annotations] == [2, 2, 2, 3]


def test_what_is_wrong_with_a_mention_costs_what_its_row_says_of_it(tmp_path: Path):
    header = "name\ttag\tstart_span\tend_span\ttext\tnote"
    path = table(tmp_path, header, "a\tX\t0\t5\tDolar\tlost", "a\tX\t0\t5\tDolor\tkept")
    reading = open_corpus(path).read("a")
    assert reading.document is not None
    assert said(reading.document) == [("#1", "AnnotatorNotes", ("T2",), "kept")]
    assert [problem.mention_id for problem in reading.problems] == ["T1"]


def test_mentions_of_a_text_that_cannot_be_decoded_are_known(tmp_path: Path):
    path = table(tmp_path, FIVE, "a\tX\t0\t5\tDolor", "a\tX\tno\trow", "a\tX\t0\t5\tDolor")
    (tmp_path / "a.txt").write_bytes(b"Dolor \xf1")
    reading = open_corpus(path).read("a")
    assert (reading.document, reading.unread) == (None, ("T1", "T2", "T3"))

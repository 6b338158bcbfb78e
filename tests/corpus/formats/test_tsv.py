import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.corpus import open_corpus
from projector.corpus.formats.tsv_dialects import COLUMNS, columns_named
from projector.corpus.formats.tsv_read import index_rows, read_spans
from projector.corpus.formats.tsv_write import columns_for, tsv_losses, write_tsv
from projector.corpus.reading import require_document
from projector.document import Annotation, Document, Fragment, Mention
from projector.errors import ConfigurationError, CorpusError

TEXT = 'Dolor torácico y "fiebre".\nTos, tabs\there, fin.\n'
FIVE = "\t".join(COLUMNS)


def write(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode())
    return path


def table(folder: Path, *rows: str, text: str = TEXT, end: str = "\n") -> Path:
    """Write a table beside the text of `a`; spaces in the header only separate."""
    write(folder, "a.txt", text)
    return write(folder, "t.tsv", "".join(row + end for row in rows))


def spans(document: Document) -> list[tuple[str, str, int, int]]:
    return [(one.id, one.label, one.start, one.end) for one in document.mentions]


def said(document: Document) -> list[tuple[str, str, tuple[str, ...], str | None]]:
    return [(one.id, one.label, one.targets, one.value) for one in document.annotations]


@pytest.mark.parametrize(
    ("rows", "expected", "annotations"),
    [
        ([FIVE, "a\tSYMPTOM\t0\t14\tDolor torácico"], [("T1", "SYMPTOM", 0, 14)], []),
        ([FIVE, "a.txt\tSYMPTOM\t0\t5\tDolor"], [("T1", "SYMPTOM", 0, 5)], []),
        (
            ["filename\tmark\tlabel\toff0\toff1\tspan", "a\tT7\tENFERMEDAD\t0\t5\tDolor"],
            [("T7", "DISEASE", 0, 5)],
            [],
        ),
        (
            [
                "filename\tmark\tlabel\toff0\toff1\tspan\tcode\tsemantic_rel",
                "a\tT7\tENFERMEDAD\t0\t5\tDolor\t22253000+1\tCOMPOSITE",
                "a\tT2\tENFERMEDAD\t6\t14\ttorácico\tNone\tNone",
            ],
            [("T7", "DISEASE", 0, 5), ("T2", "DISEASE", 6, 14)],
            [
                ("N1", "Reference", ("T7",), "SNOMEDCT:22253000+1"),
                ("A1", "semantic_rel", ("T7",), "COMPOSITE"),
            ],
        ),
        (
            [
                "filename\tann_id\tlabel\tstart_span\tend_span\ttext",
                "a\tT3\tSINTOMA\t0\t5\tDolor",
            ],
            [("T3", "SYMPTOM", 0, 5)],
            [],
        ),
        (
            [
                "filename\tann_id\tlabel\tstart_span\tend_span\ttext\tcode\tsem_rel\tis_abbrev"
                "\tis_composite\tneed_context",
                "a\tT3\tPROCEDIMIENTO\t0\t5\tDolor\tNO_CODE\tEXACT\tFalse\tTrue\t",
            ],
            [("T3", "PROCEDURE", 0, 5)],
            [
                ("N1", "Reference", ("T3",), "SNOMEDCT:NO_CODE"),
                ("A1", "sem_rel", ("T3",), "EXACT"),
                ("A2", "is_abbrev", ("T3",), "False"),
                ("A3", "is_composite", ("T3",), "True"),
            ],
        ),
        (
            [
                "name\ttag\tstart_span\tend_span\ttext\tnote",
                "a\tFARMACO\t0\t5\tDolor\tsee above",
                "a\tFARMACO\t6\t14\ttorácico\t",
                "a\tFARMACO\t6\t14\ttorácico",
            ],
            [("T1", "MEDICATION", 0, 5), ("T2", "MEDICATION", 6, 14), ("T3", "MEDICATION", 6, 14)],
            [("#1", "AnnotatorNotes", ("T1",), "see above")],
        ),
        (
            ["a\tDIAGNOSTICO\tr07.4\tDolor torácico\t0 14", "a\tPROCEDIMIENTO\tx\tDolor\t0 5"],
            [("T1", "DIAGNOSIS", 0, 14), ("T2", "PROCEDURE", 0, 5)],
            [
                ("N1", "Reference", ("T1",), "ICD10:r07.4"),
                ("N2", "Reference", ("T2",), "ICD10:x"),
            ],
        ),
        (
            # Columns in another order, one of them unknown and with a space in its name.
            [
                "label\tmy view\tfilename\tend_span\tstart_span\ttext",
                "X\tyes\ta\t5\t0\tDolor",
            ],
            [("T1", "X", 0, 5)],
            [("A1", "my_view", ("T1",), "yes")],
        ),
        ([FIVE], [], []),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_known_table_is_recognised(tmp_path: Path, rows, expected, annotations, end):
    document = require_document(open_corpus(table(tmp_path, *rows, end=end)).read("a"))
    assert spans(document) == expected
    assert said(document) == annotations


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
    ("row", "start", "end"),
    [
        ('a\tX\t17\t25\t"fiebre"', 17, 25),  # as it stands, though it looks quoted
        ('a\tX\t17\t25\t"""fiebre"""', 17, 25),  # quoted as pandas does it
        ('a\tX\t17\t24\t"fiebre', 17, 24),  # a quotation mark that nothing closes
        ('a\tX\t17\t24\t"""fiebre"', 17, 24),
        ('a\tX\t18\t25\tfiebre"', 18, 25),
        ('a\tX\t18\t25\t"fiebre"""', 18, 25),
        ('a\tX\t18\t24\t"fiebre"', 18, 24),  # quoted without need
        ('"a"\t"X"\t"18"\t"24"\t"fiebre"', 18, 24),
        ('a\tX\t17\t30\t"""fiebre"".\nTos"', 17, 30),  # a line end in a quoted field
        ("a\tX\t27\t41\tTos, tabs\there", 27, 41),  # a tab as it stands
        ('a\tX\t27\t41\t"Tos, tabs\there"', 27, 41),
        ("a\tX\t25\t30\t. Tos", 25, 30),  # a line end that became a space
        ("a\tX\t0.0\t5.0\tDolor", 0, 5),  # pandas' numbers after a missing one
    ],
)
def test_quotes_tabs_and_line_ends_are_read_either_way(tmp_path: Path, row, start, end):
    rows = [FIVE, "a\tX\t0\t5\tDolor", row, "\na\tX\t18\t24\tfiebre", 'a\tX\t17\t25\t"fiebre"']
    path = table(tmp_path, *rows)
    document = require_document(open_corpus(path).read("a"))
    assert [(one.start, one.end) for one in document.mentions] == [
        (0, 5),
        (start, end),
        (18, 24),
        (17, 25),
    ]
    assert read_spans(path)[1][:4] == ("a", "X", start, end)


def test_an_open_quote_in_a_note_swallows_no_rows(tmp_path: Path):
    path = table(
        tmp_path,
        "name\ttag\tstart_span\tend_span\ttext\tnote",
        'a\tX\t0\t5\tDolor\t"sic',
        'a\tX\t18\t24\tfiebre\t"quoted ""note"""',
    )
    document = require_document(open_corpus(path).read("a"))
    assert [one.value for one in document.annotations] == ['"sic', 'quoted "note"']


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


@pytest.mark.parametrize(
    "header",
    ["", "a\tb", "filename\tlabel\tstart_span\ttext", "filename label start_span", "x\ty\r z"],
)
def test_unknown_tables_are_refused_with_what_is_known(tmp_path: Path, header):
    path = table(tmp_path, header)
    for reader in (open_corpus, read_spans):
        with pytest.raises(
            CorpusError, match=r"t\.tsv:1: .* none that are known; expected filename"
        ):
            reader(path)


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
    with pytest.raises(CorpusError, match=r"no a\.txt in .*tables/txt.*option for the texts"):
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


def test_only_runs_of_rows_are_kept_of_a_table(tmp_path: Path):
    rows = [f"{name}\tX\t0\t1\tx" for name in "aaaabbbb" for _ in range(50)]
    runs = index_rows(write(tmp_path, "t.tsv", "\n".join([FIVE, *rows])))
    assert {name: len(of_name) for name, of_name in runs.items()} == {"a": 1, "b": 1}
    assert len(list(runs["b"][0].rows())) == 200


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


characters = st.one_of(
    st.sampled_from("ab \t\n\r\"'\xa0\u2028\u2029\x85\x0b\x0c\ufeff\u0301é😷\u200d"),
    st.characters(exclude_categories=["Cs"]),
)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Draw documents with continuous mentions and notes, as a table can hold them."""
    text = draw(st.text(characters, min_size=1, max_size=40))
    names = st.text(st.sampled_from("abÑ-_1. "), min_size=1, max_size=5).map(lambda one: f"x{one}x")
    spans = draw(st.lists(st.lists(st.integers(0, len(text)), min_size=2, max_size=2, unique=True)))
    fragments = sorted(Fragment(*sorted(span)) for span in spans)
    mentions = tuple(
        Mention(f"T{number}", "X", (fragment,)) for number, fragment in enumerate(fragments, 1)
    )
    notes = st.text(characters, max_size=8).filter(bool) | st.none()
    drawn = [(one, draw(notes)) for one in mentions]
    said = tuple(
        Annotation(f"#{number}", "note", "AnnotatorNotes", (("", mention.id),), note)
        for number, (mention, note) in enumerate(((m, n) for m, n in drawn if n), 1)
    )
    return Document(draw(names), "und", text, mentions, said)


@settings(deadline=None)
@given(documents())
def test_whatever_is_written_is_read_back(tmp_path_factory, document: Document):
    folder = tmp_path_factory.mktemp("tsv")
    (folder / f"{document.name}.txt").write_bytes(document.text.encode())
    write_tsv(folder / "t.tsv", [document], columns=(*COLUMNS, "note"))
    assert (
        require_document(open_corpus(folder / "t.tsv", language="und").read(document.name))
        == document
    )


@settings(deadline=None)
@given(documents())
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

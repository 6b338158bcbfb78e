from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tsv_tables import FIVE, said, spans, table

from projector.corpus.formats.tsv_dialects import (
    COLUMNS,
    columns_named,
    read_columns,
    scan,
    scan_part,
)
from projector.corpus.formats.tsv_read import read_spans
from projector.corpus.open import open_corpus
from projector.corpus.reading import require_document
from projector.errors import CorpusError


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


def test_a_quote_that_nothing_closes_is_read_as_it_stands(tmp_path: Path):
    text = '"' + "x\n" * 400
    rows = [f"a\tX\t{2 * number + 1}\t{2 * number + 2}\tx" for number in range(300)]
    path = table(tmp_path, FIVE, 'a\tX\t0\t2\t"x', *rows, text=text)
    document = require_document(open_corpus(path).read("a"))
    assert len(document.mentions) == 301
    assert (document.mentions[0].start, document.mentions[0].end) == (0, 2)


def test_a_quoted_row_does_not_swallow_bytes_that_are_none(tmp_path: Path):
    path = table(tmp_path, FIVE, 'a\tX\t17\t24\t"fiebre')
    path.write_bytes(path.read_bytes() + b"a\tX\t0\t1\t\xff\n")
    reading = open_corpus(path).read("a")
    assert reading.document is not None
    assert spans(reading.document) == [("T1", "X", 17, 24)]
    (problem,) = reading.problems
    assert problem.line == 3


def test_a_table_that_is_no_file_is_told(tmp_path: Path):
    with pytest.raises(CorpusError, match=r"t\.tsv: can't be read: No such file"):
        read_columns(tmp_path / "t.tsv")


@pytest.mark.parametrize(
    ("names", "roles", "attributes"),
    [
        (COLUMNS, {"filename": 0, "label": 1, "start": 2, "end": 3, "text": 4}, {}),
        # A second column of one role, and one without a name, are attributes.
        (
            ("name", "tag", "off0", "off1", "span", "text", ""),
            {"filename": 0, "label": 1, "start": 2, "end": 3, "text": 4},
            {"text": 5, "column_7": 6},
        ),
    ],
)
def test_columns_are_known_by_their_names(names, roles, attributes):
    columns = columns_named(names)
    assert columns is not None
    assert (columns.roles, columns.attributes, columns.count) == (roles, attributes, len(names))


pieces = st.sampled_from(
    ["a", "X", "0", "3", "\t", "\t", '"', '""', "\n", "\r\n", "\r", "\n\n", "a\tX\t0\t3\t", "é"]
)


@given(st.lists(pieces, max_size=30).map(lambda drawn: "".join(drawn).encode()) | st.binary())
@example(b'a\tX\t0\t3\t"a\nb"\na\tX\t0\t1\ta\n')  # a row of two lines before one
def test_every_byte_of_a_table_belongs_to_one_row_or_to_none(data: bytes):
    """A row's own bytes, read again by themselves, are that row."""
    columns = columns_named(COLUMNS)
    assert columns is not None
    path, end = Path("t.tsv"), 0
    for row in scan(BytesIO(data), path, columns, 2):
        assert row.offset >= end
        assert row.line == 2 + data[: row.offset].count(b"\n")
        end = row.offset + row.length
        assert end <= len(data)
        part = data[row.offset : end]
        assert [one.cells for one in scan_part(part, path, columns, row.line)] == [row.cells]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (["x" * 200_000], "the columns 'x"),
        ([FIVE, f"a\tX\t0\t{'9' * 400}\tDolor"], "a row of 5 columns that is not understood"),
    ],
)
def test_what_is_too_long_for_a_cell_or_a_number_is_told(tmp_path: Path, rows, told):
    path = table(tmp_path, *rows)
    with pytest.raises(CorpusError, match=rf"t\.tsv:{len(rows)}: {told}"):
        read_spans(path)

import re
from dataclasses import replace
from pathlib import Path

import pytest
from brat_files import read
from drawn_documents import brat_documents
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.corpus.formats.brat_read import read_brat
from projector.corpus.formats.brat_write import format_ann, write_brat
from projector.corpus.reading import require_document
from projector.document import Annotation, Document, Fragment, Mention
from projector.errors import CorpusError
from projector.settings import ReadingRules

TEXT = "Dolor torácico y fiebre.\nTos seca 😷 sin fiebre.\n"
T1 = "T1\tSYMPTOM 0 14\tDolor torácico\n"
T2 = "T2\tSYMPTOM 17 23\tfiebre\n"


# In BRAT's own normal form: read and written, the bytes are the same.
NORMAL = {
    "empty": (TEXT, ""),
    "one mention": (TEXT, T1),
    "two mentions out of text order": (TEXT, T2 + T1),
    "discontinuous": (TEXT, "T1\tSYMPTOM 0 5;17 23\tDolor fiebre\n"),
    "three fragments": (TEXT, "T1\tX 0 5;15 16;17 23\tDolor y fiebre\n"),
    "touching fragments": (TEXT, "T1\tX 0 5;5 14\tDolor  torácico\n"),
    "behind an emoji": (TEXT, "T1\tX 34 35\t😷\nT2\tX 40 46\tfiebre\n"),
    "nested and equal": (TEXT, T1 + "T2\tX 0 5\tDolor\nT3\tX 0 14\tDolor torácico\n"),
    "attribute": (TEXT, T1 + "A1\tNegation T1\n"),
    "attribute with value": (TEXT, T1 + "A1\tCertainty T1 low and\tunsure\n"),
    "attribute with tail": (TEXT, T1 + "A1\tNegation T1\tseen\n"),
    "modifier": (TEXT, T1 + "M1\tSpeculation T1\n"),
    "relation": (TEXT, T1 + T2 + "R1\tWith Arg1:T1 Arg2:T2\n"),
    "relation with BRAT's tail": (TEXT, T1 + T2 + "R1\tWith Arg1:T1 Arg2:T2\t\n"),
    "event": (TEXT, T1 + T2 + "E1\tSYMPTOM:T1 Theme:T2 Theme2:T1\n"),
    "event without arguments": (TEXT, T1 + "E1\tSYMPTOM:T1 \n"),
    "event about an event": (TEXT, T1 + T2 + "E1\tSYMPTOM:T1 \nE2\tSYMPTOM:T2 Cause:E1\n"),
    "attribute of an event": (TEXT, T1 + "E1\tSYMPTOM:T1 \nA1\tNegation E1\n"),
    "note": (TEXT, T1 + "#1\tAnnotatorNotes T1\t8041/3\n"),
    "note with tabs": (TEXT, T1 + "#1\tAnnotatorNotes T1\ta\tb\t\tc \n"),
    "note without text": (TEXT, T1 + "#1\tAnnotatorNotes T1\n"),
    "note with an empty text": (TEXT, T1 + "#1\tAnnotatorNotes T1\t\n"),
    "note on a relation": (
        TEXT,
        T1 + T2 + "R1\tWith Arg1:T1 Arg2:T2\n#1\tAnnotatorNotes R1\tsure?\n",
    ),
    "normalisation": (TEXT, T1 + "N1\tReference T1 SNOMED:29857009\tChest pain\n"),
    "normalisation without text": (TEXT, T1 + "N1\tReference T1 ICD10:R07.4\n"),
    "normalisation with colons": (TEXT, T1 + "N1\tReference T1 HPO:HP:0100749\tPain: chest\n"),
    "normalisation with a blank for a colon": (TEXT, T1 + "N1\tReference T1 ICD-10 R59.0\tx\n"),
    "normalisation with blanks and bars": (TEXT, T1 + "N1\tReference T1 LOCAL:MY ID|R:1\n"),
    "note on the document": (TEXT, T1 + "#1\tAnnotatorNotes\tabout it all\n"),
    "equivalences": (TEXT, T1 + T2 + "*\tEquiv T1 T2\n*\tEquiv T2 T1\n"),
    "about what comes later": (TEXT, "A1\tNegation T1\n#1\tAnnotatorNotes A1\tx\n" + T1),
    "ids with gaps and suffixes": (TEXT, "T17\tX 0 5\tDolor\nT3-b\tX 17 23\tfiebre\n"),
    "next line and paragraph separators": (
        "a\u2028b\x85c\x0bd\x0ce\u2029f",
        "T1\tX 0 11\ta\u2028b\x85c\x0bd\x0ce\u2029f\n#1\tAnnotatorNotes T1\tx\u2028y\x85z\n",
    ),
    "no-break space": ("5\xa0mg", "T1\tX 0 4\t5\xa0mg\n"),
    "decomposed accents": ("lesio\u0301n o\u0301sea", "T1\tX 0 7\tlesio\u0301n\n"),
    "tab in a mention": ("a\tb", "T1\tX 0 3\ta\tb\n"),
    "white space at the edges": ("  a ", "T1\tX 0 4\t  a \n"),
    "quotes": ('"a" b', 'T1\tX 0 3\t"a"\n'),
    "astral and joined emoji": ("👩🏽‍⚕️ 𝒜", "T1\tX 0 5\t👩🏽‍⚕️\nT2\tX 6 7\t𝒜\n"),
    "letters of any script as label": (TEXT, "T1\tSÍNTOMA-x_1 0 5\tDolor\n"),
    "line end in a mention": (TEXT, "T1\tX 17 28\tfiebre. Tos\n"),
    "carriage return in a note": (TEXT, T1 + "#1\tAnnotatorNotes T1\ta\rb\n"),
    "byte order mark counted": ("\ufeff" + TEXT, "T1\tX 1 6\tDolor\n"),
    "CRLF counted": ("ab\r\ncd", "T1\tX 4 6\tcd\nT2\tX 0 6\tab  cd\n"),
}


# Legal too; written in normal form they are the same documents.
OTHER = {
    "no last line end": (TEXT, T1 + T2.rstrip("\n")),
    "blank lines": (TEXT, "\n" + T1 + "\n\n" + T2 + "\n"),
    "CRLF in the annotations": (TEXT, (T1 + T2 + "A1\tNegation T1\n").replace("\n", "\r\n")),
    "byte order mark in the annotations": (TEXT, "\ufeff" + T1),
    "fragments out of order": (TEXT, "T1\tX 17 23;0 5\tfiebre Dolor\n"),
    "fragments out of order, text in order": (TEXT, "T1\tX 17 23;0 5\tDolor fiebre\n"),
    "event without BRAT's space": (TEXT, T1 + "E1\tSYMPTOM:T1\n"),
    "CRLF in a mention as one space": ("ab\r\ncd", "T1\tX 0 6\tab cd\n"),
    "line end split by BRAT": (TEXT, "T1\tX 17 24;25 28\tfiebre. Tos\n"),
    "byte order mark not counted": ("\ufeff" + TEXT, T1 + T2),
    "CRLF counted as one": ("ab\r\ncd\r\nef", "T1\tX 3 5\tcd\nT2\tX 6 8\tef\nT3\tX 0 5\tab cd\n"),
    "neither counted": ("\ufeffab\r\ncd\r\nef", "T1\tX 3 5\tcd\nT2\tX 6 8\tef\n"),
}


def lines(document: Document) -> list[int | None]:
    return [one.line for one in (*document.mentions, *document.annotations)]


@pytest.mark.parametrize("case", [*NORMAL, *OTHER])
def test_legal_files_lose_nothing(tmp_path: Path, case: str):
    text, annotations = (NORMAL | OTHER)[case]
    document = require_document(read(tmp_path / "in", text, annotations))
    assert document.text == text
    count = len(document.mentions) + len(document.annotations)
    assert count == sum(bool(line.strip("\r\ufeff")) for line in annotations.split("\n"))
    write_brat(document, tmp_path / "out")
    if case in NORMAL:
        assert (tmp_path / "out" / "doc.ann").read_bytes() == annotations.encode()
    assert (tmp_path / "out" / "doc.txt").read_bytes() == text.encode()
    again = require_document(read_brat(tmp_path / "out" / "doc.txt", tmp_path / "out" / "doc.ann"))
    assert again == document


def test_every_kind_is_understood(tmp_path: Path):
    annotations = (
        T1
        + T2
        + "R1\tWith Arg1:T1 Arg2:T2\nE1\tSYMPTOM:T1 Theme:T2\nA1\tCertainty T1 low\nM1\tNeg E1\n"
        + "N1\tReference T1 HPO:HP:0100749\tChest pain\n#1\tAnnotatorNotes R1\tx\ty\n"
        + "*\tEquiv T1 T2\n"
    )
    document = require_document(read(tmp_path, TEXT, annotations, language="es"))
    assert document.name == "doc"
    assert document.language == "es"
    assert document.mentions == (
        Mention("T1", "SYMPTOM", (Fragment(0, 14),)),
        Mention("T2", "SYMPTOM", (Fragment(17, 23),)),
    )
    assert document.annotations == (
        Annotation("R1", "relation", "With", (("Arg1", "T1"), ("Arg2", "T2"))),
        Annotation("E1", "event", "SYMPTOM", (("SYMPTOM", "T1"), ("Theme", "T2"))),
        Annotation("A1", "attribute", "Certainty", (("", "T1"),), "low"),
        Annotation("M1", "attribute", "Neg", (("", "E1"),)),
        Annotation("N1", "normalization", "Reference", (("", "T1"),), "HPO:HP:0100749\tChest pain"),
        Annotation("#1", "note", "AnnotatorNotes", (("", "R1"),), "x\ty"),
        Annotation("*", "equivalence", "Equiv", (("", "T1"), ("", "T2"))),
    )
    assert lines(document) == list(range(1, 10))


def test_without_annotations_there_are_no_mentions(tmp_path: Path):
    assert require_document(read(tmp_path, TEXT, None)) == Document("doc", "und", TEXT)


def test_labels_are_mapped_also_where_an_event_repeats_its_trigger(tmp_path: Path):
    annotations = "T1\tSINTOMA 0 5\tDolor\nE1\tSINTOMA:T1 SINTOMA:T1\nA1\tSINTOMA T1\n"
    document = require_document(read(tmp_path, TEXT, annotations, labels={"SINTOMA": "SYMPTOM"}))
    expected = "T1\tSYMPTOM 0 5\tDolor\nE1\tSYMPTOM:T1 SINTOMA:T1\nA1\tSINTOMA T1\n"
    assert format_ann(document) == expected


@pytest.mark.parametrize(
    ("text", "annotations", "expected"),
    [
        ("\ufeffab cd", "T1\tX 3 5\tcd\n", [(4, 6)]),
        ("ab\r\ncd\r\nef", "T1\tX 6 8\tef\nT2\tX 3 5;6 8\tcd ef\n", [(8, 10), (4, 10)]),
        ("\ufeffab\r\ncd", "T1\tX 3 5\tcd\nT2\tX 0 2\tab\n", [(5, 7), (1, 3)]),
        # One that fits under both conventions doesn't decide, the other does.
        ("ab\r\ncd", "T1\tX 0 2\tab\nT2\tX 3 5\tcd\n", [(0, 2), (4, 6)]),
    ],
)
def test_other_conventions_are_shifted_to_true_offsets(tmp_path: Path, text, annotations, expected):
    document = require_document(read(tmp_path, text, annotations))
    assert [(one.start, one.end) for one in document.mentions] == expected


def test_conventions_that_contradict_each_other_are_a_problem_with_a_hint(tmp_path: Path):
    annotations = "T1\tX 4 6\tcd\nT2\tX 6 8\tef\nT3\tX 3 5\tcd\n"
    reading = read(tmp_path, "ab\r\ncd\r\nef", annotations)
    assert reading.document is not None
    assert [mention.id for mention in reading.document.mentions] == ["T1"]
    assert [problem.mention_id for problem in reading.problems] == ["T2", "T3"]
    assert "2 of 3 mentions fit if CRLF counts as one character" in str(reading.problems[0])


MALFORMED = {
    "no tab": ("T1 X 0 5 Dolor\n", 1, "no tab", None),
    "no id": ("\tX 0 5\tDolor\n", 1, "an id like T1", None),
    "unknown letter": (T1 + "Q1\tX T1\n", 2, "an id like T1", None),
    "no number in the id": ("T\tX 0 5\tDolor\n", 1, "not understood", None),
    "no offsets": ("T1\tX\tDolor\n", 1, "T1<tab>Label 0 5<tab>text", "T1"),
    "no text": ("T1\tX 0 5\n", 1, "T1<tab>Label 0 5<tab>text", "T1"),
    "no label": ("T1\t0 5\tDolor\n", 1, "not understood", "T1"),
    "a letter among the offsets": ("T1\tX 0 5a\tDolor\n", 1, "not understood", "T1"),
    "negative offset": ("T1\tX -1 5\tDolor\n", 1, "not understood", "T1"),
    "digits of another script": ("T1\tX 0 ５\tDolor\n", 1, "not understood", "T1"),
    "half a fragment": ("T1\tX 0 5;\tDolor\n", 1, "not understood", "T1"),
    "reversed range": (T2 + "T1\tX 5 0\tDolor\n", 2, "5 0 is reversed", "T1"),
    "empty range": ("T1\tX 5 5\t\n", 1, "5 5 is empty", "T1"),
    "outside the text": ("T1\tX 0 5000\tDolor\n", 1, "outside the text", "T1"),
    "overlapping fragments": ("T1\tX 0 5;3 7\tDolor or t\n", 1, "overlap", "T1"),
    "wrong text": ("T1\tX 0 5\tDolar\n", 1, "'Dolor' at 0 5; expected 'Dolar'", "T1"),
    "shifted": ("T1\tX 16 22\tfiebre\n", 1, "stands at 17 23, +1 from there", "T1"),
    "fragments run together": ("T1\tX 0 5;17 23\tDolorfiebre\n", 1, "'Dolor fiebre'", "T1"),
    "duplicate id": (T1 + "T1\tX 17 23\tfiebre\n", 2, "T1 is taken by line 1", None),
    "duplicate annotation": (
        T1 + "A1\tNeg T1\nA1\tNeg T1\n",
        3,
        "A1 is taken by line 2",
        None,
    ),
    "dangling attribute": (T1 + "A1\tNeg T9\n", 2, "A1 (Neg) is about T9", None),
    "dangling relation": (T1 + "R1\tWith Arg1:T1 Arg2:T9\n", 2, "is about T9", None),
    "dangling equivalence": (T1 + T2 + "*\tEquiv T1 T2 T9\n", 3, "is about T9", None),
    "relation without roles": (T1 + T2 + "R1\tWith T1 T2\n", 3, "R1<tab>Type Arg1", None),
    "relation of three": (T1 + "R1\tWith A:T1 B:T1 C:T1\n", 2, "not understood", None),
    "event without trigger": (T1 + "E1\t\n", 2, "E1<tab>Type:T1", None),
    "event of mere ids": (T1 + "E1\tSYMPTOM T1\n", 2, "not understood", None),
    "attribute of nothing": (T1 + "A1\tNegation\n", 2, "A1<tab>Name T1", None),
    "normalisation without code": (T1 + "N1\tReference T1 SNOMED\n", 2, "resource:code", None),
    "note on two": (T1 + T2 + "#1\tAnnotatorNotes T1 T2\tx\n", 3, "#1<tab>Type T1", None),
    "equivalence of one": (T1 + "*\tEquiv T1\n", 2, "*<tab>Equiv T1 T2", None),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_files_are_told_by_line(tmp_path: Path, case: str):
    annotations, line, message, mention_id = MALFORMED[case]
    reading = read(tmp_path, TEXT, annotations)
    (problem,) = reading.problems
    assert problem.path == tmp_path / "doc.ann"
    assert problem.line == line
    assert message in str(problem)
    assert problem.mention_id == mention_id
    with pytest.raises(CorpusError, match=f"doc.ann:{line}: "):
        require_document(reading)


def test_what_is_right_survives_beside_what_is_wrong(tmp_path: Path):
    annotations = (
        T1
        + "T2\tX 0 5\tfiebre\nT3\tX 17 23\tfiebre\nA1\tNeg T2\n#1\tAnnotatorNotes A1\tx\n"
        + "*\tEquiv T1 T2 T3\nR1\tWith Arg1:T1 Arg2:T3\n"
    )
    reading = read(tmp_path, TEXT, annotations)
    assert [problem.line for problem in reading.problems] == [2, 4, 5, 6]
    document = reading.document
    assert document is not None
    assert [one.id for one in document.mentions] == ["T1", "T3"]
    assert [(one.id, one.targets) for one in document.annotations] == [
        ("*", ("T1", "T3")),
        ("R1", ("T1", "T3")),
    ]


def test_a_difference_of_composition_only_is_told(tmp_path: Path):
    reading = read(tmp_path, "lesión", "T1\tX 0 6\tlesio\u0301n\n")
    assert "Unicode normalisation" in str(reading.problems[0])


@pytest.mark.parametrize(
    ("text", "annotations", "message"),
    [
        ("año\nlesión".encode("latin-1"), b"", "doc.txt:1: byte 0xf1 at 1 is not UTF-8"),
        (b"a\n\n\xff", b"", "doc.txt:3: "),
        (b"a", b"#1\tX T1\t\xe9\n", "doc.ann:1: .*iconv -f WINDOWS-1252"),
        ("año".encode("utf-16"), b"", "iconv -f UTF-16"),
    ],
)
def test_undecodable_files_give_no_document(tmp_path: Path, text, annotations, message):
    reading = read(tmp_path, text, annotations)
    assert reading.document is None
    with pytest.raises(CorpusError, match=message):
        require_document(reading)


def test_a_missing_file_gives_no_document(tmp_path: Path):
    reading = read_brat(tmp_path / "doc.txt")
    assert reading.document is None
    assert "can't be read: No such file" in str(reading.problems[0])


@settings(deadline=None)
@given(brat_documents(), st.booleans())
def test_offsets_of_other_conventions_come_out_true(tmp_path_factory, document: Document, bom):
    """Count without the byte order mark and with CRLF as one, as some tools do."""
    plain = document.text.replace("\r", "x").replace("\ufeff", "x")
    document = replace(document, text=plain)
    stored = ("\ufeff" if bom else "") + plain.replace("\n", "\r\n")
    reading = read(tmp_path_factory.mktemp("brat"), stored, format_ann(document))
    for mention in require_document(reading).mentions:
        expected = next(one for one in document.mentions if one.id == mention.id)
        assert one_line(mention.surface(stored)) == one_line(expected.surface(plain))


def one_line(surface: str) -> str:
    return re.sub("[ \r\n]+", " ", surface)


def test_comments_are_passed_over_and_told(tmp_path: Path):
    reading = read(tmp_path, TEXT, "# a comment\n" + T1 + "#another\n")
    assert len(require_document(reading).mentions) == 1
    assert {notice.told for notice in reading.notices} == {"comments (# …) are passed over"}


@pytest.mark.parametrize(
    ("line", "checks"),
    [
        ("T1\tX 0 5", ("off",)),
        ("T1\tX 0 5\t", ("off",)),
        ("T1 X 0 5 Dolor", ("normalised", "off")),
        ("T1  X  0 5;17 23  Dolor fiebre", ("normalised", "off")),
        ("T1\tX 0 5\tdolor", ("normalised", "off")),
        ("T1 X 0 5", ("off",)),
    ],
)
def test_what_a_line_lacks_is_done_without_where_the_user_says_so(tmp_path: Path, line, checks):
    for check in ("strict", "normalised", "off"):
        (tmp_path / "doc.txt").write_bytes(TEXT.encode())
        (tmp_path / "doc.ann").write_text(f"{line}\n", encoding="utf-8")
        rules = ReadingRules(check)
        reading = read_brat(tmp_path / "doc.txt", tmp_path / "doc.ann", rules=rules)
        assert bool(reading.problems) == (check not in checks)
        if check == "strict":
            assert "--text-check" in str(reading.problems[0])


@pytest.mark.parametrize(
    ("text", "annotations"),
    [
        (b"fiebre \xf1", "\ufeffT1\tX 0 6\tfiebre\nR1\tA Arg1:T1 Arg2:T2\nT2\tX\nT1\tX\n".encode()),
        (b"fiebre", b"T1\tX 0 6\tfiebre \xf1\n#1\tN T1\tT3\tx\nT2\tX 0 6\r\n"),
    ],
)
def test_mentions_of_a_document_that_cannot_be_decoded_are_known(tmp_path, text, annotations):
    reading = read(tmp_path, text, annotations)
    assert (reading.document, reading.unread) == (None, ("T1", "T2"))
    assert [problem.mention_id for problem in reading.problems] == [None]

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
from projector.errors import OutputError

TEXT = "Dolor torácico y fiebre.\nTos seca 😷 sin fiebre.\n"


def test_foreign_ids_are_numbered_anew(tmp_path: Path):
    mentions = (Mention("b", "X", (Fragment(0, 5),)), Mention("T1", "X", (Fragment(17, 23),)))
    annotations = (
        Annotation("note", "note", "AnnotatorNotes", (("", "b"),), "a\nb\r\n"),
        Annotation("x", "relation", "With", (("Arg1", "T1"), ("Arg2", "b"))),
        Annotation("A7", "attribute", "Neg", (("", "x"),)),
    )
    document = Document("doc", "es", TEXT, mentions, annotations)
    assert format_ann(document) == (
        "T1\tX 0 5\tDolor\nT2\tX 17 23\tfiebre\n"
        "#1\tAnnotatorNotes T1\ta b\r \nR1\tWith Arg1:T2 Arg2:T1\nA7\tNeg R1\n"
    )


@pytest.mark.parametrize("label", ["", "A B", "A\tB", "A\nB"])
def test_a_label_that_brat_cannot_hold_is_refused(label: str):
    document = Document("doc", "es", TEXT, (Mention("T1", label, (Fragment(0, 5),)),))
    with pytest.raises(OutputError, match=r"doc: BRAT can't hold the label .* of T1"):
        format_ann(document)


@pytest.mark.parametrize("role", ["", "Arg 1", "Arg1\tx", "Arg1\nT9\tX 0 1\tD", "a:b"])
@pytest.mark.parametrize("kind", ["relation", "event"])
def test_a_role_that_would_break_its_line_is_refused(kind: str, role: str):
    arguments = (("X", "T1"), (role, "T1"))
    said = Annotation("R1" if kind == "relation" else "E1", kind, "X", arguments)
    document = Document("doc", "es", TEXT, (Mention("T1", "X", (Fragment(0, 5),)),), (said,))
    with pytest.raises(OutputError, match=r"doc: BRAT can't hold the role .* of .1: expected"):
        format_ann(document)


@pytest.mark.parametrize("name", ["", "..", ".a", "a/b", "a\\b", "/etc/x"])
def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, name: str):
    with pytest.raises(OutputError, match="can't be a file's name"):
        write_brat(Document(name, "es", TEXT), tmp_path)


@settings(deadline=None)
@given(brat_documents())
def test_whatever_is_written_is_read_back(tmp_path_factory, document: Document):
    folder = tmp_path_factory.mktemp("brat")
    write_brat(document, folder)
    again = require_document(read_brat(folder / "doc.txt", folder / "doc.ann"))
    assert again == document
    assert format_ann(again) == format_ann(document)


@settings(deadline=None)
@given(brat_documents(), st.randoms(use_true_random=False))
def test_the_order_of_lines_is_kept(tmp_path_factory, document: Document, random):
    folder = tmp_path_factory.mktemp("brat")
    written = format_ann(document).split("\n")[:-1]
    random.shuffle(written)
    annotations = "".join(f"{line}\n" for line in written)
    assert format_ann(require_document(read(folder, document.text, annotations))) == annotations


@settings(deadline=None)
@given(brat_documents())
def test_offsets_are_those_of_the_words_beside_them(document: Document):
    """Read as anybody would: split at tabs, cut the text at the offsets."""
    for line in format_ann(document).split("\n")[:-1]:
        if line.startswith("T"):
            _, label_and_ranges, words = line.split("\t", 2)
            ranges = label_and_ranges.split(" ", 1)[1].split(";")
            edges = [tuple(map(int, stretch.split(" "))) for stretch in ranges]
            stretches = [document.text[start:end] for start, end in edges]
            assert words == " ".join(stretches).replace("\n", " ").replace("\r", " ")


@settings(deadline=None)
@given(brat_documents())
def test_the_text_is_written_byte_for_byte(tmp_path_factory, document: Document):
    folder = tmp_path_factory.mktemp("brat")
    write_brat(document, folder / "deep" / "er")
    assert (folder / "deep" / "er" / "doc.txt").read_bytes() == document.text.encode()
    assert sorted(path.name for path in (folder / "deep" / "er").iterdir()) == [
        "doc.ann",
        "doc.txt",
    ]


def test_a_label_that_is_refused_leaves_no_file(tmp_path: Path):
    document = Document("doc", "es", TEXT, (Mention("T1", "A B", (Fragment(0, 5),)),))
    with pytest.raises(OutputError):
        write_brat(document, tmp_path)
    assert not list(tmp_path.iterdir())


def test_mentions_come_first_where_nothing_has_a_line():
    mentions = (Mention("T2", "X", (Fragment(17, 23),)), Mention("T1", "X", (Fragment(0, 5),)))
    annotations = (Annotation("A1", "attribute", "Neg", (("", "T1"),)),)
    document = Document("doc", "es", TEXT, mentions, annotations)
    assert [line[:2] for line in format_ann(document).splitlines()] == ["T2", "T1", "A1"]
    # One with a line stands where it stood.
    numbered = replace(document, mentions=tuple(replace(one, line=5) for one in mentions))
    numbered = replace(numbered, annotations=(replace(annotations[0], line=2),))
    assert [line[:2] for line in format_ann(numbered).splitlines()] == ["A1", "T2", "T1"]

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

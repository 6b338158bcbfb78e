"""Hold that files are read as they are stored, and what is told of those that aren't UTF-8."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from projector.corpus.reading import Reading, decode, read_bytes, read_text, require_document
from projector.document import Document
from projector.errors import CorpusError, Problem

PATH = Path("a.txt")
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)


@given(texts)
@example("\ufeffuno\r\ndos\rtres\u2028cuatro\x85\n")
def test_a_text_is_what_its_bytes_say_line_ends_and_marks_included(text):
    assert decode(text.encode(), PATH) == text


def decodes(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


@given(st.binary(max_size=30))
@example(b"\xc3\xb3\n\xc2")
def test_other_bytes_are_told_with_the_line_and_offset_of_the_first_wrong_one(data):
    if decodes(data):
        assert decode(data, PATH) == data.decode()
        return
    with pytest.raises(CorpusError) as raised:
        decode(data, PATH)
    wrong = max(length for length in range(len(data)) if decodes(data[:length]))
    (problem,) = raised.value.problems
    assert (problem.path, problem.expected) == (PATH, "UTF-8")
    assert problem.line == 1 + data[:wrong].count(b"\n")
    assert problem.found == f"byte 0x{data[wrong]:02x} at {wrong} is not UTF-8"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            "uno\ndolor torácico".encode("latin-1"),
            "a.txt:2: byte 0xe1 at 13 is not UTF-8; expected UTF-8. It may be Latin-1",
        ),
        ("fiebre".encode("utf-16"), "a.txt:1: byte 0xff at 0 .* It is UTF-16: .* -f UTF-16 -t"),
        (b"\xfe\xff\x00a", "a.txt:1: byte 0xfe at 0 .* It is UTF-16"),
        (b"ab\xc3", "a.txt:1: byte 0xc3 at 2 is not UTF-8"),  # cut within a character
        (b"a\n\n\xed\xa0\x80", "a.txt:3: byte 0xed at 3"),  # a lone surrogate
    ],
)
def test_what_it_may_be_instead_is_told(data, told):
    with pytest.raises(CorpusError, match=told.replace("a.txt", r"a\.txt")):
        decode(data, PATH)


def test_a_file_that_cannot_be_opened_is_told(tmp_path):
    for read in (read_bytes, read_text):
        with pytest.raises(CorpusError, match=r"none\.txt: can't be read: No such file"):
            read(tmp_path / "none.txt")
        with pytest.raises(CorpusError, match="can't be read"):
            read(tmp_path)  # a folder
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfuno\r\n")
    assert read_text(tmp_path / "a.txt") == "\ufeffuno\r\n"
    assert read_bytes(tmp_path / "a.txt") == b"\xef\xbb\xbfuno\r\n"


def test_a_document_is_required_whole():
    document, problem = Document("a", "es", "tos"), Problem(PATH, 3, "wrong")
    assert require_document(Reading(document)) is document
    for reading in (Reading(document, (problem,)), Reading(None, (problem, problem))):
        with pytest.raises(CorpusError) as raised:
            require_document(reading, advice="Mend it")
        assert raised.value.problems == reading.problems
        assert str(raised.value).endswith("Mend it")

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.errors import CorpusError
from projector.storage.utf8 import decode

PATH = Path("a.txt")


@given(st.text())
def test_utf8_is_read_as_it_was_written(text):
    assert decode(text.encode(), PATH) == text


@pytest.mark.parametrize(
    ("data", "line", "told"),
    [
        ("señor\naño".encode("latin-1"), 1, "byte 0xf1 at 2"),
        (b"a\nb\n\xe9", 3, "byte 0xe9 at 4"),
        (b"a\n\xc3", 2, "byte 0xc3 at 2"),  # a letter cut in two
        (b"\xed\xa0\x80", 1, "byte 0xed at 0"),  # half of a surrogate pair
    ],
)
def test_the_first_wrong_byte_is_told_with_its_line(data, line, told):
    with pytest.raises(CorpusError, match=told) as raised:
        decode(data, PATH)
    (problem,) = raised.value.problems
    assert (problem.path, problem.line) == (PATH, line)
    assert "WINDOWS-1252" in problem.hint


def test_lines_are_counted_from_where_the_part_begins():
    with pytest.raises(CorpusError) as raised:
        decode(b"a\n\xff", PATH, line=10)
    assert raised.value.problems[0].line == 11


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_is_known_by_its_mark(encoding):
    with pytest.raises(CorpusError) as raised:
        decode("\ufeffaño".encode(encoding), PATH)
    assert "iconv -f UTF-16" in raised.value.problems[0].hint

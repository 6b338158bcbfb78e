"""Hold that damaged files of other tools are read truly, or told of with their name."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from other_formats import FILES, write_files

from projector.corpus.open import open_corpus
from projector.errors import CorpusError, ProjectorError

PIECES = [
    *(b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\n", b"\r", b"\t", b" ", b"|", b"_"),
    *(b'"', b"[", b"]", b"{", b"}", b",", b":", b"<", b">", b"&", b"/", b"\\", b"[1]", b"->", b"#"),
    *(b"-1", b"0", b"9", b"99999999", b"1.5", b"null", b"true", b"T1", b"O", b"B-X", "🤒".encode()),
    *(b"</text>", b"<id>", b"\\ud800", b'{"a":1}', b"1-1", b"1-1.1", b"-DOCSTART-", b"|t|"),
]
EDIT = st.tuples(st.integers(0, 10**6), st.integers(0, 6), st.sampled_from([b"", *PIECES]))


def damaged(data: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    for place, length, piece in edits:
        start = place % (len(data) + 1)
        data = data[:start] + piece + data[start + length :]
    return data


def hold(corpus, folder: str) -> None:
    """Hold that every document is true, or that what is wrong is told with its file."""
    for name in corpus.names:
        reading = corpus.read(name)
        assert all(folder in str(problem) for problem in reading.problems)
        assert reading.document is not None or reading.problems
        if reading.document is None:
            continue
        text, mentions = reading.document.text, reading.document.mentions
        text.encode("utf-8")
        ids = [mention.id for mention in mentions]
        assert len({*ids}) == len(ids)
        assert not {*ids} & {problem.mention_id for problem in reading.problems}
        assert all(0 <= mention.start < mention.end <= len(text) for mention in mentions)
        known = {*ids, *(one.id for one in reading.document.annotations)}
        assert all({*one.targets} <= known for one in reading.document.annotations)


def check(kind: str, folder, edits: list[tuple[int, int, bytes]]) -> None:
    path = write_files(folder / kind / "es", FILES[kind])
    name = next(iter(FILES[kind]))
    (path / name).write_bytes(damaged(FILES[kind][name].encode("utf-8"), edits))
    try:
        hold(open_corpus(path if kind == "bionlp" else path / name), str(path))
    except ProjectorError as error:
        assert str(path) in str(error)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("damaged")


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where",
    "damaged files of other tools",
    trials=40,
)
@pytest.mark.parametrize("kind", FILES)
def test_damaged_files_are_read_truly_or_told(kind, folder):
    @settings(max_examples=40)
    @given(st.lists(EDIT, min_size=1, max_size=3))
    def run(edits):
        check(kind, folder, edits)

    run()


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where",
    "damaged files of other tools",
    trials=10_000,
)
@pytest.mark.slow
@pytest.mark.parametrize("kind", FILES)
def test_ten_thousand_damaged_files_are_read_truly_or_told(kind, folder):
    @settings(max_examples=10_000)
    @given(st.lists(EDIT, min_size=1, max_size=5))
    def run(edits):
        check(kind, folder, edits)

    run()


@pytest.mark.parametrize("kind", FILES)
def test_what_is_no_utf_8_is_told(kind, folder):
    path = write_files(folder / "latin" / kind / "es", FILES[kind])
    name = next(iter(FILES[kind]))
    content = FILES[kind][name].replace("asma", "asmá").encode("latin-1", "replace")
    (path / name).write_bytes(content)
    try:
        corpus = open_corpus(path)
        problems = [str(one) for name in corpus.names for one in corpus.read(name).problems]
    except CorpusError as error:
        problems = [str(error)]
    assert any("UTF-8" in one or "invalid token" in one for one in problems), problems

"""Hold a corpus whose annotations, and their faults, play no part."""

from pathlib import Path

import pytest

from projector.corpus.files import open_files
from projector.corpus.text_only import TextOnlyCorpus
from projector.errors import Problem

TEXT = "Dolor y tos."


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "es"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.txt").write_text(TEXT, encoding="utf-8")
    (folder / "a.ann").write_text("T1\tX 0 5\tDolor\n#1\tAnnotatorNotes T1\tx\n", encoding="utf-8")
    return folder


def test_what_is_said_of_a_text_is_left_out(folder):
    corpus = open_files(folder)
    assert corpus.read("a").document.mentions and corpus.read("a").document.annotations
    document = TextOnlyCorpus(corpus).read("a").document
    assert (document.name, document.language, document.text) == ("a", "es", TEXT)
    assert document.mentions == document.annotations == ()


@pytest.mark.parametrize(
    "annotations", [b"T1\tX 0 99\tDolor\n", b"nonsense\n", b"R1\tWith Arg1:T1 Arg2:T9\n"]
)
def test_faults_of_annotations_play_no_part(folder, annotations):
    (folder / "a.ann").write_bytes(annotations)
    assert open_files(folder).read("a").problems
    reading = TextOnlyCorpus(open_files(folder)).read("a")
    assert not reading.problems and reading.document.text == TEXT


def test_a_text_that_cannot_be_read_is_a_problem(folder):
    (folder / "b.txt").write_bytes(b"\xff")
    reading = TextOnlyCorpus(open_files(folder)).read("b")
    (problem,) = reading.problems
    assert reading.document is None and (problem.path, problem.line) == (folder / "b.txt", 1)


def test_it_tells_of_itself_what_its_corpus_does(folder):
    (folder / "z.ann").write_text("", encoding="utf-8")
    corpus = open_files(folder)
    texts = TextOnlyCorpus(corpus)
    for name in ("path", "format", "language", "names", "problems", "text_folders"):
        assert getattr(texts, name) == getattr(corpus, name)
    assert isinstance(texts.problems[0], Problem) and texts.names == ("a", "b", "c")


def test_parts_and_other_languages_are_of_texts_alone(folder):
    part = TextOnlyCorpus(open_files(folder)).only({"a", "c"})
    assert isinstance(part, TextOnlyCorpus) and part.names == ("a", "c")
    renamed = part.in_language("spa")
    assert isinstance(renamed, TextOnlyCorpus)
    assert (renamed.language, renamed.read("a").document.language) == ("spa", "spa")
    assert renamed.read("a").document.mentions == ()

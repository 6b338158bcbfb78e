import pytest
from other_formats import FILES, write_files

from projector.corpus.open import open_corpus
from projector.document import Annotation, Fragment, Mention
from projector.errors import CorpusError


def test_entities_events_and_normalisations_are_read_from_both_files(tmp_path):
    corpus = open_corpus(write_files(tmp_path / "es", FILES["bionlp"]))
    assert (corpus.format, corpus.language, corpus.names) == ("bionlp", "es", ("c1",))
    reading = corpus.read("c1")
    assert not reading.problems and reading.document.text == "Tiene asma."
    assert reading.document.mentions == (
        Mention("T1", "DISEASE", (Fragment(6, 10),)),
        Mention("T2", "Having", (Fragment(0, 5),)),
    )
    assert reading.document.annotations == (
        Annotation("E1", "event", "Having", (("Having", "T2"), ("Theme", "T1"))),
        Annotation("M1", "attribute", "Negation", (("", "E1"),)),
        Annotation("N1", "normalization", "Onto", (("", "T1"),), "OBT:000483"),
    )


def test_problems_name_their_file(tmp_path):
    files = {**FILES["bionlp"], "c1.a2": "T1\tX 0 5\tTiene\nR1\tOf A:T1 B:T9\n"}
    problems = open_corpus(write_files(tmp_path / "es", files)).read("c1").problems
    assert [(one.path.name, one.line) for one in problems] == [("c1.a2", 1), ("c1.a2", 2)]
    assert "the id T1 is taken by line 1 of c1.a1" in str(problems[0])


def test_one_file_of_a_document_is_no_corpus(tmp_path):
    folder = write_files(tmp_path / "es", FILES["bionlp"])
    with pytest.raises(CorpusError, match=rf"a single \.a1 file is no corpus.*Open {folder}"):
        open_corpus(folder / "c1.a1")


def test_texts_may_lie_elsewhere_and_must_be_there(tmp_path):
    files = {"c1.a1": FILES["bionlp"]["c1.a1"], "c2.a1": ""}
    folder = write_files(tmp_path / "es", files)
    with pytest.raises(CorpusError, match="the texts are not found"):
        open_corpus(folder)
    texts = write_files(tmp_path / "texts", {"c1.txt": "Tiene asma."})
    corpus = open_corpus(folder, texts=texts)
    assert corpus.names == ("c1",) and len(corpus.read("c1").document.mentions) == 1
    assert ["c2.a1" in str(one) for one in corpus.problems] == [True]

"""Read a corpus document by document, as a script does."""

from pathlib import Path

import pytest

from projector import CorpusError, Fragment, Mention, read_corpus

ROOT = Path(__file__).parents[2]


def test_a_corpus_is_documents_with_names_read_one_by_one(tmp_path):
    for name in ("b", "a"):
        (tmp_path / f"{name}.txt").write_text("tos y fiebre", encoding="utf-8")
        (tmp_path / f"{name}.ann").write_text("T1\tENFERMEDAD 0 3\ttos\n", encoding="utf-8")
    documents = read_corpus(tmp_path, language="es")
    assert (len(documents), documents.names, documents.language) == (2, ("a", "b"), "es")
    assert [document.name for document in documents] == ["a", "b"]
    assert [document.name for document in documents] == ["a", "b"]  # again
    assert documents["a"].mentions == (Mention("T1", "DISEASE", (Fragment(0, 3),)),)
    plain = read_corpus(str(tmp_path), labels={})
    assert plain["a"].mentions[0].label == "ENFERMEDAD"
    with pytest.raises(KeyError, match="has no document 'c'"):
        documents["c"]
    (tmp_path / "b.ann").write_text("T1\tENFERMEDAD 0 99\ttos\n", encoding="utf-8")
    documents = iter(read_corpus(tmp_path))
    assert next(documents).name == "a"
    with pytest.raises(CorpusError, match=r"b\.ann:1"):
        next(documents)


def test_a_corpus_that_cannot_be_opened_is_told_as_the_command_tells(tmp_path):
    with pytest.raises(CorpusError, match="nothing is there"):
        read_corpus(tmp_path / "none")
    with pytest.raises(CorpusError):
        read_corpus(ROOT / "data_samples" / "tree")
    (tmp_path / "a.ann").write_text("", encoding="utf-8")
    (tmp_path / "b.txt").write_text("", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"a\.ann"):
        read_corpus(tmp_path)

"""Hold every kind of corpus against what a corpus is."""

from pathlib import Path

import pytest

from projector.corpus import Corpus, open_corpus
from projector.corpus.convert import convert_corpus
from projector.corpus.files import open_files
from projector.corpus.text_only import TextOnlyCorpus
from projector.tagging.tagged_corpus import TaggedCorpus


class NoTagger:
    types = ("X",)

    def tag(self, document):
        return document


@pytest.fixture
def brat(tmp_path) -> Path:
    folder = tmp_path / "es"
    folder.mkdir()
    for name in "ab":
        (folder / f"{name}.txt").write_text("Dolor y tos.", encoding="utf-8")
        (folder / f"{name}.ann").write_text("T1\tX 0 5\tDolor\n", encoding="utf-8")
    return folder


@pytest.fixture(params=["brat", "tsv", "parquet", "text only", "tagged"])
def corpus(request, brat, tmp_path) -> Corpus:
    files = open_files(brat)
    if request.param == "text only":
        return TextOnlyCorpus(files)
    if request.param == "tagged":
        return TaggedCorpus(files, NoTagger())
    if request.param == "brat":
        return files
    convert_corpus(files, tmp_path / "other", request.param)
    return open_corpus(tmp_path / "other", language="es")


def test_every_corpus_tells_the_same_of_itself(corpus: Corpus):
    assert (corpus.language, corpus.names, corpus.problems) == ("es", ("a", "b"), ())
    assert corpus.read("b").document.text == "Dolor y tos."
    assert corpus.path.exists() and corpus.format in ("brat", "tsv", "parquet")
    assert all(folder.is_dir() for folder in corpus.text_folders)
    assert bool(corpus.text_folders) == (corpus.format != "parquet")


def test_every_corpus_has_parts_and_other_names_of_its_language(corpus: Corpus):
    part = corpus.only(["b"])
    assert part.names == ("b",) and type(part) is type(corpus)
    assert part.read("b") == corpus.read("b")
    with pytest.raises(KeyError):
        part.read("a")
    renamed = corpus.in_language("spa")
    assert renamed.language == renamed.read("a").document.language == "spa"
    assert corpus.language == "es"

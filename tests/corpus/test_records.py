import pytest
from other_formats import CONLL, FILES, write_files

from projector.corpus import Corpus, open_corpus
from projector.corpus.convert import convert_corpus
from projector.corpus.documents import read_corpus
from projector.corpus.text_only import TextOnlyCorpus
from projector.errors import CorpusError


@pytest.fixture(params=FILES)
def corpus(request, tmp_path) -> Corpus:
    return open_corpus(write_files(tmp_path / "es", FILES[request.param]), labels={"DISEASE": "D"})


def test_each_has_parts_names_of_its_language_and_renamed_labels(corpus):
    name = corpus.names[0]
    whole = corpus.read(name)
    assert whole.document is not None and not whole.problems
    assert corpus.language == whole.document.language == "es"
    assert "DISEASE" not in {mention.label for mention in whole.document.mentions}
    part = corpus.only([name])
    assert part.names == (name,) and part.read(name).document == whole.document
    with pytest.raises(KeyError):
        part.read("nowhere")
    assert corpus.in_language("spa").read(name).document.language == "spa"
    texts = TextOnlyCorpus(corpus).read(name).document
    assert texts.text == whole.document.text and not texts.mentions
    assert all(folder.is_dir() for folder in corpus.text_folders)


@pytest.mark.parametrize("kind", ["brat", "parquet"])
def test_each_can_be_converted_without_a_loss(corpus, tmp_path, kind):
    assert convert_corpus(corpus, tmp_path / "other", kind) == ()
    other = open_corpus(tmp_path / "other", language="es")
    assert other.names == corpus.names
    for name in corpus.names:
        known, document = corpus.read(name).document, other.read(name).document
        assert document.text == known.text
        assert [(one.label, one.fragments) for one in document.mentions] == [
            (one.label, one.fragments) for one in known.mentions
        ]
        assert len(document.annotations) == len(known.annotations)


def test_each_can_be_read_from_python(tmp_path):
    documents = read_corpus(write_files(tmp_path / "es", FILES["pubtator"]))
    assert [document.name for document in documents] == ["11", "12"]


def test_files_that_are_not_read_are_told(tmp_path):
    files = {**FILES["doccano"], **{f"{name}.txt": "Tos" for name in "abcdef"}}
    (notice,) = open_corpus(write_files(tmp_path / "es", files)).notices
    assert notice.told == (
        "6 files or folders are not read: a.txt, b.txt, c.txt, d.txt, e.txt and 1 more"
    )


def test_documents_of_one_name_in_two_files_are_refused(tmp_path):
    files = {"a.conll": CONLL, "b.conll": CONLL}
    with pytest.raises(CorpusError, match=r"b\.conll:1: the document 'n1' is there a second time"):
        open_corpus(write_files(tmp_path / "es", files))


def test_a_name_in_the_data_is_never_made_a_path(tmp_path):
    write_files(tmp_path, {"secret.txt": "Tos"})
    corpus = open_corpus(write_files(tmp_path / "es", {"a.conll": "# id = ../secret\nTos B-X\n"}))
    assert corpus.names == ("../secret",) and corpus.files["../secret"].text is None

"""Hold how the corpora in a folder of one for each language are opened."""

from pathlib import Path

import pytest

from projector.corpus import open_corpus, require_document
from projector.corpus.convert import convert_corpus
from projector.corpus.formats.parquet_write import corpus_writer
from projector.corpus.open_languages import open_languages
from projector.errors import CorpusError

TEXTS = {"es": "Dolor.", "cz": "Bolest.", "en": "Pain."}


def write(folder: Path, text: str = "Dolor.", name: str = "a") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    (folder / f"{name}.ann").write_text(f"T1\tSINTOMA 0 5\t{text[:5]}\n", encoding="utf-8")
    return folder


@pytest.fixture
def tree(tmp_path) -> Path:
    for language, text in TEXTS.items():
        write(tmp_path / "tree" / language, text)
    return tmp_path / "tree"


def test_each_folder_is_a_corpus_in_its_language(tree):
    corpora = open_languages(tree)
    assert [one.language for one in corpora] == ["cz", "en", "es"]
    assert [one.read("a").document.text for one in corpora] == ["Bolest.", "Pain.", "Dolor."]


def test_one_corpus_is_a_list_of_one(tree):
    (spanish,) = open_languages(tree / "es")
    assert spanish == open_corpus(tree / "es")
    (other,) = open_languages(str(tree / "es"), language="spa")
    assert other.language == "spa"


def test_one_language_may_be_asked_for_under_either_of_its_names(tree):
    for language in ("cs", "cz", "CZ"):
        (czech,) = open_languages(tree, language=language)
        assert czech.language == czech.read("a").document.language == language
        assert czech.read("a").document.text == "Bolest."
    with pytest.raises(CorpusError, match="corpora in cz, en, es; expected one in nl"):
        open_languages(tree, language="nl")


def test_labels_are_renamed_in_each(tree):
    def labels(**options):
        corpora = open_languages(tree, **options)
        return {one.label for corpus in corpora for one in corpus.read("a").document.mentions}

    assert labels() == {"SYMPTOM"}
    assert labels(labels={}) == {"SINTOMA"}
    assert labels(labels={"SINTOMA": "SIGN"}) == {"SIGN"}


def test_other_folders_and_files_are_passed_over(tree):
    write(tree / "notes")
    write(tree / ".en")
    (tree / "README-it").write_text("x", encoding="utf-8")
    assert [one.language for one in open_languages(tree)] == ["cz", "en", "es"]


def test_folders_are_known_by_a_language_in_their_names(tmp_path):
    for name in ("corpus-es-v2", "corpus_en_v2"):
        write(tmp_path / "tree" / name)
    assert [one.language for one in open_languages(tmp_path / "tree")] == ["es", "en"]


def test_two_corpora_in_one_language_are_told(tmp_path):
    for name in ("cs", "cz"):
        write(tmp_path / "tree" / name)
    with pytest.raises(CorpusError, match=r"are both in .*; expected one corpus for each language"):
        open_languages(tmp_path / "tree")


def test_folders_of_one_language_are_read_together_and_that_is_told(tmp_path):
    for name in ("es", "old-es"):
        write(tmp_path / "tree" / name)
    (corpus,) = open_languages(tmp_path / "tree")
    assert corpus.language == "es" and "read together (es, old-es)" in corpus.notices[0].told


def test_a_folder_that_holds_no_corpus_is_told(tree, tmp_path):
    (tree / "it").mkdir()
    with pytest.raises(CorpusError, match="it: no corpus: it holds nothing"):
        open_languages(tree)
    assert len(open_languages(tree, language="en")) == 1  # the others play no part
    for nothing in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(CorpusError):
            open_languages(nothing)


def test_tables_with_several_languages_are_one_corpus_each(tree, tmp_path):

    tables = tmp_path / "tables"
    tables.mkdir()
    with corpus_writer(tables) as writer:
        for corpus in open_languages(tree):
            writer.add(require_document(corpus.read("a")))
    corpora = open_languages(tables)
    assert [one.language for one in corpora] == ["cz", "en", "es"]
    assert [one.read("a").document.text for one in corpora] == ["Bolest.", "Pain.", "Dolor."]
    (czech,) = open_languages(tables, language="cs")
    assert czech.read("a").document.text == "Bolest."
    convert_corpus(open_corpus(tree / "es"), tmp_path / "one", "parquet")
    assert [one.language for one in open_languages(tmp_path / "one")] == ["es"]

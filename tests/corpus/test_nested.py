"""Hold that a folder of folders is one corpus, each document with a name of its own."""

from pathlib import Path

import pytest

from projector.corpus import open_corpus, pair_names, require_document
from projector.corpus.convert import convert_corpus
from projector.corpus.open_languages import open_languages
from projector.errors import CorpusError


def note(folder: Path, name: str, text: str = "Tiene asma.", label: str = "X") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    start = text.index("asma")
    (folder / f"{name}.ann").write_text(f"T1\t{label} {start} {start + 4}\tasma\n")


def test_nested_folders_are_read_under_their_texts_names(tmp_path):
    note(tmp_path / "es" / "2019" / "ward", "c1")
    note(tmp_path / "es" / "2020", "c2")
    corpus = open_corpus(tmp_path / "es")
    assert (corpus.format, corpus.language, corpus.names) == ("brat", "es", ("c1", "c2"))
    assert require_document(corpus.read("c1")).mentions[0].start == 6
    (notice,) = corpus.notices
    assert "2 folders are read together (2019/ward, 2020)" in notice.told


def test_names_that_several_folders_have_are_told_apart_by_them(tmp_path):
    for language in ("es", "en"):
        for year in ("2019", "2020"):
            note(tmp_path / language / year, "c1", text=f"En {year} asma.")
    note(tmp_path / "es" / "2020", "c2")
    source, target = (open_corpus(tmp_path / language) for language in ("es", "en"))
    assert source.names == ("2019__c1", "2020__c1", "c2")
    assert "called FOLDER__NAME" in source.notices[0].told
    document = require_document(source.read("2020__c1"))
    assert (document.name, document.text) == ("2020__c1", "En 2020 asma.")
    assert len(pair_names(source.names, target.names).pairs) == 2
    for form in ("brat", "tsv", "parquet"):
        convert_corpus(source, tmp_path / f"as-{form}", form)
        assert open_corpus(tmp_path / f"as-{form}").names == source.names


def test_a_name_that_comes_out_twice_is_told(tmp_path):
    note(tmp_path / "a", "c1")
    note(tmp_path / "b", "c1")
    note(tmp_path / "c", "a__c1")
    with pytest.raises(CorpusError, match="the name a__c1 is taken by"):
        open_corpus(tmp_path)


def test_tables_and_texts_are_nested_too(tmp_path):
    for year in ("2019", "2020"):
        folder = tmp_path / "es" / year
        note(folder, f"c{year}")
        (folder / f"c{year}.ann").unlink()
        row = f"c{year},X,6,10,asma"
        (folder / "all.csv").write_text(f"filename,label,start_span,end_span,text\n{row}\n")
    corpus = open_corpus(tmp_path / "es")
    assert corpus.format == "tsv"
    assert all(require_document(corpus.read(name)).mentions for name in corpus.names)


def test_folders_named_after_languages_are_corpora_of_their_own(tmp_path):
    for language in ("es", "en"):
        note(tmp_path / language / "a", "c1")
    with pytest.raises(CorpusError, match="documents in 2 languages: en, es"):
        open_corpus(tmp_path)
    assert [one.language for one in open_languages(tmp_path)] == ["en", "es"]
    assert open_corpus(tmp_path, language="en").names == ("c1",)


def test_folders_beside_documents_are_named_and_not_read(tmp_path):
    note(tmp_path / "es", "c1")
    note(tmp_path / "es" / "more", "c2")
    corpus = open_corpus(tmp_path / "es")
    assert corpus.names == ("c1",) and "not read: more/" in corpus.notices[0].told

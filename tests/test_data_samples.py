"""Hold the sample corpora against what the builder makes of the marked cases."""

import importlib.util
import sys
import unicodedata
from pathlib import Path

import pytest

from projector.corpus import open_corpus, strictly

SAMPLES = Path(__file__).parents[1] / "data_samples"
LANGUAGES = ("es", "en", "it", "nl", "sv", "ro", "cs")


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for part in ("brat", "tsv", "tree")
        for path in sorted((folder / part).rglob("*"))
        if path.is_file()
    }


def documents(language: str):
    corpus = open_corpus(SAMPLES / "brat" / language)
    return {name: strictly(corpus.read(name)) for name in corpus.names}


def test_committed_files_are_what_the_builder_makes(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("build_samples", SAMPLES / "build.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "build_samples", module)
    spec.loader.exec_module(module)
    module.build(tmp_path, module.read_cases())
    assert files(SAMPLES) == files(tmp_path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_has_known_mentions_only(language):
    source = documents("es")
    for name, document in documents(language).items():
        own = {mention.id: mention.label for mention in source[name].mentions}
        assert {one.id: one.label for one in document.mentions}.items() <= own.items()
        for mention in document.mentions:
            for part in mention.fragments:
                words = document.text[part.start : part.end]
                assert words == words.strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_three_formats_say_the_same(language):
    brat = documents(language)
    table = open_corpus(SAMPLES / "tsv" / language / f"{language}.tsv", language=language)
    for name in table.names:
        spans = {(one.label, one.start, one.end) for one in strictly(table.read(name)).mentions}
        assert spans == {(one.label, one.start, one.end) for one in brat[name].mentions}
    code = "cz" if language == "cs" else language
    tree = open_corpus(SAMPLES / "tree" / "MultiClinNER" / f"MultiClinNER-{code}")
    found = sum(len(strictly(tree.read(name)).mentions) for name in tree.names)
    wanted = [one for name in sorted(brat)[:6] for one in brat[name].mentions]
    assert found == sum(one.label in ("DISEASE", "PROCEDURE", "SYMPTOM") for one in wanted)


def test_the_hard_cases_are_in_there():
    source = documents("es")
    every = [document for language in LANGUAGES for document in documents(language).values()]
    assert any("\r\n" in one.text for one in every)
    assert any(one.text != unicodedata.normalize("NFC", one.text) for one in every)
    assert any(len(mention.fragments) > 1 for one in every for mention in one.mentions)
    assert any(
        left.start <= right.start and right.end <= left.end
        for one in every
        for left in one.mentions
        for right in one.mentions
        if left is not right
    )
    assert any(
        len(document.mentions) < len(source[name].mentions)
        for name, document in documents("en").items()
    )
    kinds = {note.kind for one in source.values() for note in one.annotations}
    assert kinds >= {"attribute", "relation", "note", "normalization"}


def test_the_hard_characters_are_in_there():
    every = [document for language in LANGUAGES for document in documents(language).values()]
    surfaces = [mention.surface(one.text) for one in every for mention in one.mentions]
    assert any("\u00a0" in one.text for one in every)
    assert any("😟" in one.text for one in every)
    assert any(surface.startswith('"') for surface in surfaces)
    assert any("(" in surface and surface.endswith(")") for surface in surfaces)
    assert any(
        left.start < right.start < left.end < right.end
        for one in every
        for left in one.mentions
        for right in one.mentions
    )
    assert any(
        "\n" in one.text[mention.start : mention.end] for one in every for mention in one.mentions
    )

"""Hold the sample corpora against what the builder makes of the marked cases."""

import importlib.util
import re
import sys
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from projector.corpus import open_corpus, require_document
from projector.document import Document, Fragment, Mention

SAMPLES = Path(__file__).parents[1] / "data_samples"


def _load_builder():
    spec = importlib.util.spec_from_file_location("build_samples", SAMPLES / "build.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


builder = _load_builder()
LANGUAGES = builder.LANGUAGES
TARGETS = LANGUAGES[1:]


@cache
def documents(language: str) -> dict[str, Document]:
    corpus = open_corpus(SAMPLES / "brat" / language)
    return {name: require_document(corpus.read(name)) for name in corpus.names}


def every() -> list[Document]:
    return [one for language in LANGUAGES for one in documents(language).values()]


def pairs(language: str) -> list[tuple[Document, Document]]:
    targets = documents(language)
    return [(source, targets[name]) for name, source in documents("es").items()]


def text_mentions() -> list[tuple[str, Mention]]:
    return [(one.text, mention) for one in every() for mention in one.mentions]


def case(section: str, **fields):
    empty = {"labels": {"T1": "SYMPTOM", "T2": "DISEASE"}, "crlf": (), "nfd": (), "brat": ()}
    return builder.Case(**{"name": "case", "sections": {"es": section}, **empty, **fields})


def test_committed_files_are_what_the_builder_makes(tmp_path):
    builder.build(tmp_path, builder.read_cases())
    assert builder.differences(SAMPLES, tmp_path) == []


def test_every_marked_case_is_there_in_every_language():
    names = {path.stem for path in (SAMPLES / "marked").iterdir()}
    for language in LANGUAGES:
        assert documents(language).keys() == names


def test_the_builder_takes_out_tags_that_overlap_and_return():
    document = builder.document_of(case("a <T1>b <T2>c</T1>\nd</T2> <T1>e</T1>"), "es")
    assert document.text == "a b c\nd e"
    symptom, disease = document.mentions
    assert symptom == Mention("T1", "SYMPTOM", (Fragment(2, 5), Fragment(8, 9)))
    assert disease == Mention("T2", "DISEASE", (Fragment(4, 7),))


def test_the_builder_counts_the_characters_that_it_writes():
    document = builder.document_of(case("é\n<T1>ó</T1>", crlf=("es",), nfd=("es",)), "es")
    assert document.text == "e\u0301\r\no\u0301"
    assert document.mentions[0].fragments == (Fragment(4, 6),)


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("<T1>a", "not closed"),
        ("a</T1>", "out of place"),
        ("<T1>a<T1>b</T1></T1>", "out of place"),
        ("<T9>a</T9>", "no label"),
    ],
)
def test_the_builder_refuses_broken_tags(section, message):
    with pytest.raises(builder.MarkupError, match=message):
        builder.document_of(case(section), "es")


@pytest.mark.parametrize(
    ("text", "message"),
    [("labels: T1=A\ncrfl: es\n\n== es\na\n", "crfl"), ("labels: T1=A\n\n== es\na\n", "sections")],
)
def test_the_builder_refuses_unknown_keys_and_missing_sections(tmp_path, text, message):
    (tmp_path / "case-01.txt").write_text(text, encoding="utf-8")
    with pytest.raises(builder.MarkupError, match=message):
        builder.read_cases(tmp_path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_offset_is_true(language):
    """Without our reader: plain slices of the decoded bytes."""
    for path in sorted((SAMPLES / "brat" / language).glob("*.ann")):
        text = path.with_suffix(".txt").read_bytes().decode("utf-8")
        for line in path.read_bytes().decode("utf-8").split("\n"):
            if not line.startswith("T"):
                continue
            _, label_and_ranges, words = line.split("\t")
            ranges = label_and_ranges.partition(" ")[2].split(";")
            pieces = [text[slice(*map(int, one.split()))] for one in ranges]
            assert re.sub(r"[\r\n]", " ", " ".join(pieces)) == words, (path, line)


@pytest.mark.parametrize("language", TARGETS)
def test_every_target_mention_is_a_source_mention(language):
    for source, target in pairs(language):
        labels = {mention.id: mention.label for mention in source.mentions}
        assert {one.id: one.label for one in target.mentions}.items() <= labels.items()


def test_mentions_begin_and_end_with_their_words():
    for text, mention in text_mentions():
        for fragment in mention.fragments:
            words = text[fragment.start : fragment.end]
            assert words == words.strip()
            assert words[-1] not in ".,;:"
            # A letter and its combining accents are never parted.
            assert not any(unicodedata.combining(mark) for mark in text[fragment.end :][:1])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_three_formats_say_the_same(language):
    def spans(document: Document, labels=None) -> Counter:
        return Counter(
            (one.label, one.start, one.end)
            for one in document.mentions
            if labels is None or one.label in labels
        )

    brat = documents(language)
    table = open_corpus(SAMPLES / "tsv" / language / f"{language}.tsv", language=language)
    assert set(table.names) == brat.keys()
    for name in table.names:
        document = require_document(table.read(name))
        assert document.text == brat[name].text
        assert spans(document) == spans(brat[name])
    code = "cz" if language == "cs" else language
    root = SAMPLES / "tree" / "MultiClinNER" / f"MultiClinNER-{code}"
    for label, entity in builder.ENTITIES.items():
        part = f"MultiClinNER-{code}-train-{entity}"
        tree = open_corpus(root / f"MultiClinNER-{code}-train" / part)
        assert len(tree.names) == 6
        for number, name in enumerate(sorted(brat)[:6], start=1):
            document = require_document(tree.read(f"{part}-{number}"))
            assert document.text == brat[name].text
            assert spans(document) == spans(brat[name], {label})


def test_there_are_all_kinds_of_annotations():
    kinds = [{note.kind for note in one.annotations} for one in documents("es").values()]
    four = {"attribute", "relation", "note", "normalization"}
    assert sum(four <= found for found in kinds) >= 2
    assert set().union(*kinds) == {*four, "event", "equivalence"}


def test_there_are_line_ends_and_accents_of_both_kinds():
    source = documents("es").values()
    assert any("\r\n" in one.text for one in source)
    assert any("\n" in one.text and "\r" not in one.text for one in source)
    for language in ("es", "cs"):
        texts = [one.text for one in documents(language).values()]
        assert {unicodedata.is_normalized("NFC", text) for text in texts} == {True, False}


@pytest.mark.parametrize("language", TARGETS)
def test_there_are_mentions_that_are_not_translated(language):
    assert any(len(target.mentions) < len(source.mentions) for source, target in pairs(language))


@pytest.mark.parametrize("language", ["en", "nl", "sv", "cs"])
def test_there_are_mentions_whose_order_changes(language):
    def order(document: Document, ids: set[str]) -> list[str]:
        found = [one for one in document.mentions if one.id in ids]
        return [one.id for one in sorted(found, key=lambda one: (one.start, one.end))]

    assert any(
        order(source, {one.id for one in target.mentions})
        != order(target, {one.id for one in target.mentions})
        for source, target in pairs(language)
    )


def test_there_are_discontinuous_mentions_that_do_not_stay_so_everywhere():
    apart = {language: set() for language in LANGUAGES}
    for language in LANGUAGES:
        for name, document in documents(language).items():
            apart[language] |= {(name, m.id) for m in document.mentions if len(m.fragments) > 1}
    assert all(apart["es"] & apart[language] for language in ("it", "nl", "ro", "cs"))
    for language in ("en", "nl", "sv", "cs"):
        assert apart["es"] - apart[language]
        assert apart[language] - apart["es"]


def test_there_are_nested_and_overlapping_mentions():
    couples = [
        (left, right)
        for one in every()
        for left in one.mentions
        for right in one.mentions
        if left.id != right.id and len(left.fragments) == len(right.fragments) == 1
    ]
    assert any(left.start <= right.start and right.end <= left.end for left, right in couples)
    assert any(left.start < right.start < left.end < right.end for left, right in couples)


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "cs"])  # it inflects
def test_there_are_words_repeated_in_one_sentence(language):
    def repeated(document: Document) -> bool:
        sentences = re.split(r"(?<=[.:])\s", document.text)
        surfaces = {mention.surface(document.text).lower() for mention in document.mentions}
        counts = Counter(mention.surface(document.text).lower() for mention in document.mentions)
        return any(
            counts[words] > 1 and sentence.lower().count(words) > 1
            for sentence in sentences
            for words in surfaces
        )

    assert any(map(repeated, documents(language).values()))


def test_there_are_hard_characters():
    texts = [one.text for one in every()]
    assert any("\u00a0" in text for text in texts)
    assert any(character >= "\U0001f300" for text in texts for character in text)
    surfaces = [mention.surface(text) for text, mention in text_mentions()]
    assert any(words.startswith('"') for words in surfaces)
    assert any(words.endswith(")") and "(" in words for words in surfaces)
    assert any("\n" in text[mention.start : mention.end] for text, mention in text_mentions())


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_a_document_longer_than_one_window(language):
    """Of 512 tokens: subword tokenizers made 900 to 1,060 of it (e5 small)."""
    longest = max(documents(language).values(), key=lambda one: len(one.text))
    assert len(re.findall(r"\w+|[^\w\s]", longest.text)) > 512

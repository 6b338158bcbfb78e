"""Hold a corpus whose mentions are those that a tagger finds."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from projector.corpus import open_corpus
from projector.document import TAGGED_NOTE, Document, Fragment, Mention, noted_scores, with_scores
from projector.tagging.tagged_corpus import TaggedCorpus

TEXT = "fiebre alta y tos. sin asma"


class Words:
    """Find words of two types, and count the texts that it is given."""

    types = ("DISEASE", "SYMPTOM", "DRUG")
    words = (("fiebre", "SYMPTOM"), ("tos", "SYMPTOM"), ("asma", "DISEASE"))

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    def tag(self, document: Document) -> Document:
        assert not document.mentions and not document.annotations
        self.asked[document.name] += 1
        found = (
            (document.text.index(word), len(word), label)
            for word, label in self.words
            if word in document.text
        )
        mentions = tuple(
            Mention(f"T{number}", label, (Fragment(start, start + length),))
            for number, (start, length, label) in enumerate(found, start=1)
        )
        scores = {one.id: 0.9 if one.label == "SYMPTOM" else 0.4 for one in mentions}
        return with_scores(replace(document, mentions=mentions), scores, note=TAGGED_NOTE)


@pytest.fixture
def texts(tmp_path) -> Path:
    folder = tmp_path / "es"
    folder.mkdir()
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    (folder / "b.txt").write_text("nada", encoding="utf-8")
    (folder / "c.txt").write_bytes(b"\xff")
    (folder / "a.ann").write_text("T1\tDRUG 0 900\tnonsense\n", encoding="utf-8")
    return folder


def surfaces(document: Document) -> list[str]:
    return [one.surface(document.text) for one in document.mentions]


def test_a_text_is_tagged_once_and_its_own_mentions_play_no_part(texts):
    tagger = Words()
    corpus = TaggedCorpus(open_corpus(texts), tagger)
    first = corpus.read("a").document
    assert surfaces(first) == ["fiebre", "tos", "asma"] and first.text == TEXT
    assert corpus.read("a").document.mentions is first.mentions
    assert corpus.read("a").problems == () and tagger.asked == {"a": 1}


def test_what_was_found_so_far_is_counted_by_type(texts):
    corpus = TaggedCorpus(open_corpus(texts), Words())
    assert corpus.counts() == {"DISEASE": 0, "SYMPTOM": 0, "DRUG": 0}
    for _ in range(2):
        corpus.read("a")
        corpus.read("b")
    assert corpus.counts() == {"DISEASE": 1, "SYMPTOM": 2, "DRUG": 0}


def test_a_text_that_cannot_be_read_is_not_tagged(texts):
    tagger = Words()
    reading = TaggedCorpus(open_corpus(texts), tagger).read("c")
    assert reading.document is None and len(reading.problems) == 1 and not tagger.asked


def test_it_tells_of_itself_what_its_corpus_does(texts):
    corpus = open_corpus(texts)
    tagged = TaggedCorpus(corpus, Words())
    for name in ("path", "format", "language", "names", "problems", "text_folders"):
        assert getattr(tagged, name) == getattr(corpus, name)


def test_parts_and_other_languages_are_tagged_too(texts):
    tagger = Words()
    corpus = TaggedCorpus(open_corpus(texts), tagger)
    corpus.read("a")
    part = corpus.only({"a"})
    assert part.names == ("a",) and surfaces(part.read("a").document)
    renamed = corpus.in_language("spa")
    assert renamed.read("a").document.language == "spa"
    assert surfaces(renamed.read("a").document) == ["fiebre", "tos", "asma"]
    assert part.counts() == renamed.counts() == corpus.counts()


def test_scores_are_noted_unless_there_is_no_place_for_them(texts):
    corpus = TaggedCorpus(open_corpus(texts), Words())
    document = corpus.read("a").document
    assert noted_scores(document) == {"T1": 0.9, "T2": 0.9, "T3": 0.4}
    assert noted_scores(corpus.only({"a"}).read("a").document) == noted_scores(document)
    unscored = TaggedCorpus(open_corpus(texts), Words(), scored=False).read("a").document
    assert unscored.mentions == document.mentions and unscored.annotations == ()


def test_a_least_score_holds_for_parts_and_other_languages(texts):
    corpus = TaggedCorpus(open_corpus(texts), Words(), min_score=0.5)
    for one in (corpus, corpus.only({"a"}), corpus.in_language("spa")):
        assert surfaces(one.read("a").document) == ["fiebre", "tos"]
        assert one.left_out == 1
    corpus.read("b")
    assert corpus.left_out == 1

"""What is left out of a translation, and that the rest is as it was."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.document import Document, DocumentPair, Fragment, Mention
from projector.evaluation.corruption import without_mentions, without_sentences
from projector.text.sentences import split_sentences

WORDS = ["fever", "cough", "no pain", "a mass", "tests"]


@st.composite
def pairs(draw):
    sentences = draw(st.lists(st.lists(st.sampled_from(WORDS), min_size=1), min_size=1, max_size=9))
    text = " ".join(f"{' and '.join(words).capitalize()}." for words in sentences)
    edges = st.integers(0, len(text) - 1)
    spans = draw(st.lists(st.tuples(edges, st.integers(1, 30)), max_size=9))
    mentions = tuple(
        Mention(f"T{number}", "X", (Fragment(start, min(start + length, len(text))),))
        for number, (start, length) in enumerate(spans)
    )
    source = Document("d", "es", text, mentions)
    return DocumentPair(source, Document("d", "en", text, mentions))


@given(pairs(), st.integers(0, 9), st.integers(1, 3))
def test_whole_sentences_go_with_their_mentions_and_the_rest_stays(pair, seed, most):
    left = without_sentences(pair, Random(seed), most=most)
    assert left.source == pair.source
    kept = {mention.id: mention for mention in left.target.mentions}
    for mention in pair.target.mentions:
        if mention.id in kept:
            assert kept[mention.id].surface(left.target.text) == mention.surface(pair.target.text)
    before = [pair.target.text[start:end] for start, end in split_sentences(pair.target.text)]
    after = [left.target.text[start:end] for start, end in split_sentences(left.target.text)]
    gone = len(before) - len(after)
    assert gone <= most
    assert bool(gone) == (len(kept) < len(pair.target.mentions))
    rest = iter(before)
    assert all(sentence in rest for sentence in after)  # in their order


@given(pairs(), st.integers(0, 9))
def test_mentions_that_overlap_no_other_go_alone(pair, seed):
    left = without_mentions(pair, Random(seed), share=0.5)
    kept = {mention.id: mention for mention in left.target.mentions}
    for mention in pair.target.mentions:
        words = mention.surface(pair.target.text)
        if mention.id in kept:
            assert kept[mention.id].surface(left.target.text) == words
        others = [other for other in pair.target.mentions if other.id != mention.id]
        if any(other.start < mention.end and mention.start < other.end for other in others):
            assert mention.id in kept
    gone = [mention for mention in pair.target.mentions if mention.id not in kept]
    length = sum(mention.end - mention.start for mention in gone)
    shorter = len(pair.target.text) - len(left.target.text)
    assert length <= shorter <= length + len(gone)


def test_a_sentence_that_cuts_a_mention_stays():
    text = "Fever since. Monday it rose."
    mention = Mention("T1", "X", (Fragment(0, 19),))
    document = Document("d", "en", text, (mention,))
    assert without_sentences(DocumentPair(document, document), Random(0)).target == document


@pytest.mark.parametrize("seed", range(3))
def test_the_same_seed_leaves_out_the_same(seed):
    text = " ".join(f"Fever {number} rose." for number in range(12))
    mentions = tuple(
        Mention(f"T{at}", "X", (Fragment(start, start + 5),))
        for at, (start, _) in enumerate(split_sentences(text).tolist())
    )
    document = Document("d", "en", text, mentions)
    pair = DocumentPair(document, document)
    left = [without_sentences(pair, Random(seed)) for _ in range(2)]
    assert left[0] == left[1]
    assert len(left[0].target.mentions) == 10

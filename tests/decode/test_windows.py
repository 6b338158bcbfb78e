"""Windows of the target decode as whole texts did, and cost what mentions are long."""

import random
from dataclasses import replace

import numpy as np
import pytest
from dense_decoding import dense_target_spans
from edge_models import edged_tiny
from hypothesis import example, given
from hypothesis import settings as drawn
from hypothesis import strategies as st

from projector.decode import candidates as candidates_module
from projector.decode.longest_run import TokenRuns
from projector.decode.mention_spans import choose_spans
from projector.decode.tagger_evidence import SpanEvidence
from projector.document import Document, DocumentPair, Fragment, Mention
from projector.models.character_ngrams import TinyEncoder
from projector.pipeline import weigh_pair
from projector.settings import AlignSettings, DecodeSettings, Settings, SpanWeights, published
from projector.text.words import find_words

WORDS = ["tos", "fiebre", "alta", "de", "dolor", ",", "la", "(", ")", "post-op", "asma.", "no"]
NARROW = AlignSettings(full=2.0, fade=4.0)  # most of the text is outside every window
RECIPES = {
    "default": Settings(),
    "narrow": Settings(align=NARROW),
    "odd weights": Settings(
        align=NARROW,
        decode=DecodeSettings(piece_recall=0.0, piece_precision=0.0, piece_reach=40),
    ),
    "published": published(),
    "published, narrow": Settings(
        align=NARROW, decode=DecodeSettings(method="longest-run", threshold=0.1)
    ),
    "no threshold": Settings(
        align=NARROW, decode=DecodeSettings(method="longest-run", threshold=0.0)
    ),
}


def drawn_pair(seed, *, size, mentions, longest):
    """Return a text and one much like it, with mentions anywhere, and what a tagger says of it."""
    choice = random.Random(seed)
    words = choice.choices(WORDS, k=size)
    kept = [choice.choice(WORDS) if choice.random() < 0.1 else word for word in words]
    translation = " ".join(word for word in kept if choice.random() < 0.9) or "tos"
    source = annotated(" ".join(words), choice, mentions, longest)
    target = Document("d", "en", translation)
    return DocumentPair(source, target), SpanEvidence(annotated(translation, choice, 5, 4))


def annotated(text, choice, count, longest):
    offsets = find_words(text, "es").offsets.tolist()
    made = []
    for number in range(count):
        first = choice.randrange(len(offsets))
        last = min(first + choice.randint(1, longest), len(offsets)) - 1
        fragment = Fragment(offsets[first][0], offsets[last][1])
        made.append(Mention(f"T{number}", choice.choice("XY"), (fragment,)))
    return Document("d", "es", text, tuple(made))


def compared(pair, recipe, evidence=None):
    """Return what windows and what whole texts make of a pair, by fragment and place."""
    weighed = weigh_pair(pair, TinyEncoder(), recipe, evidence=evidence)
    expected = dense_target_spans(weighed, recipe.decode, evidence)
    spans = choose_spans(weighed.candidates, recipe.decode)
    places = zip(spans.fragment.tolist(), *spans.characters.T.tolist(), strict=True)
    return dict(zip(places, spans.scores, strict=True)), expected


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=list(RECIPES))
@given(st.integers(0, 10_000), st.booleans(), st.integers(1, 90), st.sampled_from([1, 6, 60]))
@drawn(max_examples=12)
@example(1, True, 90, 60)
def test_windows_decode_to_the_bit_as_whole_texts(recipe, seed, tagged, size, longest):
    pair, evidence = drawn_pair(seed, size=size, mentions=9, longest=longest)
    found, expected = compared(pair, recipe, evidence if tagged else None)
    assert found == expected


@given(st.integers(0, 10_000), st.booleans(), st.sampled_from([20, 100, 500]))
@drawn(max_examples=12)
def test_candidates_described_in_parts_make_the_same_spans(seed, tagged, at_once):
    pair, evidence = drawn_pair(seed, size=60, mentions=6, longest=40)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates_module, "_CANDIDATES_AT_ONCE", at_once)
        found, expected = compared(pair, Settings(), evidence if tagged else None)
    assert found.keys() == expected.keys()
    # The sum over all candidates is made part by part, so its last bits differ.
    assert list(found.values()) == pytest.approx([expected[key] for key in found], abs=1e-6)


def chosen(pair, encoder, evidence):
    """Return what a pair's mentions become, by fragment and place."""
    weighed = weigh_pair(pair, encoder, Settings(), evidence=evidence)
    spans = choose_spans(weighed.candidates, weighed.decode)
    places = zip(spans.fragment.tolist(), *spans.characters.T.tolist(), strict=True)
    return dict(zip(places, spans.scores, strict=True))


@given(st.integers(0, 10_000), st.booleans(), st.sampled_from([20, 100, 500]))
@drawn(max_examples=12)
def test_beside_an_edge_model_parts_make_the_same_spans(seed, tagged, at_once):
    pair, evidence = drawn_pair(seed, size=60, mentions=6, longest=40)
    encoder, evidence = edged_tiny(seed), evidence if tagged else None
    expected = chosen(pair, encoder, evidence)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates_module, "_CANDIDATES_AT_ONCE", at_once)
        found = chosen(pair, encoder, evidence)
    assert found.keys() == expected.keys()
    assert list(found.values()) == pytest.approx([expected[key] for key in found], abs=1e-4)


def held(size, mentions, longest):
    """Return how many numbers windows hold of a text's mentions, and how many candidates."""
    pair, _ = drawn_pair(5, size=size, mentions=mentions, longest=longest)
    windows = candidates = 0
    for some in weigh_pair(pair, TinyEncoder(), Settings()).candidates:
        windows += some.shares.coverage.size
        candidates += some.ranges.first.size * some.ranges.last.shape[1]
    return np.array([windows, candidates])


def test_what_is_held_grows_as_the_mentions_and_not_with_their_text():
    few = held(600, 40, 3)
    assert (held(600, 80, 3) < 2.2 * few).all()
    assert (held(1200, 80, 3) < 2.2 * few).all()
    assert (held(2400, 40, 3) < 1.2 * few).all()


def test_windows_grow_as_the_mentions_own_length():
    short, long = held(3000, 30, 60), held(3000, 30, 240)
    assert long[0] < 4.4 * short[0]
    assert long[1] < 4.4**2 * short[1]  # a candidate is a first and a last word


@pytest.mark.parametrize("recipe", [Settings(), published()], ids=["default", "published"])
def test_fragments_are_decoded_in_pieces_of_bounded_size(recipe):
    pair, _ = drawn_pair(3, size=100, mentions=20, longest=100)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("projector.decode.fragments._SHARES_AT_ONCE", 2000)
        patch.setattr("projector.decode.membership._ENTRIES_AT_ONCE", 500)
        patch.setattr(candidates_module, "_CANDIDATES_AT_ONCE", 4000)
        patch.setattr("projector.decode.peaks._FARTHEST", 43)
        for some in weigh_pair(pair, TinyEncoder(), recipe).candidates:
            if isinstance(some, TokenRuns):
                continue
            assert some.shares.coverage.size <= 2000 or len(some.index) == 1
            for part in some.described(SpanWeights()):
                assert part.legal.size <= 4000
        found, expected = compared(pair, recipe)
    assert found.keys() == expected.keys()
    assert list(found.values()) == pytest.approx([expected[key] for key in found], abs=1e-6)


def described_of_a_mention(words, encoder=None):
    """Return how many candidates a mention within a long text has, and how many are described."""
    pair, _ = drawn_pair(3, size=3000, mentions=1, longest=1)
    offsets = find_words(pair.source.text, "es").offsets[1400 : 1400 + words]
    mention = Mention("T1", "X", (Fragment(int(offsets[0, 0]), int(offsets[-1, 1])),))
    long = DocumentPair(replace(pair.source, mentions=(mention,)), pair.target)
    (some,) = weigh_pair(long, encoder or TinyEncoder(), Settings()).candidates
    described = sum(part.legal.size for part in some.described(SpanWeights()))
    return some.ranges.first.size * some.ranges.last.shape[1], described


def test_a_long_mentions_hopeless_candidates_are_not_described():
    every, described = described_of_a_mention(3)
    assert described == every
    for encoder in (TinyEncoder(), edged_tiny()):
        every, described = described_of_a_mention(300, encoder)
        assert every > 500_000
        assert described < every / 4

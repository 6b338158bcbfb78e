"""What an edge model is asked, checked against plain loops."""

import numpy as np
import pytest
import torch
from edge_models import drawn_edge_text, edged_tiny
from hypothesis import example, given, settings
from hypothesis import strategies as st
from slow_candidates import PIECES, case, legal_candidates, slow_features
from slow_edges import (
    asked_words,
    mean_vector,
    slow_absence,
    slow_mention,
    slow_scores,
    slow_span_score,
    slow_word,
)

from projector.align.aligner import token_vectors
from projector.decode.candidates import questions_about, weigh_spans
from projector.decode.edge_questions import (
    AskedSpans,
    edge_questions,
    edge_scores,
    edge_text_of,
    word_vectors,
)
from projector.decode.membership import MassShares
from projector.document import Document, DocumentPair, Fragment, Mention
from projector.models.character_ngrams import TinyEncoder
from projector.models.edge_model import CONTEXT
from projector.pipeline import weigh_pair
from projector.settings import Settings, SpanWeights
from projector.text.token_words import TokenWordMap
from projector.text.words import find_words

SEEDS = st.integers(0, 100_000)


def drawn_words(rng, size):
    gaps = rng.choice(["", " ", " ", "\n"], size)
    pieces = rng.choice([*PIECES, "T38", "Él"], size)
    text = "".join(piece + gap for piece, gap in zip(pieces, gaps, strict=True))
    return find_words(text, "es")


def asked_case(seed, *, sources, targets, spans=3, tagger=False):
    """Return arguments of `edge_questions`: drawn texts, spans anywhere, windows of any place."""
    rng = np.random.default_rng(seed)
    source, target = drawn_words(rng, sources), drawn_words(rng, targets)
    text = drawn_edge_text(seed, source, target)
    first = rng.integers(0, len(source), spans)
    last = rng.integers(first, len(source)) + 1
    first[0] = 0
    last[-1] = len(source)
    low = rng.integers(0, len(target), spans)
    high = rng.integers(low, len(target)) + 1
    said = rng.random((2, spans, len(target))).astype(np.float32) if tagger else (None, None)
    window = int(rng.integers(1, len(target) + 1))
    begin = rng.integers(0, len(target), spans)
    coverage = (rng.random((spans, window)) ** 4).astype(np.float32)
    purity = rng.random((spans, window)).astype(np.float32)
    beyond = begin[:, None] + np.arange(window) >= len(target)
    coverage[beyond] = purity[beyond] = 0
    shares = MassShares(begin, coverage, purity)
    return text, AskedSpans(first, last, *said, low, high), shares, source, target


@given(SEEDS, st.sampled_from([1, 2, 9, 30]), st.sampled_from([1, 2, 12]), st.booleans())
@settings(max_examples=40)
@example(5, 300, 12, True)
@example(6, 1, 1, False)
def test_questions_equal_plain_loops(seed, sources, targets, tagger):
    arguments = asked_case(seed, sources=sources, targets=targets, tagger=tagger)
    assert_asked(edge_questions(*arguments), arguments)


@pytest.mark.parametrize("length", [127, 128, 129, 200])
def test_of_a_long_mention_its_ends_are_compared(length):
    text, asked, shares, source, target = asked_case(length, sources=260, targets=12, tagger=True)
    first = np.array([0, 20, len(source) - length])
    low, high = np.array([0, 3, 5]), np.array([4, 9, len(target)])
    asked = AskedSpans(first, first + length, asked.begins, asked.ends, low, high)
    arguments = text, asked, shares, source, target
    assert_asked(edge_questions(*arguments), arguments)


def assert_asked(questions, arguments):
    text, asked, _, source, target = arguments
    for m in range(len(asked.first)):
        origin = int(questions.origin[m])
        assert origin == asked.low[m] - CONTEXT
        words = asked_words(m, asked, len(target))
        inside = questions.inside[m].numpy()
        assert (origin + np.flatnonzero(inside)).tolist() == words
        assert questions.word[m].numpy()[inside].tolist() == words
        assert not questions.features[m].numpy()[~inside].any()
        for word in words:
            expected = slow_word(m, word, *arguments)
            found = questions.features[m, word - origin].tolist()
            assert dict(zip(expected, found, strict=True)) == pytest.approx(expected, abs=1e-5)
        mention = slow_mention(m, asked, source)
        assert questions.mention[m].tolist() == pytest.approx(mention, abs=1e-5)
        absence = slow_absence(m, *arguments)
        assert questions.absence[m].tolist() == pytest.approx(absence, abs=1e-5)
        mean = mean_vector(m, text, asked)
        np.testing.assert_allclose(questions.span[m], mean, atol=1e-5)
        first, last = int(asked.first[m]), int(asked.last[m])
        next_to = max(first - 1, 0), min(last, len(source) - 1)
        assert questions.edges[m].tolist() == [first, last - 1, *next_to]


@given(SEEDS, st.booleans())
@settings(max_examples=15)
def test_what_a_span_is_asked_together_with_changes_no_score(seed, tagger):
    text, asked, shares, source, target = asked_case(
        seed, sources=40, targets=30, spans=6, tagger=tagger
    )
    together = edge_scores(text, edge_questions(text, asked, shares, source, target))
    for m in range(6):
        row = slice(m, m + 1)
        said = (None if part is None else part[row] for part in (asked.begins, asked.ends))
        low, high = asked.low[row], asked.high[row]
        alone = AskedSpans(asked.first[row], asked.last[row], *said, low, high)
        questions = edge_questions(text, alone, shares[np.array([m])], source, target)
        scores = edge_scores(text, questions)
        words = np.arange(low[0], high[0])
        place = words - together.origin[m]
        np.testing.assert_allclose(
            scores.of_first(words[None])[0], together.first[m, place], atol=1e-5
        )
        np.testing.assert_allclose(
            scores.of_last(words[None])[0], together.last[m, place], atol=1e-5
        )
        assert scores.nothing[0] == pytest.approx(together.nothing[m], abs=1e-5)


def slow_totals(m, arguments, text, weights):
    """Return the sums of all candidates of a span, and of having none, in plain loops."""
    shares, source, source_words, words, _ = arguments
    spans = legal_candidates(m, shares, source, words)
    label = source.label[m : m + 1]
    said = (None if part is None else part[label] for part in (source.begins, source.ends))
    low, high = min(first for first, _ in spans), max(last for _, last in spans)
    first, last = source.first[m : m + 1], source.last[m : m + 1]
    asked = AskedSpans(first, last, *said, np.array([low]), np.array([high]))
    own = shares[np.array([m])]
    questions = edge_questions(text, asked, own, source_words, words)
    scores, none = slow_scores(text.model, questions, text.source, text.target, 0)
    origin, inside = low - CONTEXT, questions.inside[0].tolist()
    totals = {}
    for first, last in spans:
        features = slow_features(m, first, last, *arguments)
        features["edges"] = slow_span_score(scores, inside, first - origin, last - 1 - origin)
        totals[first, last] = sum(getattr(weights, name) * x for name, x in features.items())
    return totals, none


@given(SEEDS, st.booleans(), st.sampled_from([1.0, 0.3]))
@settings(max_examples=20)
def test_the_sums_of_all_candidates_are_those_of_plain_loops(seed, tagger, weight):
    arguments = case(seed, tagger=tagger)
    text, weights = drawn_edge_text(seed, *arguments[2:4]), SpanWeights(edges=weight)
    found, nothing = {}, {}
    for some in weigh_spans(*arguments, text):
        (part,) = some.described(weights)
        assert set(part.features) >= {"edges", "recall"}
        total = part.total(weights)
        for row, a, b in np.argwhere(part.legal):
            span = (int(part.first[row, a]), int(part.last[row, b]))
            found.setdefault(int(some.index[row]), {})[span] = float(total[row, a, b])
        for row, m in enumerate(some.index.tolist()):
            nothing.setdefault(m, set()).add(float(some.nothing(weights)[row]))
    for m, totals in found.items():
        expected, none = slow_totals(m, arguments, text, weights)
        assert totals == pytest.approx(expected, abs=2e-3)
        assert list(nothing[m]) == [pytest.approx(none, abs=1e-4)]


@given(SEEDS)
@settings(max_examples=15)
def test_every_span_is_asked_about_once_for_all_its_rows(seed):
    arguments = case(seed, spans=6, size=12)
    text = drawn_edge_text(seed, *arguments[2:4])
    for some in weigh_spans(*arguments, text):
        span, questions = questions_about(some, text)
        assert len(questions.origin) == len(set(some.index.tolist()))
        assert len(span) == len(some.index)
        for number in range(len(questions.origin)):
            assert len(set(some.index[span == number].tolist())) == 1


def test_vectors_of_words_are_the_means_of_their_tokens_by_their_parts():
    tokens = torch.tensor([[1.0, 0.0], [0.0, 2.0], [3.0, 3.0]])
    word_map = TokenWordMap(
        np.array([0, 1, 1, 2]),
        np.array([0, 0, 1, 3]),
        np.array([1, 0.5, 0.5, 1], np.float32),
        np.array([1.5, 0.5, 0, 1], np.float32),
    )
    found = word_vectors(tokens, word_map)
    half = 0.5**0.5
    expected = [[half, half], [0, 1], [0, 0], [half, half]]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_what_is_claimed_is_of_all_mentions_and_vectors_of_all_words():
    text = "tos y fiebre alta hoy"
    parts = [(0, 3), (6, 12), (6, 17)]
    mentions = [Mention(f"T{n}", "X", (Fragment(*part),)) for n, part in enumerate(parts)]
    pair = DocumentPair(Document("d", "es", text, tuple(mentions)), Document("d", "es", text))
    encoder = edged_tiny()
    weighed = weigh_pair(pair, TinyEncoder(), Settings())
    vectors = token_vectors(weighed.source.tokens, weighed.target.tokens, encoder, Settings().align)
    found = edge_text_of(
        encoder.edges.model,
        weighed.fragments,
        weighed.alignment,
        weighed.source,
        weighed.target,
        vectors,
    )
    assert found.source.shape == found.target.shape == (5, encoder.dimension)
    np.testing.assert_allclose(found.source.norm(dim=1), 1, atol=1e-5)
    assert (found.claimed[[0, 2, 3]] > 0.8).all()
    assert (found.claimed[[1, 4]] < 0.2).all()

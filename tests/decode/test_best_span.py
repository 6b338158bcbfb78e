"""The span model's choice, checked against brute force over every legal span."""

import math
from dataclasses import asdict, fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_candidates import case, legal_candidates, slow_features, whole_rows

from projector.decode import candidates as candidates_module
from projector.decode.best_span import best_candidates, best_span, span_probabilities
from projector.decode.candidates import weigh_spans
from projector.decode.decoded import Decoded
from projector.decode.span_features import SourceSpans
from projector.settings import SpanWeights
from projector.text.token_words import tokens_in_words
from projector.text.words import find_words

QUICK = settings(max_examples=50, deadline=None)


def choose(*arguments, weights):
    """Choose the best span of every source span, as many at a time as are weighed together."""
    spans = len(arguments[1].first)
    first, last = np.full((2, spans), -1)
    score = np.zeros(spans, np.float32)
    for some in weigh_spans(*arguments):
        decoded = best_span(some, weights=weights)
        row = np.unique(some.index, return_index=True)[1]
        assert (np.delete(decoded.first, row) == -1).all()
        assert (np.delete(decoded.score, row) == 0).all()
        span = some.index[row]
        first[span], last[span] = decoded.first[row], decoded.last[row]
        score[span] = decoded.score[row]
    return Decoded(first, last, score)


def slow_best_span(m, arguments, weights):
    shares, source, _, words, _ = arguments
    if not shares.coverage[m].max(initial=0) > 0:
        return {}, 0.0
    totals = {}
    for first, last in legal_candidates(m, shares, source, words):
        features = slow_features(m, first, last, *arguments)
        totals[first, last] = sum(asdict(weights)[name] * x for name, x in features.items())
    peak = max(totals.values())
    mass = sum(math.exp(total - peak) for total in totals.values())
    score = 1 / (mass + math.exp(weights.nothing - peak))
    return totals, score


@given(st.integers(0, 100_000), st.booleans(), st.sampled_from([-2.0, -99.0, 1.0]))
@QUICK
def test_best_span_equals_brute_force(seed, tagger, nothing):
    arguments = case(seed, tagger=tagger)
    weights = replace(SpanWeights(), nothing=nothing)
    found = choose(*arguments, weights=weights)
    for m in range(3):
        totals, score = slow_best_span(m, arguments, weights)
        chosen = (int(found.first[m]), int(found.last[m]))
        best = max(totals.values(), default=-math.inf)
        if best >= nothing + 1e-3:
            assert totals[chosen] == pytest.approx(best, abs=1e-3)
            assert found.score[m] == pytest.approx(score, rel=2e-3, abs=1e-6)
        elif best < nothing - 1e-3:
            assert chosen == (-1, -1)
            assert found.score[m] == 0


def test_a_tagger_moves_a_span_but_makes_none():
    seeds = [case(seed, tagger=True) for seed in range(40)]
    for arguments in seeds:
        bare = replace(arguments[1], begins=None, ends=None)
        without = choose(arguments[0], bare, *arguments[2:], weights=SpanWeights())
        supported = choose(*arguments, weights=SpanWeights())
        assert not ((without.first < 0) & (supported.first >= 0)).any()


@pytest.mark.parametrize("at_once", [400, 1000, 5000, 100_000])
def test_a_span_is_decoded_alike_whatever_is_decoded_with_it(monkeypatch, at_once):
    arguments = case(11, spans=40, size=60, tagger=True)
    shares, source, *rest = arguments
    together = choose(*arguments, weights=SpanWeights())
    monkeypatch.setattr(candidates_module, "_CANDIDATES_AT_ONCE", at_once)
    again = choose(*arguments, weights=SpanWeights())
    for one, other in ((together.first, again.first), (together.last, again.last)):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(together.score, again.score)
    for m in range(40):
        only = np.array([m])
        alone = choose(
            shares[only],
            source[only],
            *rest,
            weights=SpanWeights(),
        )
        assert (alone.first[0], alone.last[0]) == (together.first[m], together.last[m])
        assert alone.score[0] == together.score[m]


def test_scores_are_probabilities():
    found = choose(*case(2, spans=40, size=30), weights=SpanWeights())
    some = found.first >= 0
    assert some.any()
    assert (found.score[some] > 0).all()
    assert (found.score <= 1).all()
    assert (found.first[some] < found.last[some]).all()


@pytest.mark.parametrize("spans", [0, 2])
def test_a_text_without_words_has_no_spans(spans):
    found = choose(*case(3, spans=spans, size=0), weights=SpanWeights())
    assert found.first.tolist() == found.last.tolist() == [-1] * spans
    assert found.score.tolist() == [0] * spans


def test_no_spans_are_decoded_to_none():
    assert len(choose(*case(3, spans=0, size=5), weights=SpanWeights()).first) == 0


@pytest.mark.parametrize(("word", "expected"), [(0, (0, 1)), (3, (3, 4))])
def test_a_mention_at_an_edge_of_the_text_is_found_there(word, expected):
    words = find_words("dolor tos fiebre edema", "es")
    shares = np.full((1, 4), 0.01, np.float32)
    shares[0, word] = 0.97
    start, end = words.offsets[word]
    length = np.array([end - start], np.float32)
    source = SourceSpans(np.array([word]), np.array([word + 1]), length, np.array([0]))
    word_map = tokens_in_words(words.offsets, words.offsets)
    found = choose(
        whole_rows(shares, shares), source, words, words, word_map, weights=SpanWeights()
    )
    assert (found.first[0], found.last[0]) == expected


@given(st.integers(0, 100_000), st.sampled_from([-2.0, -99.0, 1.0]))
@QUICK
def test_the_probabilities_of_all_candidates_and_of_none_sum_to_one(seed, nothing):
    weights = replace(SpanWeights(), nothing=nothing)
    for some in weigh_spans(*case(seed)):
        (part,) = some.described(weights)
        total = part.total(weights)
        best = best_candidates(some, weights=weights)
        probability = span_probabilities(total, best, nothing=some.nothing(weights))
        assert not probability[~part.legal].any()
        decoded = best_span(some, weights=weights)
        for span in np.unique(some.index):
            rows = np.flatnonzero(some.index == span)
            none = 1 / (1 + np.exp(total[rows].astype(np.float64) - nothing).sum())
            in_all = probability[rows].sum(dtype=np.float64) + none
            assert in_all == pytest.approx(1, abs=1e-5)
            if decoded.first[rows[0]] >= 0:
                assert decoded.score[rows[0]] == probability[rows].max()


@given(st.integers(0, 100_000))
@QUICK
def test_the_best_of_equally_good_peaks_is_the_first(seed):
    weights = SpanWeights(*(0.0 for _ in fields(SpanWeights)))
    arguments = case(seed)
    found = choose(*arguments, weights=weights)
    for m in np.flatnonzero(arguments[0].coverage.max(1) > 0):
        spans = legal_candidates(m, *arguments[:2], arguments[3])
        assert (found.first[m], found.last[m]) == spans[0]
        assert found.score[m] == pytest.approx(1 / (len(spans) + 1))


def test_what_is_far_less_likely_than_having_none_has_no_probability(recwarn):
    weights = replace(SpanWeights(), nothing=1e6)
    for some in weigh_spans(*case(3, size=12)):
        (part,) = some.described(weights)
        best = best_candidates(some, weights=weights)
        nothing = some.nothing(weights)
        probability = span_probabilities(part.total(weights), best, nothing=nothing)
        assert (probability < 1e-30).all()
        assert (best_span(some, weights=weights).first == -1).all()
    assert not recwarn.list

"""Decoders, checked against brute force over every legal span."""

import math
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from projector.decode import best_span as best_span_module
from projector.decode.best_span import SourceSpans, apart, best_span, longest_run, weigh_spans
from projector.decode.membership import Scores
from projector.settings import SpanWeights
from projector.text.token_words import tokens_in_words
from projector.text.words import find_words

QUICK = settings(max_examples=50, deadline=None)
PIECES = ["la", "fiebre", "alta", "de", ",", ".", "(", ")", "post-op", "«", "»", "y", ";", "l'eco"]
SOURCE = "la fiebre alta (de), y post-op «x» fiebre"


# The longest run.


def slow_longest_run(row, support, threshold, gap):
    """Try every range whose ends pass and within which no more than `gap` in a row fail."""
    passing = [
        value >= np.float32(threshold) or mark for value, mark in zip(row, support, strict=True)
    ]
    best = (-1, -1, 0.0)
    best_key = None
    for first in range(len(row)):
        for last in range(first + 1, len(row) + 1):
            inside = passing[first:last]
            failing = "".join("x" if ok else "." for ok in inside)
            if not inside[0] or not inside[-1] or "." * (gap + 1) in failing:
                continue
            if not any(value >= np.float32(threshold) for value in row[first:last]):
                continue
            key = (last - first, float(sum(row[first:last])), -first)
            if best_key is None or key > best_key:
                best, best_key = (first, last, min(1.0, float(np.mean(row[first:last])))), key
    return best


MEMBERSHIPS = st.lists(st.sampled_from([0.0, 0.125, 0.25, 0.5, 0.75, 1.0]), max_size=12)


@given(MEMBERSHIPS, st.integers(0, 2**12 - 1), st.sampled_from([0.25, 0.5]), st.integers(0, 3))
@settings(max_examples=200, deadline=None)
@example([], 0, 0.5, 1)
@example([0.5, 0.0, 0.5, 0.0, 0.0, 0.5, 0.75, 0.5], 0, 0.5, 1)
@example([0.0, 0.25, 0.5], 0b011, 0.5, 0)  # a tagger's token counts, and joins
@example([0.25, 0.25, 0.25, 0.0, 0.0, 0.5], 0b000111, 0.5, 0)  # but needs one that passes
def test_longest_run_equals_brute_force(row, marks, threshold, gap):
    support = np.array([bool(marks >> t & 1) for t in range(len(row))], dtype=np.bool_)
    membership = np.array(row, dtype=np.float32)
    found = longest_run(membership[None], support[None], threshold=threshold, gap=gap)
    first, last, score = slow_longest_run(membership, support, threshold, gap)
    assert (found.first[0], found.last[0]) == (first, last)
    assert found.score[0] == pytest.approx(score, abs=1e-6)


def test_longest_run_of_no_spans_is_none():
    found = longest_run(np.empty((0, 4), np.float32), np.empty((0, 4), bool), threshold=0.5, gap=1)
    assert len(found.first) == len(found.last) == len(found.score) == 0


def test_the_threshold_itself_passes():
    row = np.array([[0.1, 0.0]], dtype=np.float32)
    found = longest_run(row, np.zeros((1, 2), bool), threshold=0.1, gap=0)
    assert (found.first[0], found.last[0]) == (0, 1)


# The span model.


def case(seed, *, spans=3, size=None, tagger=False):
    """Return arguments of `best_span`: a text of odd pieces, random scores, some rows empty."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 16)) if size is None else size
    gaps = rng.choice(["", " ", " "], size)
    text = "".join(piece + gap for piece, gap in zip(rng.choice(PIECES, size), gaps, strict=True))
    source_words, target_words = find_words(SOURCE, "es"), find_words(text, "es")
    count = len(target_words)
    recall = rng.random((spans, count)) ** 4
    recall /= recall.sum(1, keepdims=True) * rng.uniform(1, 3, (spans, 1))
    recall *= rng.random((spans, 1)) < 0.9
    precision = rng.random((spans, count)) ** 2
    first = rng.integers(0, len(source_words) - 2, spans)
    last = np.minimum(first + rng.integers(1, 4, spans), len(source_words))
    edges = rng.random((2, spans, count)).astype(np.float32) if tagger else (None, None)
    source = SourceSpans(first, last, rng.uniform(3, 40, spans).astype(np.float32), *edges)
    tokens = [
        (place, min(place + 2, end))  # long words have several tokens
        for start, end in target_words.offsets.tolist()
        for place in range(start, end, 2)
    ]
    incidence = tokens_in_words(np.array(tokens, np.int64).reshape(-1, 2), target_words.offsets)
    scores = Scores(recall.astype(np.float32), precision.astype(np.float32))
    return scores, source, source_words, target_words, incidence


def slow_features(m, first, last, scores, source, source_words, words, incidence):
    """Describe one candidate in plain words; the docstring of `span_features` is the law."""
    recall, precision = scores.recall[m], scores.precision[m]
    tokens, count = incidence.tokens_per_word, len(words)
    inside, own = range(first, last), range(source.first[m], source.last[m])
    edges, own_edges = (first, last - 1), (source.first[m], source.last[m] - 1)
    pure = sum(precision[n] * tokens[n] for n in inside) / max(sum(tokens[n] for n in inside), 1e-9)
    characters = words.offsets[last - 1, 1] - words.offsets[first, 0]
    opens = not words.lexical[first] and not words.opening[first]
    closes = not words.lexical[last - 1] and words.bracket[last - 1] >= 0
    separators = sum(words.separator[n] for n in inside)
    separators -= sum(source_words.separator[n] for n in own)
    balance = sum(words.bracket[n] for n in inside) - sum(source_words.bracket[n] for n in own)
    features = {
        "recall": math.log(sum(recall[n] for n in inside) + 1e-3),
        "precision": math.log(pure + 1e-3),
        "length": abs(math.log(characters / source.length[m])),
        "inside": sum(precision[n] for n in edges),
        "outside": sum(precision[n] for n in (first - 1, last) if 0 <= n < count),
        "edge_mass": sum(recall[n] for n in edges),
        "function_word": sum(
            words.function[n] and not source_words.function[k]
            for n, k in zip(edges, own_edges, strict=True)
        ),
        "cut": int(words.cut[first] and not source_words.cut[source.first[m]])
        + int(words.cut[last] and not source_words.cut[source.last[m]]),
        "punctuation": int(opens and source_words.lexical[own_edges[0]])
        + int(closes and source_words.lexical[own_edges[1]]),
        "separators": max(0, separators),
        "brackets": abs(balance),
    }
    if source.begins is not None:
        sure = {
            (a, b): float(source.begins[m, a] + source.ends[m, b - 1])
            for a, b in legal_candidates(m, scores, source, words)
        }
        features["tagger"] = sure[first, last] - max(sure.values())
    return {name: float(value) for name, value in features.items()}


def legal_candidates(m, scores, source, words):
    peak = int(scores.recall[m].argmax())
    reach = 10 + 3 * int(source.last[m] - source.first[m])
    return [
        (first, last)
        for first in range(max(0, peak - reach), peak + 1)
        for last in range(peak + 1, min(len(words), peak + 1 + reach) + 1)
    ]


def slow_best_span(m, arguments, weights):
    scores, source, _, words, _ = arguments
    if not scores.recall[m].max(initial=0) > 0:
        return {}, 0.0
    totals = {}
    for first, last in legal_candidates(m, scores, source, words):
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
    found = best_span(*arguments, weights=weights)
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
        without = best_span(arguments[0], bare, *arguments[2:], weights=SpanWeights())
        supported = best_span(*arguments, weights=SpanWeights())
        assert not ((without.first < 0) & (supported.first >= 0)).any()


@given(st.integers(0, 100_000))
@settings(max_examples=15, deadline=None)
def test_every_legal_candidate_is_weighed_once_with_its_features(seed):
    arguments = case(seed, tagger=True)
    seen = []
    for part in weigh_spans(*arguments):
        for row, m in enumerate(part.index.tolist()):
            places = np.argwhere(part.legal[row]).tolist()
            found = [(int(part.first[row, a]), int(part.last[row, b])) for a, b in places]
            assert sorted(found) == legal_candidates(m, *arguments[:2], arguments[3])
            for (a, b), (first, last) in zip(places[::7], found[::7], strict=True):
                expected = slow_features(m, first, last, *arguments)
                full = (len(part.index), part.first.shape[1], part.last.shape[1])
                values = {
                    name: np.broadcast_to(value, full)[row, a, b]
                    for name, value in part.features.items()
                }
                assert values == pytest.approx(expected, abs=1e-4)
            seen.append(m)
    assert sorted(seen) == np.flatnonzero(arguments[0].recall.max(1) > 0).tolist()


def test_every_feature_has_a_weight_and_every_weight_a_feature():
    part = next(weigh_spans(*case(1, tagger=True)))
    assert set(part.features) == set(asdict(SpanWeights())) - {"nothing"}


@pytest.mark.parametrize("at_once", [1, 2, 5, 1000])
def test_a_span_is_decoded_alike_whatever_is_decoded_with_it(monkeypatch, at_once):
    arguments = case(11, spans=40, size=60, tagger=True)
    scores, source, *rest = arguments
    together = best_span(*arguments, weights=SpanWeights())
    monkeypatch.setattr(best_span_module, "_SPANS_AT_ONCE", at_once)
    again = best_span(*arguments, weights=SpanWeights())
    for one, other in ((together.first, again.first), (together.last, again.last)):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(together.score, again.score)
    for m in range(40):
        only = np.array([m])
        alone = best_span(
            Scores(scores.recall[only], scores.precision[only]),
            source[only],
            *rest,
            weights=SpanWeights(),
        )
        assert (alone.first[0], alone.last[0]) == (together.first[m], together.last[m])
        assert alone.score[0] == together.score[m]


def test_scores_are_probabilities():
    found = best_span(*case(2, spans=40, size=30), weights=SpanWeights())
    some = found.first >= 0
    assert some.any()
    assert (found.score[some] > 0).all()
    assert (found.score <= 1).all()
    assert (found.first[some] < found.last[some]).all()


@pytest.mark.parametrize("spans", [0, 2])
def test_a_text_without_words_has_no_spans(spans):
    found = best_span(*case(3, spans=spans, size=0), weights=SpanWeights())
    assert found.first.tolist() == found.last.tolist() == [-1] * spans
    assert found.score.tolist() == [0] * spans


def test_no_spans_are_decoded_to_none():
    assert len(best_span(*case(3, spans=0, size=5), weights=SpanWeights()).first) == 0


@pytest.mark.parametrize(("word", "expected"), [(0, (0, 1)), (3, (3, 4))])
def test_a_mention_at_an_edge_of_the_text_is_found_there(word, expected):
    words = find_words("dolor tos fiebre edema", "es")
    shares = np.full((1, 4), 0.01, np.float32)
    shares[0, word] = 0.97
    start, end = words.offsets[word]
    source = SourceSpans(
        np.array([word]), np.array([word + 1]), np.array([end - start], np.float32)
    )
    incidence = tokens_in_words(words.offsets, words.offsets)
    found = best_span(
        Scores(shares, shares), source, words, words, incidence, weights=SpanWeights()
    )
    assert (found.first[0], found.last[0]) == expected


# Pieces apart.


def pieces_of(recall, precision, chosen, *, text="a b c d e f g h i j", reach=4):
    words = find_words(text, "es")
    count = len(words)
    first, last = np.array([chosen[0]]), np.array([chosen[1]])
    shares = (np.zeros((1, count), np.float32), np.zeros((1, count), np.float32))
    for row, values in zip(shares, (recall, precision), strict=True):
        for word, value in values.items():
            row[0, word] = value
    decoded = best_span_module.Decoded(first, last, np.ones(1, np.float32))
    return apart(Scores(*shares), decoded, words, recall=0.2, precision=0.8, reach=reach)


def test_a_piece_needs_mass_and_grows_over_pure_neighbours():
    pure = {4: 0.9, 5: 0.9, 6: 0.8, 7: 0.7}
    assert pieces_of({5: 0.2}, pure, (1, 2)) == [(0, 4, 6)]  # word 6 is out of reach
    assert pieces_of({5: 0.2}, pure, (1, 2), reach=9) == [(0, 4, 7)]
    assert pieces_of({5: 0.19}, pure, (1, 2)) == []
    assert pieces_of({5: 0.2}, {5: 0.79}, (1, 2)) == []
    assert pieces_of({4: 0.3, 5: 0.3}, pure, (1, 2)) == [(0, 4, 6)]


def test_a_piece_touches_no_chosen_span_and_stands_within_reach():
    mass, pure = dict.fromkeys(range(10), 0.2), dict.fromkeys(range(10), 1.0)
    assert pieces_of(mass, pure, (4, 5), reach=3) == [(0, 1, 3), (0, 6, 8)]
    assert pieces_of(mass, pure, (0, 9), reach=3) == []


def test_a_mention_without_a_span_has_no_pieces():
    assert pieces_of({5: 0.5}, {5: 1.0}, (-1, -1)) == []


def test_signs_are_no_pieces():
    assert pieces_of({3: 0.5}, {3: 1.0}, (0, 1), text="a b c , e") == []

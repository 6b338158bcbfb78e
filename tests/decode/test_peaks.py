"""Which words candidates contain, and what stands around them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_candidates import case, whole_rows

from projector.decode import candidates as candidates_module
from projector.decode.best_span import best_span
from projector.decode.candidates import weigh_spans
from projector.decode.membership import MassShares
from projector.decode.peaks import Peaks
from projector.decode.span_features import SourceSpans
from projector.document import Document, DocumentPair, Fragment, Mention
from projector.models.character_ngrams import TinyEncoder
from projector.pipeline import project_pair
from projector.settings import DecodeSettings, Settings, SpanWeights
from projector.text.token_words import tokens_in_words
from projector.text.words import find_words


def peaks_of(rows, *, reach=20, first=0, words=None):
    coverage = np.array(rows, np.float32)
    start = np.full(len(coverage), first, np.int64)
    shares = MassShares(start, coverage, coverage)
    count = coverage.shape[1] + first if words is None else words
    found = Peaks.of(shares, np.full(len(coverage), reach), count)
    return list(zip(*(part.tolist() for part in (found.row, found.word)), strict=True)), found


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([0.0, 0.8, 0.0, 0.2, 0.0], [1, 3]),
        ([0.0, 0.8, 0.0, 0.19, 0.0], [1]),
        ([0.1, 0.4, 0.4, 0.0, 0.0], [1, 2]),
        ([0.3, 0.0, 0.0, 0.3, 0.3], [0, 3]),
        ([0.0, 0.0, 1.0, 0.0, 0.0], [2]),
        ([0.7], [0]),
    ],
)
def test_a_word_that_receives_a_quarter_of_the_most_is_a_second_peak(row, expected):
    found, _ = peaks_of([row])
    assert found == [(0, word) for word in expected]
    moved, _ = peaks_of([row], first=4)
    assert moved == [(0, word + 4) for word in expected]


def test_rows_of_all_first_peaks_come_before_those_of_second_ones():
    found, _ = peaks_of([[0.5, 0.0, 0.4], [0.0, 1.0, 0.0], [0.2, 0.2, 0.2]])
    assert found == [(0, 0), (1, 1), (2, 0), (0, 2), (2, 1)]


def test_from_a_second_peak_no_candidate_reaches_the_first():
    _, found = peaks_of([[0.0, 0.5, 0.0, 0.0, 0.5, 0.0], [0.0, 0.4, 0.0, 0.0, 0.5, 0.0]])
    assert found.word.tolist() == [1, 4, 4, 1]
    assert found.before.tolist() == [1, 4, 2, 1]
    assert found.behind.tolist() == [4, 1, 1, 2]


def test_a_span_whose_candidates_reach_far_has_one_peak():
    row = [[0.5, 0.0, 0.5]]
    assert len(peaks_of(row, reach=352)[0]) == 2
    assert len(peaks_of(row, reach=353)[0]) == 1


def test_all_candidates_of_two_peaks_are_described_at_once():
    words = 2 * 352 + 400
    target = find_words("tos " * words, "es")
    coverage = np.zeros((1, words), np.float32)
    coverage[0, [400, 700]] = 0.5
    length = (352 - 10) // 3
    source = SourceSpans(np.array([0]), np.array([length]), np.ones(1, np.float32), np.array([0]))
    word_map = tokens_in_words(target.offsets, target.offsets)
    (some,) = weigh_spans(whole_rows(coverage, coverage), source, target, target, word_map)
    (part,) = some.described(SpanWeights())
    assert some.index.tolist() == [0, 0]
    assert part.legal.size <= candidates_module._CANDIDATES_AT_ONCE


@given(st.integers(0, 100_000), st.integers(1, 30), st.sampled_from([1, 50, 2000, 250_000]))
@settings(max_examples=40)
def test_all_rows_of_a_span_are_together_and_no_candidate_comes_twice(seed, size, at_once):
    arguments = case(seed, spans=8, size=size)
    seen = set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates_module, "_CANDIDATES_AT_ONCE", at_once)
        groups = list(weigh_spans(*arguments))
    for some in groups:
        spans = set(some.index.tolist())
        assert not spans & seen
        seen |= spans
        assert np.bincount(some.index).max() <= 2
        (part,) = some.described(SpanWeights()) if len(some.index) > 1 else (None,)
        if part is None:
            continue
        listed = [
            (int(some.index[row]), int(part.first[row, a]), int(part.last[row, b]))
            for row, a, b in np.argwhere(part.legal)
        ]
        assert len(listed) == len(set(listed))
    assert seen == set(np.flatnonzero(arguments[0].coverage.max(1) > 0).tolist())


@pytest.mark.parametrize("stray", [0, 7])
def test_a_span_at_the_second_peak_is_found(stray):
    words = find_words("tos y la fiebre alta de hoy ayer", "es")
    coverage = np.full((1, 8), 0.01, np.float32)
    coverage[0, [3, 4]] = 0.25
    coverage[0, stray] = 0.3
    purity = np.full((1, 8), 0.02, np.float32)
    purity[0, [3, 4]], purity[0, stray] = 0.97, 0.1
    source = SourceSpans(*(np.array([n]) for n in (3, 5)), np.float32([11]), np.array([0]))
    word_map = tokens_in_words(words.offsets, words.offsets)
    (some,) = weigh_spans(whole_rows(coverage, purity), source, words, words, word_map)
    assert some.index.tolist() == [0, 0]
    found = best_span(some, weights=SpanWeights())
    assert (found.first[0], found.last[0]) == (3, 5)
    assert found.score[0] > 0.5
    assert (found.first[1], found.last[1], found.score[1]) == (-1, -1, 0)


def test_a_tagger_tells_the_right_one_of_two_peaks():
    words = find_words("fiebre hoy y fiebre", "es")
    coverage = np.array([[0.45, 0.02, 0.02, 0.45]], np.float32)
    edges = np.zeros((1, 4), np.float32)
    edges[0, 3] = 1
    label, length = np.array([0]), np.float32([6])
    source = SourceSpans(np.array([0]), np.array([1]), length, label, edges, edges)
    word_map = tokens_in_words(words.offsets, words.offsets)
    shares = whole_rows(coverage, 2 * coverage)
    (some,) = weigh_spans(shares, source, words, words, word_map)
    found = best_span(some, weights=SpanWeights())
    assert (found.first[0], found.last[0]) == (3, 4)


def test_a_mention_whose_words_are_twice_in_the_translation_is_projected_once():
    mention = Mention("T1", "X", (Fragment(6, 12),))
    source = Document("d", "es", "tos y fiebre alta", (mention,))
    target = Document("d", "es", "fiebre tos y fiebre alta")
    recipe = Settings(decode=DecodeSettings(piece_recall=1.1))  # nothing apart belongs to it
    (projection,) = project_pair(DocumentPair(source, target), TinyEncoder(), recipe).projections
    assert [(part.start, part.end) for part in projection.fragments] == [(13, 19)]

"""Candidate spans and their features, checked against plain loops."""

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_candidates import case, legal_candidates, slow_features

from projector.decode.candidates import best_places, weigh_spans
from projector.settings import SpanWeights


def described(*arguments):
    """Yield candidates each with what is said of them, all at once: they are few."""
    for some in weigh_spans(*arguments):
        (part,) = some.described(SpanWeights())
        yield some, part


@given(st.integers(0, 100_000))
@settings(max_examples=15, deadline=None)
def test_every_legal_candidate_is_weighed_once_with_its_features(seed):
    arguments = case(seed, tagger=True)
    found = {}
    for some, part in described(*arguments):
        for row, m in enumerate(some.index.tolist()):
            places = np.argwhere(part.legal[row])
            spans = [(int(part.first[row, a]), int(part.last[row, b])) for a, b in places]
            found.setdefault(m, []).extend(spans)
            for (a, b), (first, last) in list(zip(places, spans, strict=True))[::7]:
                expected = slow_features(m, first, last, *arguments)
                full = (len(some.index), part.first.shape[1], part.last.shape[1])
                values = {
                    name: np.broadcast_to(value, full)[row, a, b]
                    for name, value in part.features.items()
                }
                assert values == pytest.approx(expected, abs=1e-4)
    assert sorted(found) == np.flatnonzero(arguments[0].coverage.max(1) > 0).tolist()
    for m, spans in found.items():
        assert sorted(spans) == sorted(legal_candidates(m, *arguments[:2], arguments[3]))


def test_every_feature_has_a_weight_and_every_weight_a_feature():
    _, part = next(described(*case(1, tagger=True)))
    assert set(part.features) == set(asdict(SpanWeights())) - {"edges", "nothing"}


@given(st.integers(0, 100_000))
@settings(max_examples=25, deadline=None)
def test_every_candidate_contains_the_peak_of_its_row(seed):
    arguments = case(seed)
    coverage = arguments[0].coverage
    for some, part in described(*arguments):
        for row, m in enumerate(some.index.tolist()):
            repeated = m in some.index[:row]
            peak, other = np.argsort(-coverage[m], kind="stable")[[0, 1]] if repeated else (-1, -1)
            contained = other if repeated else coverage[m].argmax()
            first, last = np.nonzero(part.legal[row])
            first, last = part.first[row, first], part.last[row, last]
            assert len(first)
            assert ((first <= contained) & (contained < last)).all()
            assert not ((first <= peak) & (peak < last)).any()


@given(st.integers(0, 100_000), st.integers(1, 60))
@settings(max_examples=25, deadline=None)
def test_the_best_places_are_the_best_sums_each_with_its_characters_and_features(seed, most):
    for _, some in described(*case(seed)):
        for row, sums in enumerate(some.total(SpanWeights())):
            first, last = best_places(sums, most)
            assert some.legal[row, first, last].all()
            expected = np.sort(sums[some.legal[row]])[::-1][:most]
            np.testing.assert_array_equal(sums[first, last], expected)
            offsets = some.words.offsets
            start = offsets[some.first[row, first], 0]
            end = offsets[some.last[row, last] - 1, 1]
            assert some.characters(row, first, last).tolist() == np.stack([start, end], 1).tolist()
            parts = some.features_of(row, first, last)
            weighted = sum(getattr(SpanWeights(), name) * values for name, values in parts.items())
            np.testing.assert_allclose(weighted, expected, atol=1e-3)

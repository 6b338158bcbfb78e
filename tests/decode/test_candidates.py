"""Candidate spans and their features, checked against plain loops."""

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_candidates import case, legal_candidates, slow_features

from projector.decode.candidates import weigh_spans
from projector.settings import SpanWeights


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
    assert sorted(seen) == np.flatnonzero(arguments[0].coverage.max(1) > 0).tolist()


def test_every_feature_has_a_weight_and_every_weight_a_feature():
    part = next(weigh_spans(*case(1, tagger=True)))
    assert set(part.features) == set(asdict(SpanWeights())) - {"nothing"}

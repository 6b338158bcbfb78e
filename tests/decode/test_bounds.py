"""No candidate exceeds its bound, and leaving out what can't matter changes nothing."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_candidates import case

from projector.decode import candidates as candidates_module
from projector.decode.best_span import best_candidates
from projector.decode.bounds import upper_bounds
from projector.decode.candidates import weigh_spans
from projector.settings import SpanWeights

NAMES = [field.name for field in fields(SpanWeights)]
WEIGHTS = st.one_of(
    st.just(SpanWeights()),
    st.lists(st.floats(-9, 9), min_size=len(NAMES), max_size=len(NAMES)).map(
        lambda values: replace(SpanWeights(), **dict(zip(NAMES, values, strict=True)))
    ),
)


@given(st.integers(0, 100_000), st.integers(3, 40), WEIGHTS, st.booleans(), st.integers(1, 9))
@settings(max_examples=60)
def test_no_candidate_exceeds_its_bound(seed, size, weights, tagger, rows):
    bounds = []

    def unbounded(outline, weights):
        bounds.append(upper_bounds(outline, weights))
        return np.full(len(bounds[-1]), np.inf)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates_module, "_CANDIDATES_AT_ONCE", 9)
        patch.setattr(candidates_module, "_FIRST_WORDS_AT_ONCE", rows)
        patch.setattr(candidates_module, "upper_bounds", unbounded)
        for some in weigh_spans(*case(seed, size=size, tagger=tagger)):
            bounds.clear()
            totals = [part.total(weights)[0] for part in some.described(weights)]
            for total, bound in zip(totals if bounds else [], bounds, strict=True):
                assert (total.max(0) <= bound + 1e-2).all()


@given(st.integers(0, 100_000), st.integers(20, 60), WEIGHTS, st.booleans())
@settings(max_examples=40)
def test_what_is_left_out_has_no_part_in_the_best_and_the_odds(seed, size, weights, tagger):
    arguments = case(seed, size=size, tagger=tagger)
    expected = {}
    for some in weigh_spans(*arguments):
        best = best_candidates(some, weights=weights)
        rows = zip(best.first, best.last, best.total, best.mass, strict=True)
        expected |= zip(some.index.tolist(), rows, strict=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates_module, "_CANDIDATES_AT_ONCE", 50)
        for some in weigh_spans(*arguments):
            best = best_candidates(some, weights=weights)
            rows = zip(best.first, best.last, best.total, best.mass, strict=True)
            for mention, row in zip(some.index.tolist(), rows, strict=True):
                assert row[:3] == expected[mention][:3]
                assert row[3] == pytest.approx(expected[mention][3], rel=1e-6)

"""No candidate exceeds its bound, and leaving out what can't matter changes nothing."""

from dataclasses import fields, replace

import numpy as np
import pytest
from edge_models import drawn_edge_text
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_candidates import case

from projector.decode import candidates as candidates_module
from projector.decode import peaks
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

BOTH = st.booleans()
FARTHEST = st.sampled_from([-1, 16, 352])  # words that spans of two peaks reach


@given(
    st.integers(0, 100_000),
    st.integers(3, 40),
    WEIGHTS,
    st.booleans(),
    st.integers(1, 9),
    st.booleans(),
)
@settings(max_examples=60)
def test_no_candidate_exceeds_its_bound(seed, size, weights, tagger, rows, edged):
    bounds = []
    arguments = case(seed, size=size, tagger=tagger)
    edges = drawn_edge_text(seed, *arguments[2:4]) if edged else None

    def unbounded(outline, weights):
        bounds.append(upper_bounds(outline, weights))
        return np.full(len(bounds[-1]), np.inf)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates_module, "_CANDIDATES_AT_ONCE", 9)
        patch.setattr(candidates_module, "_FIRST_WORDS_AT_ONCE", rows)
        patch.setattr(candidates_module, "upper_bounds", unbounded)
        patch.setattr(peaks, "_FARTHEST", -1)  # a span of two peaks is never described in parts
        for some in weigh_spans(*arguments, edges):
            assert (some.edges is not None) == edged
            bounds.clear()
            totals = [part.total(weights)[0] for part in some.described(weights)]
            for total, bound in zip(totals if bounds else [], bounds, strict=True):
                assert (total.max(0) <= bound + 1e-2).all()


@given(
    st.integers(0, 100_000), st.integers(20, 60), WEIGHTS, st.booleans(), FARTHEST, st.booleans()
)
@settings(max_examples=40)
def test_what_is_left_out_has_no_part_in_the_best_and_the_odds(
    seed, size, weights, tagger, farthest, edged
):
    arguments = case(seed, size=size, tagger=tagger)
    edges = drawn_edge_text(seed, *arguments[2:4]) if edged else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(peaks, "_FARTHEST", farthest)
        # One by one: what an edge model says depends in its last bits on what is asked together.
        expected = [best_of(m, arguments, edges, weights) for m in range(3)]
        patch.setattr(candidates_module, "_CANDIDATES_AT_ONCE", 50)
        found = [best_of(m, arguments, edges, weights) for m in range(3)]
    for row, other in zip(found, expected, strict=True):
        assert row[:3] == other[:3]
        assert row[3:] == pytest.approx(other[3:], rel=1e-6)


def best_of(m, arguments, edges, weights):
    """Return the best candidate of span m, and the mass of all; nothing where there are none."""
    shares, spans, *texts = arguments
    only = np.array([m])
    for some in weigh_spans(shares[only], spans[only], *texts, edges):
        best = best_candidates(some, weights=weights)
        return best.first[0], best.last[0], best.total[0], best.mass[0]
    return ()

"""Which spans contest each other's words."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from projector.decode.claimed_spans import FIGURES, ClaimedSpans
from projector.decode.contested import contest, rivals
from projector.decode.fragments import SourceFragments
from projector.decode.span_support import SUPPORT

RANGE = st.tuples(st.integers(0, 9), st.integers(1, 4)).map(lambda one: (one[0], sum(one)))


def spans_of(ranges, likely=None):
    first, last = np.array(ranges, np.int64).reshape(-1, 2).T
    figures = np.zeros((len(first), len(FIGURES)), np.float32)
    if likely is not None:
        figures[:, FIGURES.index("over_none")] = likely
    return ClaimedSpans(np.arange(len(first)), first, last, figures)


def fragments_of(ranges, owners):
    return SourceFragments(
        np.array(ranges, np.int64).reshape(-1, 2), np.array(owners, np.int64), ("X",) * len(owners)
    )


@given(st.lists(st.tuples(RANGE, RANGE, st.integers(0, 3)), max_size=7))
def test_rivals_share_words_and_neither_characters_nor_mention(drawn):
    spans = spans_of([target for target, _, _ in drawn])
    fragments = fragments_of([source for _, source, _ in drawn], [owner for *_, owner in drawn])

    def meet(one, other):
        return one[0] < other[1] and other[0] < one[1]

    def akin(owner, other):
        parts = [[source for _, source, whose in drawn if whose == one] for one in (owner, other)]
        return owner == other or any(meet(one, two) for one in parts[0] for two in parts[1])

    expected = [
        [left, right]
        for left, (target, _, owner) in enumerate(drawn)
        for right, (other_target, _, other_owner) in enumerate(drawn)
        if meet(target, other_target) and not akin(owner, other_owner)
    ]
    assert rivals(spans, fragments).tolist() == expected


def test_the_nearest_rival_is_told_and_how_much_of_the_span_it_claims():
    spans = spans_of([(0, 4), (3, 5), (1, 3)], likely=[1, 2, 3])
    support = np.zeros((3, len(SUPPORT)), np.float32)
    support[:, SUPPORT.index("nearest")] = [0.5, 0.9, 0.2]
    pairs = rivals(spans, fragments_of([(0, 1), (2, 3), (4, 5)], [0, 1, 2]))
    told = contest(spans, support, pairs)
    np.testing.assert_allclose(told[0], [0.25, 0.4, 0.1], atol=1e-6)
    np.testing.assert_allclose(told[1], [0.5, -0.4, -0.1], atol=1e-6)
    np.testing.assert_allclose(told[2], [1.0, 0.3, -0.2], atol=1e-6)
    assert not contest(spans, support, pairs[:0]).any()

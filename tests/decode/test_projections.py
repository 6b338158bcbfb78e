"""What became of a mention, from the spans chosen for its fragments."""

from itertools import pairwise

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from projector.decode.fragments import source_fragments
from projector.decode.mention_spans import TargetSpans
from projector.decode.projections import join_fragments, mention_projections
from projector.document import Document, DocumentPair, Fragment, Mention, Status

TEXT = "ab c\u00a0\nde, f  gh🫁i"


@given(
    st.lists(
        st.tuples(st.integers(0, len(TEXT) - 1), st.integers(1, 6)).map(
            lambda span: (span[0], min(sum(span), len(TEXT)))
        ),
        max_size=5,
    )
)
@settings(max_examples=100, deadline=None)
@example([(6, 8), (3, 4), (3, 4)])
@example([(0, 15), (3, 4), (6, 8), (14, 15)])  # the widest first, others within
def test_joined_fragments_hold_the_same_letters_apart_by_letters(spans):
    joined = join_fragments(np.array(spans, np.int64).reshape(-1, 2), TEXT)
    covered = {place for start, end in spans for place in range(start, end)}
    found = [place for one in joined for place in range(one.start, one.end)]
    assert len(found) == len(set(found))
    assert covered <= set(found)
    assert all(TEXT[place].isspace() for place in set(found) - covered)
    assert list(joined) == sorted(joined)
    for left, right in pairwise(joined):
        assert TEXT[left.end : right.start].strip()
    edges = {start for start, _ in spans}, {end for _, end in spans}
    assert {one.start for one in joined} <= edges[0]
    assert {one.end for one in joined} <= edges[1]


def test_a_mention_has_the_least_score_of_its_fragments_and_all_their_spans():
    mentions = (
        Mention("T1", "X", (Fragment(0, 2), Fragment(3, 4))),
        Mention("T2", "X", (Fragment(6, 8),)),
        Mention("T3", "X", (Fragment(0, 4),)),
    )
    pair = DocumentPair(Document("d", "es", TEXT, mentions), Document("d", "en", "uno dos tres"))
    spans = TargetSpans(
        np.array([3, 0, 1]),
        np.array([[0, 3], [8, 12], [0, 3]]),
        np.array([0.5, 0.9, 0.625], np.float32),
    )
    fragments = source_fragments(pair.source)
    first, second, third = mention_projections(pair, fragments, spans, min_score=0.6)
    assert (first.status, first.score) == (Status.PROJECTED, 0.625)
    assert first.fragments == (Fragment(0, 3), Fragment(8, 12))
    assert (second.status, second.score, second.fragments) == (Status.UNALIGNED, 0, ())
    assert (third.status, third.score, third.fragments) == (Status.BELOW_THRESHOLD, 0.5, ())
    assert "0.5, below 0.6" in third.reason

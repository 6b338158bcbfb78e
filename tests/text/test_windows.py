"""Windows keep every token once, from where it has most context."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.text.tokens import TokenizedText
from projector.text.windows import segment_windows, windows


def context(rows, token, count):
    """For each window, how far a token is from the window's nearer edge that cuts the text."""
    for start, end, _, _ in rows:
        if not start <= token < end:
            yield -1
            continue
        left = token - start if start else count
        right = end - 1 - token if end < count else count
        yield min(left, right)


@given(st.integers(0, 300), st.integers(1, 80), st.data())
def test_windows_keep_each_token_where_it_has_most_context(count, window, data):
    overlap = data.draw(st.integers(0, window - 1))
    rows = windows(count, window=window, overlap=overlap).tolist()
    kept = [token for _, _, first, last in rows for token in range(first, last)]
    assert kept == list(range(count))
    for start, end, first, last in rows:
        assert 0 <= start <= first < last <= end <= count
        assert end - start <= window
    for one, two in itertools.pairwise(rows):
        assert one[1] - two[0] >= overlap
        assert two[0] > one[0]
    for number, (_, _, first, last) in enumerate(rows):
        for token in range(first, last):
            contexts = list(context(rows, token, count))
            assert contexts[number] == max(contexts)


def test_as_few_windows_as_possible_and_no_longer_than_needed():
    assert windows(520, window=510, overlap=100).tolist() == [
        [0, 310, 0, 260],
        [210, 520, 260, 520],
    ]
    assert windows(510, window=510, overlap=100).tolist() == [[0, 510, 0, 510]]
    assert windows(0, window=510, overlap=100).shape == (0, 4)


@pytest.mark.parametrize(("window", "overlap"), [(4, 4), (4, -1), (0, 0)])
def test_windows_that_cannot_move_are_refused(window, overlap):
    with pytest.raises(ValueError, match="overlap"):
        windows(9, window=window, overlap=overlap)


@given(st.lists(st.integers(1, 40), max_size=8), st.integers(1, 20), st.data())
def test_windows_stay_within_their_segment_and_keep_every_token_once(sizes, window, data):
    overlap = data.draw(st.integers(0, window - 1))
    count = sum(sizes)
    segments = np.repeat(np.arange(len(sizes)), sizes)
    offsets = np.stack([np.arange(count), np.arange(count) + 1], 1)
    text = TokenizedText("x" * count, np.arange(count), offsets, segments)
    rows = segment_windows(text, window=window, overlap=overlap).tolist()
    kept = [token for _, _, first, last in rows for token in range(first, last)]
    assert kept == list(range(count))
    for start, end, first, last in rows:
        assert start <= first < last <= end <= start + window
        assert len(set(segments[start:end])) == 1

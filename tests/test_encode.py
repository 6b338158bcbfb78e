import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from projector.encode import segment_windows
from projector.tokens import TokenizedText


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

"""Stretches of a text in order, for tests of what stands in what."""

import numpy as np
from hypothesis import strategies as st


def offsets_of(lengths, gaps):
    """Return [N, 2] offsets of stretches of these lengths with these gaps before them."""
    rows, at = [], 0
    for length, gap in zip(lengths, gaps, strict=True):
        rows.append((at + gap, at + gap + length))
        at += gap + length
    return np.array(rows, dtype=np.int64).reshape(-1, 2)


@st.composite
def stretches(draw, *, least=0, most=10):
    count = draw(st.integers(least, most))
    lengths = draw(st.lists(st.integers(1, 5), min_size=count, max_size=count))
    gaps = draw(st.lists(st.integers(0, 2), min_size=count, max_size=count))
    return offsets_of(lengths, gaps)

"""Which tokens stand in which words, checked against plain loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stretches import stretches

from projector.text.token_words import expand_ranges, tokens_in_words

QUICK = settings(max_examples=40, deadline=None)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), max_size=6))
@QUICK
def test_ranges_are_expanded_in_their_order(ranges):
    first, sizes = np.array(ranges, np.int64).reshape(-1, 2).T
    owner, element = expand_ranges(first, first + sizes)
    expected = [(k, start + n) for k, (start, size) in enumerate(ranges) for n in range(size)]
    assert list(zip(owner, element, strict=True)) == expected


@given(stretches(), stretches())
@QUICK
def test_every_tokens_parts_sum_to_one(tokens, words):
    word_map = tokens_in_words(tokens, words)
    expected = []
    for t, (start, end) in enumerate(tokens):
        own = [n for n, (left, right) in enumerate(words) if left < end and start < right]
        expected += [(t, n, 1 / len(own)) for n in own]
    found = zip(word_map.token, word_map.word, word_map.share, strict=True)
    assert [(t, n, pytest.approx(share)) for t, n, share in expected] == list(found)
    count = [sum(share for _, n, share in expected if n == word) for word in range(len(words))]
    np.testing.assert_allclose(word_map.tokens_per_word, count, rtol=1e-6)


def test_a_word_without_a_token_counts_none_and_a_token_without_a_word_stands_nowhere():
    words = np.array([[0, 3], [4, 5], [6, 9]])
    tokens = np.array([[0, 3], [5, 6], [6, 8], [8, 9]])
    found = tokens_in_words(tokens, words)
    assert found.tokens_per_word.tolist() == [1, 0, 2]
    assert found.token.tolist() == [0, 2, 3]
    assert found.word.tolist() == [0, 2, 2]


@pytest.mark.parametrize(("tokens", "words"), [(0, 0), (0, 3), (3, 0)])
def test_without_tokens_or_words_nothing_stands_anywhere(tokens, words):
    offsets = [np.array([[n, n + 1] for n in range(count)], np.int64) for count in (tokens, words)]
    found = tokens_in_words(*(side.reshape(-1, 2) for side in offsets))
    assert len(found.token) == len(found.word) == len(found.share) == 0
    assert found.tokens_per_word.tolist() == [0] * words

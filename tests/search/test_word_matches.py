"""Hold which words are told to match."""

import numpy as np
import pytest

from projector.search.word_matches import TokenStretch, word_matches

EAST, NORTH = [1.0, 0.0], [0.0, 1.0]


def stretch(text, *tokens):
    """Return a text whose tokens are (words, vector), each found behind the one before."""
    offsets, end = [], 0
    for words, _ in tokens:
        start = text.index(words, end)
        end = start + len(words)
        offsets.append((start, end))
    vectors = np.array([vector for _, vector in tokens], np.float32)
    return TokenStretch(text, "es", vectors, np.array(offsets, np.int64))


def test_a_word_is_matched_by_the_mean_of_its_tokens():
    query = stretch("dolor, tos", ("do", EAST), ("lor", EAST), (",", EAST), ("tos", NORTH))
    text = stretch("cough or pain.", ("cough", NORTH), ("or", NORTH), ("pain", EAST), (".", EAST))
    pain, cough = word_matches(query, text)
    assert (pain.query, pain.text, pain.start, pain.end) == ("dolor", "pain", 9, 13)
    assert (cough.query, cough.text, cough.cosine) == ("tos", "cough", pytest.approx(1))
    moved = pain.behind(5)
    assert (moved.start, moved.end) == (14, 18)


def test_what_has_no_words_matches_none():
    dots, word = stretch("...", ("...", EAST)), stretch("tos", ("tos", EAST))
    assert word_matches(dots, word) == word_matches(word, dots) == ()

"""Links between words, read off an alignment of tokens, checked against plain loops."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_alignment import whole
from stretches import stretches

from projector.align.weights import Alignment
from projector.align.word_links import link_words, word_links
from projector.models.character_ngrams import TinyEncoder
from projector.text.token_words import tokens_in_words


def aligned(matrix):
    band = whole(*matrix.shape)
    weights = torch.from_numpy(matrix).gather(1, band.columns) * (band.prior > 0)
    return Alignment(weights, band)


def slow_links(matrix, source, target, threshold):
    """Link words whose tokens give each other enough, one pair after the other."""
    mass = np.zeros((len(source.tokens_per_word), len(target.tokens_per_word)))
    for token, word, share in zip(source.token, source.word, source.share, strict=True):
        for other, column, part in zip(target.token, target.word, target.share, strict=True):
            mass[word, column] += matrix[token, other] * share * part
    links = {}
    for word, column in np.argwhere(mass > 0).tolist():
        given, received = mass[word].sum(), mass[:, column].sum()
        strength = mass[word, column] / np.sqrt(given * received)
        if strength >= threshold:
            links[word, column] = strength
    return links


@given(
    stretches(least=1),
    stretches(least=1),
    stretches(least=1),
    stretches(least=1),
    st.integers(0, 9999),
)
@settings(max_examples=40, deadline=None)
def test_links_equal_a_loop_over_words(left, left_words, right, right_words, seed):
    matrix = np.random.default_rng(seed).random((len(left), len(right)), np.float32) ** 4
    source, target = tokens_in_words(left, left_words), tokens_in_words(right, right_words)
    found = word_links(aligned(matrix), source, target, threshold=0.3)
    expected = slow_links(matrix, source, target, 0.3)
    border = {pair for pair, strength in expected.items() if strength < 0.3001}
    assert {(word, column) for word, column, _ in found} ^ expected.keys() <= border
    for word, column, strength in found:
        assert strength == pytest.approx(expected.get((word, column), 0.3), abs=1e-4)


def test_words_link_to_themselves():
    words = ["fiebre", "alta", "y", "dolor", "lumbar"]
    links = link_words(words, words, TinyEncoder())
    assert links >= {(number, number) for number in range(len(words))}


def test_words_that_stand_elsewhere_are_found_there():
    links = link_words(["tos", "y", "fiebre"], ["fiebre", "y", "tos"], TinyEncoder())
    assert {(0, 2), (2, 0)} <= links


@pytest.mark.parametrize(("source", "target"), [([], []), ([], ["tos"]), (["tos"], [])])
def test_without_words_there_are_no_links(source, target):
    assert link_words(source, target, TinyEncoder()) == frozenset()

"""The pieces of a mention that stand apart from its span."""

import numpy as np
from slow_candidates import whole_rows

from projector.decode.decoded import Decoded
from projector.decode.discontinuous import discontinuous_parts
from projector.text.words import find_words


def pieces_of(coverage, purity, chosen, *, text="a b c d e f g h i j", reach=4):
    words = find_words(text, "es")
    count = len(words)
    first, last = np.array([chosen[0]]), np.array([chosen[1]])
    shares = (np.zeros((1, count), np.float32), np.zeros((1, count), np.float32))
    for row, values in zip(shares, (coverage, purity), strict=True):
        for word, value in values.items():
            row[0, word] = value
    decoded = Decoded(first, last, np.ones(1, np.float32))
    return discontinuous_parts(
        whole_rows(*shares), decoded, words, coverage=0.2, purity=0.8, reach=reach
    )


def test_a_piece_needs_mass_and_grows_over_pure_neighbours():
    pure = {4: 0.9, 5: 0.9, 6: 0.8, 7: 0.7}
    assert pieces_of({5: 0.2}, pure, (1, 2)) == [(0, 4, 6)]  # word 6 is out of reach
    assert pieces_of({5: 0.2}, pure, (1, 2), reach=9) == [(0, 4, 7)]
    assert pieces_of({5: 0.19}, pure, (1, 2)) == []
    assert pieces_of({5: 0.2}, {5: 0.79}, (1, 2)) == []
    assert pieces_of({4: 0.3, 5: 0.3}, pure, (1, 2)) == [(0, 4, 6)]


def test_a_piece_touches_no_chosen_span_and_stands_within_reach():
    mass, pure = dict.fromkeys(range(10), 0.2), dict.fromkeys(range(10), 1.0)
    assert pieces_of(mass, pure, (4, 5), reach=3) == [(0, 1, 3), (0, 6, 8)]
    assert pieces_of(mass, pure, (0, 9), reach=3) == []


def test_a_mention_without_a_span_has_no_pieces():
    assert pieces_of({5: 0.5}, {5: 1.0}, (-1, -1)) == []


def test_signs_are_no_pieces():
    assert pieces_of({3: 0.5}, {3: 1.0}, (0, 1), text="a b c , e") == []

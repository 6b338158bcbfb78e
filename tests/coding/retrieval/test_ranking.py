"""Hold how codes are ranked by their terms, and what a ranking gives back."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from projector.coding.retrieval.ranking import Ranking, best_of_terms, joined, starts_of

COUNTS = st.lists(st.integers(1, 4), min_size=1, max_size=8)


@given(COUNTS, st.integers(1, 9), st.data())
def test_a_code_counts_as_its_best_term_and_rankings_fall(counts, most, data):
    owner = [code for code, count in enumerate(counts) for _ in range(count)]
    value = st.one_of(st.just(-np.inf), st.sampled_from([0.1, 0.2, 0.5, 0.9]))
    own = data.draw(st.lists(value, min_size=len(owner), max_size=len(owner)))
    found = best_of_terms(np.array([own], np.float32), starts_of(owner), most)
    best = {}
    for term, (code, score) in enumerate(zip(owner, own, strict=True)):
        if score > best.get(code, (-np.inf, 0))[0]:
            best[code] = (score, term)
    expected = sorted(best, key=lambda code: (-best[code][0], code))[:most]
    assert [code for code, _ in found.row(0)] == expected
    assert found.terms[0, : len(expected)].tolist() == [best[code][1] for code in expected]
    assert [score for _, score in found.row(0)] == [np.float32(best[code][0]) for code in expected]


def ranking(*codes):
    numbers = np.array([codes])
    return Ranking(numbers, -numbers.astype(np.float32), numbers + 10)


def test_a_row_ends_where_there_are_no_more_codes():
    short = ranking(2, 5, -1)
    assert short.row(0) == [(2, -2.0), (5, -5.0)]
    assert short.found_by(0) == [12, 15]
    assert short.top(1).row(0) == [(2, -2.0)]


def test_rankings_are_joined_and_taken_apart():
    both = joined([ranking(1, 2), ranking(3, 4)], 2)
    assert both.codes.tolist() == [[1, 2], [3, 4]]
    assert both.rows([1, 0, 1]).codes.tolist() == [[3, 4], [1, 2], [3, 4]]
    assert joined([], 5).codes.shape == (0, 5)


def test_codes_can_be_put_into_another_order():
    turned = ranking(1, 2).in_order(np.array([[1, 0]]), np.array([[0.9, 0.1]], np.float32))
    assert turned.codes.tolist() == [[2, 1]] and turned.terms.tolist() == [[12, 11]]
    assert turned.scores.tolist() == [[np.float32(0.9), np.float32(0.1)]]

"""Hold which codes are next to which, and what is drawn of them."""

import numpy as np
import pytest
import torch
from coded_names import CODES
from hypothesis import given
from hypothesis import strategies as st

from projector.coding.code_list import make_list
from projector.coding.normalize import plain
from projector.coding.retrieval.ranking import Ranking
from projector.training.coder.examples import CodedText
from projector.training.coder.hard_negatives import (
    Listed,
    Neighbours,
    drawn,
    meanings_of,
    short_lists,
)

NEAR = Neighbours.of(CODES)  # of E11.0, E11.9, I10 and R05
codes = st.lists(
    st.sampled_from(["E11", "E11.0", "E119", "I10", "I10.X", "R05", "Z99.1", "D014867"]),
    min_size=1,
    max_size=6,
    unique_by=str,
)


def test_codes_of_a_category_are_neighbours_and_the_others_those_beside():
    assert [*map(list, NEAR.near)] == [[1], [0], [1, 3], [2]]


@given(codes)
def test_nobody_is_a_neighbour_of_itself_and_only_the_lonely_have_none(listed):
    near = Neighbours.of(make_list("x", [(code, "es", code) for code in listed])).near
    for number, others in enumerate(near):
        assert number not in others and len(set(others)) == len(others)
        assert bool(others) == (len(listed) > 1)


def test_terms_are_those_of_each_code():
    for code, terms in enumerate(NEAR.terms):
        assert [CODES.terms[term].code for term in terms] == [code] * len(terms)
    assert sum(map(len, NEAR.terms)) == len(CODES.terms)


def test_an_example_is_held_against_another_name_of_its_code_if_there_is_one():
    example = CodedText("ESSENTIAL hypertension", 2, "en", "gold")
    found = {CODES.terms[NEAR.name(example)].text for _ in range(60)}
    assert found == {"Hipertensión arterial", "Arterial hypertension"}
    alone = CodedText("Tos.", 3, "es", "gold")
    assert plain(CODES.terms[NEAR.name(alone)].text) == plain(alone.text)


def test_rivals_are_neighbours_terms_as_many_as_are_asked_for():
    assert NEAR.rivals(2, 0) == []
    rivals = {CODES.terms[term].code for term in NEAR.rivals(2, 60)}
    assert rivals == {1, 3} and len(NEAR.rivals(2, 60)) == 60
    lonely = Neighbours.of(make_list("x", [("R05", "es", "Tos")]))
    assert lonely.rivals(0, 5) == []
    assert {CODES.terms[term].code for term in NEAR.rivals(2, 60, {1})} == {3}
    assert NEAR.rivals(2, 5, {1, 3}) == []


def test_torchs_seed_decides_what_is_drawn():
    def draw(seed):
        torch.manual_seed(seed)
        return [drawn("abcdefgh") for _ in range(20)], NEAR.rivals(2, 20)

    assert draw(3) == draw(3) != draw(4)


def test_every_item_can_be_drawn_and_nothing_of_nothing():
    assert {drawn([1, 2, 3]) for _ in range(100)} == {1, 2, 3}
    with pytest.raises(RuntimeError):
        drawn([])


def ranking(*rows):
    """Return rankings of codes whose terms have ten times their number."""
    codes = np.array(rows)
    scores = np.tile(np.array([0.9, 0.7, 0.5], np.float32), (len(rows), 1))
    return Ranking(codes, np.where(codes < 0, -np.inf, scores), codes * 10)


def test_a_short_list_tells_mistakes_from_what_lies_behind_the_right_code():
    examples = [CodedText("a", 2, "", "gold"), CodedText("b", 7, "", "gold")]
    first, second = short_lists(examples, ranking([1, 2, 3], [4, 5, -1]), meanings_of(examples))
    scored = pytest.approx
    assert first.right == Listed(20, scored(0.7)) and not first.named
    assert first.mistakes == [Listed(10, scored(0.9))]
    assert first.others == [Listed(30, scored(0.5))] and first.least == scored(0.5)
    assert second.right is None and [one.term for one in second.mistakes] == [40, 50]
    assert second.least == scored(0.7) and second.others == []


def test_codes_that_a_wording_has_elsewhere_are_no_mistakes():
    examples = [CodedText("Tos", 2, "", "gold"), CodedText("tos.", 1, "", "gold")]
    meanings = meanings_of(examples)
    assert meanings == {plain("tos"): {1, 2}}
    (first, second) = short_lists(examples, ranking([1, 2, 3], [3, 2, 1]), meanings)
    assert first.mistakes == [] and [one.term for one in first.others] == [30]
    assert [one.term for one in second.mistakes] == [30] and second.right is not None


def test_what_names_a_code_is_known():
    examples = [CodedText("a", 1, "", "gold")]
    found = ranking([1, 2, 3])
    found.scores[0, 0] = 1
    assert [one.named for one in short_lists(examples, found, meanings_of(examples))] == [True]

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.evaluation.metrics import alignment_error_rate, score_links

links = st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3)))
sentences = st.lists(st.tuples(links, links, links), max_size=4)


@given(sentences)
def test_it_is_the_published_formula_over_all_sentences(cases):
    sure = {(n, link) for n, (of_sure, _, _) in enumerate(cases) for link in of_sure}
    may = sure | {(n, link) for n, (_, of_possible, _) in enumerate(cases) for link in of_possible}
    found = {(n, link) for n, (_, _, of_found) in enumerate(cases) for link in of_found}
    gold, possible, predicted = ([list(case[side]) for case in cases] for side in (0, 1, 2))
    scores = score_links(gold, predicted, possible=possible)
    assert scores.precision == (len(found & may) / len(found) if found else 0.0)
    assert scores.recall == (len(found & sure) / len(sure) if sure else 0.0)
    together = len(found) + len(sure)
    expected = 1 - (len(found & sure) + len(found & may)) / together if together else 0.0
    assert scores.error_rate == pytest.approx(expected)


@given(sentences)
def test_with_sure_links_only_it_is_what_f1_leaves(cases):
    gold, predicted = [case[0] for case in cases], [case[2] for case in cases]
    scores = score_links(gold, predicted)
    if scores.sure and scores.predicted:
        assert scores.error_rate == pytest.approx(1 - scores.f1)
    assert alignment_error_rate(gold, predicted) == scores.error_rate


def test_possible_links_cost_nothing_whether_found_or_not():
    sure, possible = [{(0, 0)}], [{(0, 1), (1, 1)}]
    for predicted in ({(0, 0)}, {(0, 0), (1, 1)}):
        assert score_links(sure, [predicted], possible=possible).error_rate == 0.0
    assert score_links(sure, [{(0, 0), (0, 0)}]).predicted == 1


def test_the_sides_must_be_of_as_many_sentences():
    with pytest.raises(ValueError, match="zip"):
        score_links([set()], [])

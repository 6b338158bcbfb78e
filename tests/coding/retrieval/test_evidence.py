"""Hold what is noted for and against each code that a mention may mean."""

import numpy as np
import pytest

from projector.coding.code_list import make_list
from projector.coding.retrieval.evidence import FEATURES, Candidate, Evidence, candidates_of
from projector.coding.retrieval.ranking import Ranking

CODES = make_list(
    "test",
    [
        ("E11.0", "es", "Diabetes mellitus tipo 2 con coma"),
        ("E11.9", "en", "Type 2 diabetes mellitus"),
        ("E11.9", "es", "Diabetes mellitus tipo 2"),
        ("R05", "es", "Tos"),
    ],
)


def ranking(codes, scores, terms):
    return Ranking(np.array([codes]), np.array([scores], np.float32), np.array([terms], np.int64))


def said(features, row):
    return dict(zip(FEATURES, features[row].tolist(), strict=True))


def test_the_candidates_of_two_rankings_are_put_together():
    near, alike = ranking([1, 0, -1], [1, 0.5, -np.inf], [2, 0, -1]), ranking([2], [0.25], [3])
    assert candidates_of(near, alike, 0) == [
        Candidate(1, 1.0, 0.25, 2, 2),
        Candidate(0, 0.5, 0.25, 0, 0),
        Candidate(2, 0.5, 0.25, 3, 3),
    ]
    assert candidates_of(None, alike, 0) == [Candidate(2, 0.0, 0.25, 3, 3)]
    reread = ranking([0, 1], [0.75, 0.125], [0, 2])
    assert [one.read for one in candidates_of(near, alike, 0, reread)] == [0.125, 0.75, 0.125]
    assert candidates_of(None, ranking([-1], [-np.inf], [-1]), 0) == []


def test_what_speaks_for_a_code_is_read_off_rankings_names_and_code():
    candidates = [Candidate(1, 1.0, 0.5, 2, 1), Candidate(0, 0.75, 0.75, 0, 0)]
    features = Evidence(CODES).features("diabetes  Mellitus TIPO 2", "es", {1}, candidates)
    named, other = said(features, 0), said(features, 1)
    assert (named["named"], named["alone"], named["namesakes"]) == (1, 1, 1)
    assert (named["cosine_ahead"], named["cosine_rank"]) == (0.25, 0)
    assert (named["share_ahead"], named["share_rank"]) == (-0.25, 1)
    assert named["alike"] == named["said"] == named["meant"] == named["native"] == 1
    assert 0 < named["said_called"] < 1 and named["called_so"] == 0
    assert (named["unspecified"], named["zero"], named["depth"], named["kin"]) == (1, 0, 4, 2)
    assert (other["named"], other["cosine_ahead"], other["share_ahead"]) == (0, -0.25, 0.25)
    assert other["said"] == 1 and other["meant"] == pytest.approx(21 / 28) and other["beyond"] == 2
    assert other["zero"] == other["called_so"] == other["of_nearest_category"] == 1


@pytest.mark.parametrize(
    ("text", "said", "partly"),
    [("diabético", 0, 1), ("febril", 0, 0), ("diabéticos febril", 0, 10 / 16)],
)
def test_inflected_words_are_shared_partly(text, said, partly):
    (row,) = Evidence(CODES).features(text, "es", set(), [Candidate(1, 0, 0.5, 2, 2)])
    told = dict(zip(FEATURES, row.tolist(), strict=True))
    assert (told["said"], told["said_partly"]) == (said, pytest.approx(partly))


def test_a_name_is_ahead_where_nothing_else_is_found_and_anything_else_is_not():
    for score, ahead in ((1.0, 1.0), (0.75, 0.0)):
        (row,) = Evidence(CODES).features("tos", "es", set(), [Candidate(2, 0, score, 3, 3)])
        assert dict(zip(FEATURES, row.tolist(), strict=True))["share_ahead"] == ahead


def test_what_a_reranker_says_is_noted_beside_what_it_read():
    candidates = [Candidate(1, 0.5, 0, 2, 1, 0.25), Candidate(0, 0.25, 0, 0, 0, 0.75)]
    features = Evidence(CODES).features("azúcar", "es", set(), candidates)
    nearer, surer = said(features, 0), said(features, 1)
    assert (nearer["cosine_rank"], nearer["read_rank"]) == (0, 1)
    assert (surer["read"], surer["read_ahead"], surer["read_rank"]) == (0.75, 0.5, 0)

"""Hold how codes are found by the characters of their names."""

import numpy as np

from projector.coding.code_list import make_list
from projector.coding.normalize import words
from projector.coding.retrieval.bm25 import Lexical

CODES = make_list(
    "test",
    [
        ("A00", "es", "Cólera"),
        ("E11.9", "es", "Diabetes mellitus tipo 2, sin complicación"),
        ("E11.9", "en", "Type 2 diabetes mellitus"),
        ("E10.9", "es", "Diabetes mellitus tipo 1, sin complicación"),
        ("I10", "es", "Hipertensión arterial"),
        ("N39.0", "es", "Infección de vías urinarias"),
    ],
)


def named(ranking, row=0):
    return [CODES.codes[code] for code, _ in ranking.row(row)]


def test_what_shares_rare_parts_is_found_and_nothing_else():
    retriever = Lexical(CODES)
    found = retriever.find(["diabetes tipo 1", "infeccion urinaria", "xyz", ""], 3)
    assert named(found)[0] == "E10.9" and named(found, 1)[0] == "N39.0"
    assert named(found, 2) == named(found, 3) == []
    assert (np.diff(found.scores[0][:2]) <= 0).all()
    assert 0 < found.scores[0][0] < 1


def test_texts_may_be_cut_into_words_instead():
    ranking = Lexical(CODES, words).find(["diabetes", "diabet"], 3)
    assert {*named(ranking)} == {"E10.9", "E11.9"} and named(ranking, 1) == []


def test_no_queries_have_no_rankings():
    assert len(Lexical(CODES).find([], 3)) == 0

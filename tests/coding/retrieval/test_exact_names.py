"""Hold that codes whose name a mention is go before others."""

import numpy as np

from projector.coding.code_list import make_list
from projector.coding.retrieval.bm25 import Lexical
from projector.coding.retrieval.exact_names import ExactNameFirst
from projector.coding.retrieval.ranking import best_of_terms

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
ROWS = [("D", "es", "Tres")]


def test_a_description_itself_is_found_first_and_surely():
    retriever = ExactNameFirst(CODES, Lexical(CODES))
    found = retriever.find([term.text.upper() for term in CODES.terms], 2)
    assert found.codes[:, 0].tolist() == [term.code for term in CODES.terms]
    assert found.terms[:, 0].tolist() == list(range(len(CODES.terms)))
    assert (found.scores[:, 0] == 1).all() and (found.scores[:, 1] < 1).all()


class Fixed:
    """Finds the same for all."""

    def find(self, queries, most):
        scores = np.array([[1, -np.inf, 0.6, 0.5, -np.inf]] * len(queries), np.float32)
        return best_of_terms(scores, np.array([0, 1, 3, 4]), most)


def test_named_codes_go_first_in_the_order_of_the_retriever():
    rows = [("A", "es", "Uno"), ("B", "es", "Dos"), ("B", "es", "x"), ("C", "es", "DOS"), *ROWS]
    found = ExactNameFirst(make_list("x", rows), Fixed()).find(["dós", "uno", "otro"], 3)
    assert [found.row(0)[at][0] for at in range(3)] == [1, 2, 0]
    assert found.scores[0, :2].tolist() == [1, 1] and found.scores[0, 2] < 1
    assert found.terms[0].tolist() == [1, 3, 0]
    assert found.row(1)[0] == (0, 1.0)
    assert [code for code, _ in found.row(2)] == [0, 1, 2] and found.scores[2, 0] < 1

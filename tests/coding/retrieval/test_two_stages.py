"""Hold how a short list is retrieved and then reranked."""

import numpy as np
import pytest
import torch

from projector.coding.code_list import make_list
from projector.coding.retrieval.cross_encoder import CrossEncoder
from projector.coding.retrieval.ranking import best_of_terms, starts_of
from projector.coding.retrieval.two_stages import RetrieveRerank, reading
from projector.models import load

CODES = make_list(
    "test",
    [
        ("E11.0", "es", "Diabetes mellitus tipo 2, con coma"),
        ("E11.0", "en", "Type 2 diabetes mellitus: with coma"),
        ("E11.9", "es", "Diabetes mellitus tipo 2, no especificada"),
        ("E11.9", "en", "Type 2 diabetes mellitus without complications"),
        ("I10", "es", "Hipertensión arterial"),
        ("I10", "en", "Essential hypertension"),
        ("I10", "en", "Arterial hypertension"),
        ("R05", "es", "Tos"),
    ],
)


class Said:
    """Finds codes that it was made with, their terms being their scores' places."""

    def __init__(self, *rows):
        self.rows = np.array(rows, np.float32)

    def find(self, queries, most):
        return best_of_terms(
            self.rows[: len(queries)], starts_of([t.code for t in CODES.terms]), most
        )


def test_only_what_is_not_named_is_reordered(checkpoints):
    encoder = load(str(checkpoints / "bert"), granularity="window", device="cpu")
    torch.manual_seed(0)
    cross = CrossEncoder(encoder, torch.nn.Linear(encoder.dimension, 1))
    none = -np.inf
    named = [0.2, none, none, none, 1.0, none, none, none]
    unnamed = [0.5, 0.3, none, 0.4, none, none, none, 0.1]
    found = RetrieveRerank(CODES, Said(named, unnamed), cross).find(["x", "tos seca"], 3)
    assert found.row(0) == [(2, 1.0), (0, pytest.approx(0.2))]
    read = {0: 0, 1: 3, 3: 7}  # by code the term that it was found by
    scores = cross.predict([("tos seca", reading(CODES, *one)) for one in read.items()])
    order = [[*read][at] for at in np.argsort(-scores)]
    assert [code for code, _ in found.row(1)] == order
    assert sum(score for _, score in found.row(1)) == pytest.approx(1)
    assert [int(term) for term in found.terms[1]] == [read[code] for code in order]
    told = CrossEncoder(encoder, cross.head, first_weight=1000.0)
    found = RetrieveRerank(CODES, Said(named, unnamed), told).find(["x", "tos seca"], 3)
    assert [code for code, _ in found.row(1)] == [0, 1, 3]


def test_the_name_that_a_code_was_found_by_is_read_beside_what_it_is_called():
    codes = make_list(
        "x",
        [
            ("I10", "es", "Hipertensión, no especificada"),
            ("I10", "es", "hipertension"),
            ("I10", "en", "High blood pressure"),
        ],
    )
    assert [reading(codes, 0, term) for term in range(3)] == [
        "Hipertensión, no especificada",
        "Hipertensión, no especificada",
        "High blood pressure; Hipertensión, no especificada",
    ]

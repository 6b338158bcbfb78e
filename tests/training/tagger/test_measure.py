"""Hold from which probability on a tagger's spans are told: what serves it best where gold is."""

import numpy as np
import pytest
import torch

from projector.document import Document
from projector.tagging.bio import BEGIN, OUTSIDE
from projector.tagging.head import Head
from projector.tagging.span_calibration import MIN_PROBABILITY
from projector.training.tagger.data import Annotated
from projector.training.tagger.measure import ScoredDocument, measure
from schemas.tagger_training import HeadConfiguration

TEXT = "a b c d"
OFFSETS = np.array([[0, 1], [2, 3], [4, 5], [6, 7]])


def scored(right, *shares, types=None):
    """Return a document in which tokens begin spans with such shares, and some do in gold."""
    spans = [(2 * place, 2 * place + 1, "D") for place in right]
    scores = torch.full((4, 1, 3), -20.0)
    scores[:, 0, BEGIN] = torch.tensor(shares).log()
    scores[:, 0, OUTSIDE] = (1 - torch.tensor(shares)).log()
    return ScoredDocument(
        Annotated("x", Document.from_spans(TEXT, spans, language="es"), types), OFFSETS, scores
    )


def head(chain=True):
    return Head(4, 1, HeadConfiguration(kind="linear", dropout=0, crf=chain)).eval()


@pytest.mark.parametrize(
    ("right", "shares", "expected"),
    [
        ([0, 1, 2], (0.9, 0.22, 0.22, 0.02), 0.2),  # what is right is seldom sure
        ([0], (0.9, 0.42, 0.42, 0.02), 0.45),  # what is wrong is likely
        ([0, 1], (0.9, 0.8, 0.02, 0.02), MIN_PROBABILITY),  # all is one
    ],
)
def test_the_probability_that_finds_most_is_taken(right, shares, expected):
    measured = measure(head(), ["D"], {"s": [scored(right, *shares)]})
    assert measured.min_probability == expected
    assert measured.figures == {"strict s D": 1.0, "character s D": 1.0} and measured.score == 1
    (found,) = measured.found["s"][0]
    assert found.spans.tolist() == OFFSETS[right].tolist()


def test_it_serves_all_sets_together_and_of_a_document_what_it_is_annotated_with():
    seldom, sure = scored([0, 1], 0.9, 0.22, 0.02, 0.02), scored([0], 0.9, 0.22, 0.02, 0.02)
    assert (
        measure(head(), ["D"], {"a": [seldom], "b": [seldom], "c": [sure]}).min_probability == 0.2
    )
    unknown = scored([], 0.9, 0.9, 0.9, 0.9, types=())
    both = measure(head(), ["D"], {"a": [sure, unknown]})
    assert both.figures == {"strict a D": 1.0, "character a D": 1.0}


def test_a_head_without_a_chain_tells_what_its_best_labels_say():
    measured = measure(head(chain=False), ["D"], {"s": [scored([0], 0.52, 0.48, 0.48, 0.02)]})
    assert measured.figures["strict s D"] == 1.0


def test_nothing_is_measured_of_nothing():
    none = ScoredDocument(
        Annotated("x", Document.from_spans("", [], language="es"), None),
        np.zeros((0, 2), np.int64),
        torch.zeros(0, 0, 0),
    )
    for chain in (True, False):
        measured = measure(head(chain), ["D"], {"s": [none]})
        assert measured.figures == {} and measured.score == -1 and measured.found == {"s": [[]]}

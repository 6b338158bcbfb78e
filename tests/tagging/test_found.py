"""Hold which spans a head's scores are read as, and how likely each is said to be."""

import numpy as np
import torch

from projector.tagging.bio import BEGIN, INSIDE, OUTSIDE
from projector.tagging.found import find_spans
from projector.tagging.head import Head
from schemas.tagger_training import HeadConfiguration

OFFSETS = np.array([[0, 3], [4, 9], [9, 12], [13, 20]])


def scores_of(*columns, sure=3.0):
    """Return scores by which each type has the labels of its column."""
    labels = torch.tensor(columns).T
    return sure * torch.nn.functional.one_hot(labels, 3).float()


def test_spans_are_characters_and_have_the_chance_of_their_labels():
    head = Head(4, 2, HeadConfiguration(kind="linear", dropout=0))
    scores = scores_of([OUTSIDE, BEGIN, INSIDE, OUTSIDE], [BEGIN, OUTSIDE, OUTSIDE, BEGIN])
    disease, symptom = find_spans(head, ("DISEASE", "SYMPTOM"), scores, OFFSETS)
    assert (disease.label, disease.spans.tolist()) == ("DISEASE", [[4, 12]])
    assert (symptom.label, symptom.spans.tolist()) == ("SYMPTOM", [[0, 3], [13, 20]])
    share = float(torch.softmax(torch.tensor([3.0, 0.0, 0.0]), 0)[0])
    other = (1 - share) / 2
    expected = (share + other * share) * share * (1 - other)
    np.testing.assert_allclose(disease.probabilities, [expected], rtol=1e-6)


def test_a_type_that_is_nowhere_has_no_spans():
    head = Head(4, 1, HeadConfiguration(kind="linear", dropout=0, crf=True))
    (nothing,) = find_spans(head, ("D",), scores_of([OUTSIDE] * 4), OFFSETS)
    assert nothing.spans.shape == (0, 2) and nothing.probabilities.shape == (0,)

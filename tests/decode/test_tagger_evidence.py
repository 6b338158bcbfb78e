import numpy as np

from projector.decode.tagger_evidence import SpanEvidence, TokenEvidence
from projector.document import Document, Fragment, Mention

WORDS = np.array([[0, 6], [7, 11], [12, 13], [14, 17]])


def test_predictions_are_certain_of_their_edges_and_know_their_labels_only():
    mentions = (
        Mention("T1", "X", (Fragment(0, 11),)),
        Mention("T2", "Y", (Fragment(14, 17),)),
        Mention("T3", "Y", (Fragment(11, 12),)),  # no word's
    )
    found = SpanEvidence(Document("d", "es", "fiebre alta y tos", mentions))
    begins, ends = found.edges(WORDS, ["X", "Y", "Z", "X"])
    assert begins.tolist() == [[1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0], [1, 0, 0, 0]]
    assert ends.tolist() == [[0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0], [0, 1, 0, 0]]
    assert found.inside(WORDS, ["X"]).tolist() == [[True, True, False, False]]


def test_a_word_is_as_likely_an_edge_as_its_likeliest_token():
    tokens = np.array([[0, 3], [3, 6], [7, 11], [14, 17]])
    values = np.array([[0.1, 0.9], [0.7, 0.2], [0.4, 0.3], [0.8, 0.6]], np.float32)
    found = TokenEvidence(("X", "Y"), tokens, values, values, values[::-1])
    begins, ends = found.edges(WORDS, ["Y", "X", "Z"])
    expected = np.array([[0.9, 0.3, 0, 0.6], [0.7, 0.4, 0, 0.8], [0, 0, 0, 0]], np.float32)
    assert (begins == expected).all()
    assert np.allclose(ends[0], [0.6, 0.2, 0, 0.9])
    assert found.inside(WORDS, ["X"]).tolist() == [[True, False, False, True]]


def test_of_an_empty_text_nothing_is_said():
    none = np.zeros((0, 1), np.float32)
    found = TokenEvidence(("X",), np.empty((0, 2), np.int64), none, none, none)
    assert found.edges(WORDS, ["X"])[0].tolist() == [[0, 0, 0, 0]]

"""Sentences are chained with what stands in their places, and with no two others."""

import numpy as np
import torch

from projector.audit.sentence_chain import SentencePairs, mean_vectors, sentence_chain

NONE = SentencePairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
EYE = torch.nn.functional.normalize(torch.eye(4) + 0.2, dim=-1)


def chained(first, second, *, sizes=None, links=NONE, expected=None):
    sizes = sizes or (np.full(len(first), 5), np.full(len(second), 5))
    chain = sentence_chain((first, second), sizes, links, expected or list(range(len(first))))
    return list(zip(chain.rows.tolist(), chain.columns.tolist(), strict=True))


def test_sentences_that_resemble_each_other_are_chained_by_their_places():
    twins = EYE[[0, 1, 1, 2]]
    linked = SentencePairs(np.array([1, 2]), np.array([2, 1]), np.array([1.0, 1.0]))
    assert chained(twins, twins, links=linked) == [(0, 0), (1, 1), (2, 2), (3, 3)]


def test_a_sentence_without_a_counterpart_has_no_partner():
    assert chained(EYE, EYE[[0, 2, 3]]) == [(0, 0), (2, 1), (3, 2)]


def test_linked_tokens_decide_between_what_is_equally_alike():
    same = EYE[[0, 0]]
    linked = SentencePairs(np.array([0]), np.array([1]), np.array([4.0]))
    assert chained(EYE[[0]], same, links=linked) == [(0, 1)]


def test_a_partner_is_looked_for_around_where_it_is_expected():
    many, wanted = torch.eye(4)[[0, *[1] * 20, 2]], torch.eye(4)[[2]]
    assert chained(wanted, many, expected=[0]) == []
    assert chained(wanted, many, expected=[20]) == [(0, 21)]


def test_without_sentences_there_is_no_chain():
    nothing = torch.zeros(0, 4)
    assert chained(nothing, EYE) == chained(EYE, nothing) == chained(nothing, nothing) == []


def test_the_mean_vector_of_a_sentence_is_of_its_tokens_alone():
    means = mean_vectors(np.array([0, -1, 1, 1]), 3, torch.eye(4))
    assert torch.allclose(means[1], torch.tensor([0.0, 0, 0.5, 0.5]) * 2**0.5)
    assert means[2].tolist() == [0.0] * 4

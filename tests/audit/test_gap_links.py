"""Sentences that alone are left between linked ones are each other's counterpart."""

import numpy as np
import torch

from projector.audit.gap_links import gap_pairs


def pairs(vectors, *, sizes=(2, 2), anchors=((0, 0), (2, 2))):
    members = np.array([0, 1, 1, 2]), np.array([0, 1, 1, 2])
    counts = np.array([1, sizes[0], 1]), np.array([1, sizes[1], 1])
    return gap_pairs([1], [1], anchors, counts, members, vectors)


EYE = torch.eye(4)
ALIKE = EYE + 0.5


def test_the_only_ones_in_a_gap_are_a_pair_if_they_are_somewhat_alike():
    assert pairs((ALIKE, ALIKE)) == [(1, 1)]
    assert pairs((EYE, EYE.flip(0) * torch.tensor([1.0, -1, -1, 1]))) == []


def test_a_sentence_is_no_counterpart_of_a_much_longer_one():
    assert pairs((ALIKE, ALIKE), sizes=(2, 20)) == []


def test_sentences_in_different_gaps_are_no_pair():
    assert pairs((ALIKE, ALIKE), anchors=((0, 2),)) == []


def test_without_any_there_is_none():
    sizes = np.zeros(0, np.int64), np.zeros(0, np.int64)
    assert gap_pairs([], [], [], sizes, sizes, (EYE, EYE)) == []

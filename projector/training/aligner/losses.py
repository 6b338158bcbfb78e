"""Compare a student's similarities with its target: pure functions of tensors."""

from __future__ import annotations

import torch
from torch import Tensor

_TINY = 1e-9
_HOPELESS = 0.01  # membership that a gold token must have to count


def cosine_loss(similarity: Tensor, target: Tensor) -> Tensor:
    """Return how far rows and columns point away from the target's (ClinicalAligner26AM, §2).

    Args:
        similarity: [S, T] the student's cosines, as they are.
        target: [S, T], at least 0; its scale does not matter.

    Returns:
        A scalar in [0, 4], 0 where every row and column is the target's but for its length.
    """
    cosine = torch.nn.functional.cosine_similarity
    rows = cosine(similarity, target, dim=1, eps=_TINY).mean()
    columns = cosine(similarity, target, dim=0, eps=_TINY).mean()
    return 2 - rows - columns


def divergence_loss(similarity: Tensor, target: Tensor, *, temperature: float) -> Tensor:
    """Return the Kullback–Leibler divergence of both directions' softmax from the target's shares.

    Args:
        similarity: [S, T].
        target: [S, T]; each row and column is taken as a distribution, empty ones are left out.
        temperature: Of the student's softmax.
    """
    total = similarity.new_zeros(())
    for dim in (1, 0):
        mass = target.sum(dim, keepdim=True)
        wanted = target / mass.clamp_min(_TINY)
        logarithms = torch.log_softmax(similarity / temperature, dim)
        known = torch.xlogy(wanted, wanted) - wanted * logarithms
        total = total + known.sum() / (mass > 0).sum().clamp_min(1)
    return total


def self_training_loss(similarity: Tensor, target: Tensor, *, temperature: float) -> Tensor:
    """Return how much of both directions' softmax misses the target (Dou and Neubig 2021, §2.2).

    Unlike a divergence it is bounded: a pair that the student finds hopeless weighs little, so
    that a target's mistakes do less harm.

    Args:
        similarity: [S, T].
        target: [S, T] in [0, 1].
        temperature: Of the student's softmax.

    Returns:
        A scalar in [0, 1].
    """
    rows, columns = _both_ways(similarity, temperature)
    reached = (target * (rows + columns)).sum() / 2
    return 1 - reached / target.sum().clamp_min(_TINY)


def projection_loss(
    similarity: Tensor, sources: Tensor, targets: Tensor, *, temperature: float
) -> Tensor:
    """Return how badly gold mentions are projected: what the aligner is for, made a loss.

    A mention's membership is carried over by the softmax over the other side's tokens, as at
    inference, and compared with the gold mention's by cross entropy; both ways.

    Args:
        similarity: [S, T] of one unit.
        sources: [K, S] bool, the tokens of each mention.
        targets: [K, T] bool, the tokens of its counterpart.
        temperature: Of the softmax.

    Returns:
        A scalar, the mean over mentions of the sum over tokens, a gold token counting 1.
    """
    rows, columns = _both_ways(similarity, temperature)
    forth = _membership_loss(sources.to(columns) @ columns, targets)
    return (forth + _membership_loss(targets.to(rows) @ rows.T, sources)) / 2


def _membership_loss(membership: Tensor, gold: Tensor) -> Tensor:
    wanted = gold.to(membership)
    # What is hopeless has no gradient: gold has mistakes.
    known = membership.clamp(_HOPELESS, 1 - _HOPELESS)
    entropy = torch.nn.functional.binary_cross_entropy(known, wanted, reduction="none")
    return (entropy.sum(1) / wanted.sum(1)).mean()


def consistency_loss(similarity: Tensor, *, temperature: float) -> Tensor:
    """Return how little both directions' softmax agree (Dou and Neubig 2021, §2.2).

    Returns:
        A scalar in [0, 1]: 1 minus the trace of one times the other over the shorter length.
    """
    rows, columns = _both_ways(similarity, temperature)
    return 1 - (rows * columns).sum() / min(similarity.shape)


def contrast_loss(
    similarity: Tensor, sources: Tensor, targets: Tensor, *, temperature: float
) -> Tensor:
    """Return how badly each text finds its translation among others by its tokens' best matches.

    The score of two texts is the mean, over the tokens of either, of the best similarity with a
    token of the other (ColBERT's late interaction, Khattab and Zaharia 2020, both ways); the loss
    is the cross entropy of the right partner. That two texts are translations of each other is
    something that no teacher made of the same vectors knows.

    Args:
        similarity: [S, T] between the tokens of all texts.
        sources: [S] int64, the number of the text of each token, from 0 without gaps.
        targets: [T] int64, likewise; equal numbers are translations.
        temperature: Of the softmax over texts.

    Returns:
        A scalar, 0 for a single pair.
    """
    count = int(sources[-1]) + 1
    scores = _best_by_text(similarity, sources, targets, count)
    scores = (scores + _best_by_text(similarity.T, targets, sources, count).T) / 2 / temperature
    right = torch.arange(count, device=scores.device)
    cross_entropy = torch.nn.functional.cross_entropy
    return (cross_entropy(scores, right) + cross_entropy(scores.T, right)) / 2


def _best_by_text(similarity: Tensor, rows: Tensor, columns: Tensor, count: int) -> Tensor:
    """Return [texts, texts]: the mean over a text's rows of their best in another's columns."""
    empty = similarity.new_full((len(similarity), count), -1.0)
    best = empty.scatter_reduce(1, columns.expand(len(similarity), -1), similarity, "amax")
    total = similarity.new_zeros(count, count).index_add(0, rows, best)
    return total / torch.bincount(rows, minlength=count).to(total)[:, None]


def _both_ways(similarity: Tensor, temperature: float) -> tuple[Tensor, Tensor]:
    scaled = similarity / temperature
    return torch.softmax(scaled, 1), torch.softmax(scaled, 0)

"""Compare what an encoder's views say with what their teachers say: pure functions of tensors."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def concept_loss(points: Tensor, concepts: Tensor, right: Tensor, *, temperature: float) -> Tensor:
    """Return the cross entropy of finding each mention's concept among all.

    Args:
        points: [M, d] of mentions, of length 1.
        concepts: [N, d] likewise.
        right: [M] the concept of each.
        temperature: Of the softmax.
    """
    return torch.nn.functional.cross_entropy(points @ concepts.T / temperature, right)


def distance_loss(points: Tensor, wanted: Tensor) -> Tensor:
    """Return the mean of 1 less the cosine of points [K, d] and where they should lie [K, d]."""
    return 1 - torch.nn.functional.cosine_similarity(points, wanted, dim=1).mean()


def best_matches(queries: Sequence[Tensor], texts: Sequence[Tensor]) -> Tensor:
    """Return [Q, N]: the mean over a query's tokens of their best cosine with a text's tokens.

    This is ColBERT's MaxSim (Khattab and Zaharia 2020, §3.3), a mean where it has a sum, so that
    long queries and short ones share a temperature.

    Args:
        queries: [K_i, d] tokens of length 1 of each.
        texts: [T_j, d] likewise, at least one each.
    """
    similar = torch.cat(list(queries)) @ torch.cat(list(texts)).T
    best = torch.stack(
        [part.amax(1) for part in torch.split(similar, [len(one) for one in texts], 1)], 1
    )
    parts = torch.split(best, [len(one) for one in queries])
    return torch.stack([part.mean(0) for part in parts])


def names_loss(
    queries: Sequence[Tensor],
    names: Sequence[Tensor],
    concepts: Tensor,
    owner: Tensor,
    *,
    temperature: float,
) -> Tensor:
    """Return the cross entropy of finding by best matches a name of each mention's concept.

    Args:
        queries: [K_i, d] the tokens of each of Q mentions.
        names: [T_j, d] the tokens of each of N names; the first Q are of the mentions' concepts.
        concepts: [Q] of the mentions.
        owner: [N] of the names: another name of a mention's own concept is no rival.
        temperature: Of the softmax over names.
    """
    scores = best_matches(queries, names) / temperature
    same = (concepts[:, None] == owner).to(scores.device)
    right = torch.arange(len(queries), device=scores.device)
    same[right, right] = False
    return torch.nn.functional.cross_entropy(scores.masked_fill(same, -torch.inf), right)


def translation_loss(
    sources: Sequence[Tensor], targets: Sequence[Tensor], *, temperature: float
) -> Tensor:
    """Return the cross entropy of each text finding its translation among others, both ways.

    Args:
        sources, targets: [S_i, d] and [T_i, d] the tokens of each text, equal places translations.
        temperature: Of the softmax over texts.

    Returns:
        A scalar, 0 for a single pair.
    """
    scores = (best_matches(sources, targets) + best_matches(targets, sources).T) / 2 / temperature
    right = torch.arange(len(sources), device=scores.device)
    cross_entropy = torch.nn.functional.cross_entropy
    return (cross_entropy(scores, right) + cross_entropy(scores.T, right)) / 2

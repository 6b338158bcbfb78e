"""Read word links off an alignment: for whoever wants the alignment itself, and to measure it."""

from __future__ import annotations

import torch
from torch import Tensor

from projector.align import Alignment
from projector.project import Incidence
from projector.settings import AlignSettings

# On the development half of seven gold sets, one round at temperature .1 and .35 gave a mean
# alignment error rate of .196; mutual argmax .213. Spans want a colder transport of three rounds.
WORD_SETTINGS = AlignSettings(temperature=0.1, iterations=1)
THRESHOLD = 0.35


def word_links(
    alignment: Alignment, source: Incidence, target: Incidence, *, threshold: float = THRESHOLD
) -> list[tuple[int, int, float]]:
    """Link the words that send each other much of their mass.

    Args:
        alignment: Of tokens.
        source: Which source words the source tokens stand in.
        target: Which target words the target tokens stand in.
        threshold: Least strength of a link.

    Returns:
        (source word, target word, strength), ordered; the strength in (0, 1] is the geometric
        mean of the two shares of mass that the words give each other.
    """
    mass = _gathered(_gathered(alignment.dense(), source).T, target).T
    given = mass / mass.sum(1, keepdim=True).clamp_min(1e-30)
    received = mass / mass.sum(0, keepdim=True).clamp_min(1e-30)
    strength = (given * received).sqrt()
    rows, columns = torch.nonzero(strength >= threshold, as_tuple=True)
    return list(zip(rows.tolist(), columns.tolist(), strength[rows, columns].tolist(), strict=True))


def _gathered(values: Tensor, incidence: Incidence) -> Tensor:
    """Sum the rows of [tokens, X] into [words, X]."""
    words = values.new_zeros(len(incidence.tokens_per_word), values.shape[1])
    share = torch.from_numpy(incidence.share).to(values)[:, None]
    token = torch.from_numpy(incidence.token).to(values.device)
    return words.index_add_(
        0, torch.from_numpy(incidence.word).to(values.device), values[token] * share
    )

"""Score word alignments against gold ones (Och and Ney 2003, §5.1)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

Link = tuple[int, int]


@dataclass(frozen=True, slots=True)
class LinkScores:
    """Scores of word links over all sentences together.

    Args:
        precision: Share of the predicted links that are possible.
        recall: Share of the sure links that are predicted.
        f1: Their harmonic mean.
        error_rate: 1 - (sure found + possible found) / (predicted + sure); with sure links only
            it is 1 - f1. 0 when there is neither gold nor prediction.
        sure, predicted: How many links.
    """

    precision: float
    recall: float
    f1: float
    error_rate: float
    sure: int
    predicted: int


def score_links(
    gold: Sequence[Collection[Link]],
    predicted: Sequence[Collection[Link]],
    *,
    possible: Sequence[Collection[Link]] | None = None,
) -> LinkScores:
    """Score word links, counted over all sentences together; a link given twice counts once.

    Args:
        gold: Each sentence's sure links (source word, target word).
        predicted: Each sentence's predicted links, in the same order.
        possible: Each sentence's possible links; sure ones are possible, given here or not.
            None: only the sure ones are.

    Raises:
        ValueError: They aren't of equally many sentences.
    """
    if possible is None:
        possible = gold
    sure_count = predicted_count = sure_found = possible_found = 0
    for of_gold, of_predicted, of_possible in zip(gold, predicted, possible, strict=True):
        sure, links = set(of_gold), set(of_predicted)
        sure_count += len(sure)
        predicted_count += len(links)
        sure_found += len(links & sure)
        possible_found += len(links & (sure | set(of_possible)))
    precision = possible_found / predicted_count if predicted_count else 0.0
    recall = sure_found / sure_count if sure_count else 0.0
    both = precision + recall
    together = predicted_count + sure_count
    return LinkScores(
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / both if both else 0.0,
        error_rate=1 - (sure_found + possible_found) / together if together else 0.0,
        sure=sure_count,
        predicted=predicted_count,
    )


def alignment_error_rate(
    gold: Sequence[Collection[Link]], predicted: Sequence[Collection[Link]]
) -> float:
    """Return the alignment error rate against sure links; see `score_links`."""
    return score_links(gold, predicted).error_rate

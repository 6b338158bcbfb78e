"""Measure how far reviewers agree on the mentions that both have judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from projector.corrections.given import Given


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two reviewers agree.

    Args:
        reviewers: The two; of whom nobody tells the name, the file.
        mentions: How many both have judged.
        f1: Of their spans, one's taken as the truth for the other; None where neither has any.
        kappa: Cohen's, of the decision; None where it can't be told: all decisions are the same.
    """

    reviewers: tuple[str, str]
    mentions: int
    f1: float | None
    kappa: float | None


def agreements(said: Iterable[Sequence[Given]]) -> list[Agreement]:
    """Return how far each two reviewers agree, who have a mention in common, sorted by name.

    Args:
        said: What is said of each mention, by each reviewer once.
    """
    judged: dict[tuple[str, str], list[tuple[Given, Given]]] = {}
    for given in said:
        ordered = sorted(given, key=lambda one: one.voice)
        for one, other in combinations(ordered, 2):
            judged.setdefault((one.voice, other.voice), []).append((one, other))
    return [
        Agreement(
            pair,
            len(both),
            _f1(both),
            cohens_kappa([(one.correction.decision, two.correction.decision) for one, two in both]),
        )
        for pair, both in sorted(judged.items())
    ]


def _f1(both: Sequence[tuple[Given, Given]]) -> float | None:
    spans = sum(bool(one.fragments) + bool(other.fragments) for one, other in both)
    same = sum(bool(one.fragments) and one.fragments == other.fragments for one, other in both)
    return 2 * same / spans if spans else None


def cohens_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa (1960) of two people's choices for the same things.

    Returns:
        At most 1, 0 at what chance would give; None where chance alone would agree everywhere.
    """
    if not pairs:
        return None
    total = len(pairs)
    first, second = (Counter(pair[side] for pair in pairs) for side in (0, 1))
    observed = sum(one == other for one, other in pairs)
    # As whole numbers, times the total: the comparison with certainty is exact.
    by_chance = sum(number * second[choice] for choice, number in first.items())
    if by_chance == total * total:
        return None
    return (observed * total - by_chance) / (total * total - by_chance)

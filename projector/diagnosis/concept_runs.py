"""Join neighbouring words that point to the same concept, or to one together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector.concepts.named_concepts import NamedConcepts, NearConcept
from projector.concepts.text_points import TextPoints
from projector.document import Fragment

_ABOUT = 0.05  # less of a cosine is about as near


@dataclass(frozen=True, slots=True)
class _Run:
    """Words `first` up to, without, `last`, and the concept that they point to together."""

    first: int
    last: int
    concept: NearConcept


@dataclass(frozen=True, slots=True, eq=False)
class _Text:
    """A text whose words are to be joined.

    Args:
        points: The text.
        concepts: What its words are looked up among.
        words: What each word points to by itself.
    """

    points: TextPoints
    concepts: NamedConcepts
    words: Sequence[NearConcept]

    def fragment(self, first: int, last: int) -> Fragment:
        """Return where words `first` up to `last` stand."""
        offsets = self.points.units.words.offsets
        return Fragment(int(offsets[first, 0]), int(offsets[last - 1, 1]))

    def may_join(self, word: int, group: str) -> bool:
        """Tell whether a word may stand between two that point to a block."""
        words = self.points.units.words
        return bool(
            words.function[word] or (words.lexical[word] and self.words[word].group == group)
        )

    def run(self, first: int, last: int) -> _Run | None:
        """Return words as a run, by those of them that say something; None without a token."""
        function = self.points.units.words.function
        saying = [word for word in range(first, last) if not function[word]]
        point = self.points.point_of([self.fragment(word, word + 1) for word in saying])
        if point is None:
            return None
        return _Run(first, last, self.concepts.nearest(point[None], 1)[0][0])


def concept_runs(
    points: TextPoints, concepts: NamedConcepts, threshold: float
) -> tuple[Fragment, ...]:
    """Return the runs of a text's words that point to a concept, in text order.

    A run begins as a word that lies near enough to a concept and is no function word. Words side by
    side are joined where they are no less clear together than the less clear of both. Words that
    point to the same concept or block are joined over function words, and over words that point
    there less clearly, where they are about as clear together. A run stays if it lies near enough
    to a concept as a whole.

    Args:
        points: The text.
        concepts: What its words are looked up among.
        threshold: Least cosine.
    """
    if not len(concepts) or not len(points.units.words):
        return ()
    nearest = concepts.nearest(points.word_points(), 1)
    text = _Text(points, concepts, [said[0] for said in nearest])
    runs = _single_words(text, threshold)
    while len(joined := _joined(runs, text)) < len(runs):
        runs = joined
    kept = (run for run in runs if run.concept.cosine >= threshold)
    return tuple(text.fragment(run.first, run.last) for run in kept)


def telling_words(points: TextPoints) -> NDArray[np.bool_]:
    """Return [N] which words say something by themselves: no function words, numbers, marks."""
    words = points.units.words
    return words.lexical & ~words.function & ~words.numeric


def _single_words(text: _Text, threshold: float) -> list[_Run]:
    telling = np.flatnonzero(telling_words(text.points)).tolist()
    runs = (text.run(word, word + 1) for word in telling if text.words[word].cosine >= threshold)
    return [run for run in runs if run is not None]


def _joined(runs: list[_Run], text: _Text) -> list[_Run]:
    """Join neighbours once, from the left."""
    joined: list[_Run] = []
    for run in runs:
        whole = _together(joined[-1], run, text) if joined else None
        if whole is None:
            joined.append(run)
        else:
            joined[-1] = whole
    return joined


def _together(left: _Run, right: _Run, text: _Text) -> _Run | None:
    """Return two runs as one; None where they are no neighbours, or mean different things."""
    words = text.points.units.words
    between = range(left.last, right.first)
    if words.opens_line[left.last : right.first + 1].any():
        return None
    cosines = left.concept.cosine, right.concept.cosine
    least = min(cosines)
    if len(between):
        group = left.concept.group
        if group != right.concept.group or not all(text.may_join(word, group) for word in between):
            return None
        least = max(cosines) - _ABOUT
    whole = text.run(left.first, right.last)
    return whole if whole is not None and whole.concept.cosine >= least else None

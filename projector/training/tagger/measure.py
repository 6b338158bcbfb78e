"""Measure what a head finds in documents with gold, and how likely what it tells should be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

from projector.evaluation.metrics import Span, document_spans, score
from projector.tagging.found import FoundSpans, find_spans, likely_spans
from projector.tagging.span_calibration import MIN_PROBABILITY

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from projector.tagging.head import Head
    from projector.training.tagger.data import Annotated

_TRIED = tuple(np.arange(0.1, 0.525, 0.05).round(2).tolist())


@dataclass(frozen=True, slots=True, eq=False)
class ScoredDocument:
    """A document with gold, as a head scores it.

    Args:
        annotated: The document.
        offsets: [T, 2] its tokens' characters.
        scores: [T, E, 3]; T may be 0.
    """

    annotated: Annotated
    offsets: NDArray[np.int64]
    scores: Tensor


@dataclass(frozen=True, slots=True)
class Measured:
    """What a head reaches.

    Args:
        min_probability: From which on its spans are told, the best of those tried.
        figures: Strict and character F1 there, by set and type, as `strict SET TYPE`.
        found: What it finds there in each document, by set.
    """

    min_probability: float
    figures: dict[str, float]
    found: Mapping[str, Sequence[Sequence[FoundSpans]]]

    @property
    def score(self) -> float:
        """Return the mean strict F1; -1 where gold has nothing."""
        strict = [value for name, value in self.figures.items() if name.startswith("strict ")]
        return fmean(strict) if strict else -1.0


def measure(
    head: Head, types: Sequence[str], sets: Mapping[str, Sequence[ScoredDocument]]
) -> Measured:
    """Measure a head on documents, by the probability that serves it best.

    Among equals that is the one nearest to what is taken where nothing is measured.

    Args:
        head: Gave the scores.
        types: E of them.
        sets: By name.
    """
    if head.chain is None:
        found = {
            name: [
                list(find_spans(head, types, one.scores, one.offsets, min_probability=0))
                if len(one.offsets)
                else []
                for one in documents
            ]
            for name, documents in sets.items()
        }
        return Measured(MIN_PROBABILITY, _figures(types, sets, found), found)
    likely = {
        name: [
            list(likely_spans(head, types, one.scores, one.offsets, min_probability=_TRIED[0]))
            if len(one.offsets)
            else []
            for one in documents
        ]
        for name, documents in sets.items()
    }
    tried = []
    for least in _TRIED:
        found = {
            name: [[one.apart(least) for one in spans] for spans in documents]
            for name, documents in likely.items()
        }
        tried.append(Measured(least, _figures(types, sets, found), found))
    return max(tried, key=lambda one: (one.score, -abs(one.min_probability - MIN_PROBABILITY)))


def _figures(
    types: Sequence[str],
    sets: Mapping[str, Sequence[ScoredDocument]],
    found: Mapping[str, Sequence[Sequence[FoundSpans]]],
) -> dict[str, float]:
    """Return strict and character F1, of a document only of types that it is annotated with."""
    figures = {}
    for name, documents in sets.items():
        gold: dict[str, list[Span]] = {kind: [] for kind in types}
        predicted: dict[str, list[Span]] = {kind: [] for kind in types}
        for number, (one, spans) in enumerate(zip(documents, found[name], strict=True)):
            document, known = one.annotated.document, one.annotated.types
            unique_name = f"{number} {document.name}"  # a name can be there once for each type
            for of_type in spans:
                kind = of_type.label
                if known is not None and kind not in known:
                    continue
                gold[kind] += [
                    span._replace(document=unique_name)
                    for span in document_spans(document)
                    if span.label == kind
                ]
                predicted[kind] += [
                    Span(document.language, unique_name, kind, ((int(start), int(end)),))
                    for start, end in of_type.spans
                ]
        for kind in types:
            if gold[kind]:
                scores = score(gold[kind], predicted[kind])
                figures[f"strict {name} {kind}"] = scores.strict.f1
                figures[f"character {name} {kind}"] = scores.character.f1
    return figures

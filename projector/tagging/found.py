"""Find the spans of a text in a head's scores, and how likely each is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from projector.tagging.bio import bio_spans

if TYPE_CHECKING:
    from torch import Tensor

    from projector.tagging.head import Head


@dataclass(frozen=True, slots=True, eq=False)
class FoundSpans:
    """The spans of one type in a text.

    Args:
        label: The type.
        spans: [N, 2] half-open characters, in text order.
        probabilities: [N] how likely each is to be right to both edges, by the head's own word.
    """

    label: str
    spans: NDArray[np.int64]
    probabilities: NDArray[np.float64]

    def apart(self, min_probability: float) -> FoundSpans:
        """Return those that promise most together, if no two shall overlap.

        Args:
            min_probability: What each has to have more than; what is above it is what it promises.
        """
        rows = _apart(self.spans, self.probabilities - min_probability)
        return FoundSpans(self.label, self.spans[rows], self.probabilities[rows])


def find_spans(
    head: Head,
    types: Sequence[str],
    scores: Tensor,
    offsets: NDArray[np.int64],
    *,
    min_probability: float,
) -> Iterator[FoundSpans]:
    """Yield the spans of a text, type by type; no two of a type overlap.

    Of a head with a chain they are those that are likely enough to be right as they are. What
    counts is the span with both its edges, over all labellings, not the one best labelling of the
    whole text: that may hold a span of which no place for an edge is likely, and may miss one that
    several labellings have. A head without a chain takes neighbours as independent, so that its
    probabilities are no such thing; of it they are what the best labels say.

    Args:
        head: Gave the scores.
        types: E of them.
        scores: [T, E, 3] of a text's tokens; T is at least 1.
        offsets: [T, 2] the tokens' characters.
        min_probability: In (0, 1); spans that are no likelier are left out.
    """
    if head.chain is None:
        yield from _labelled_spans(head, types, scores, offsets)
        return
    for likely in likely_spans(head, types, scores, offsets, min_probability=min_probability):
        yield likely.apart(min_probability)


def likely_spans(
    head: Head,
    types: Sequence[str],
    scores: Tensor,
    offsets: NDArray[np.int64],
    *,
    min_probability: float,
) -> Iterator[FoundSpans]:
    """Yield type by type all spans of a head with a chain that are at least so likely.

    They may overlap, and come in no order of the text.
    """
    chain = head.chain
    assert chain is not None
    with torch.inference_mode():
        for kind, label in enumerate(types):
            spans, likely = chain.likely_spans(scores[:, [kind]], kind, min_probability)
            yield _found(label, spans.cpu().numpy(), likely, offsets)


def _labelled_spans(
    head: Head, types: Sequence[str], scores: Tensor, offsets: NDArray[np.int64]
) -> Iterator[FoundSpans]:
    tokens = np.arange(len(offsets))
    with torch.inference_mode():
        labels = head.decode(scores).cpu().numpy()
        for kind, label in enumerate(types):
            spans = bio_spans(labels[:, kind], np.stack([tokens, tokens + 1], 1))
            tokens_of = torch.from_numpy(spans).to(scores.device)
            likely = head.span_probabilities(scores, kind, tokens_of)
            yield _found(label, spans, likely, offsets)


def _found(
    label: str, spans: NDArray[np.int64], likely: Tensor, offsets: NDArray[np.int64]
) -> FoundSpans:
    """Return spans [N, 2] of tokens in characters, with their probabilities [N]."""
    characters = np.stack([offsets[spans[:, 0], 0], offsets[spans[:, 1] - 1, 1]], 1)
    return FoundSpans(label, characters, likely.double().cpu().numpy())


def _apart(spans: NDArray[np.int64], gains: NDArray[np.float64]) -> list[int]:
    """Choose spans of which no two overlap, with the highest sum of gains, each above 0.

    Args:
        spans: [N, 2] half-open.
        gains: [N].

    Returns:
        Their rows, in text order.
    """
    rows = [row for row in np.lexsort(spans.T).tolist() if gains[row] > 0]
    ends = [int(spans[row, 1]) for row in rows]
    sums = [0.0]  # of the first so many rows
    ahead: list[int | None] = []  # of a row that is worth its place: how many end before it
    for number, row in enumerate(rows):
        before = bisect_right(ends, int(spans[row, 0]), hi=number)
        together = sums[before] + float(gains[row])
        ahead.append(before if together > sums[-1] else None)
        sums.append(max(together, sums[-1]))
    chosen: list[int] = []
    number = len(rows)
    while number:
        before_it = ahead[number - 1]
        if before_it is None:
            number -= 1
        else:
            chosen.append(rows[number - 1])
            number = before_it
    return chosen[::-1]
